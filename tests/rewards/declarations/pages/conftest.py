from tests.rewards.page_fixtures import login, small, steps  # noqa: F401 (fixtures)
