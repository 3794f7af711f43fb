from tests.rewards.page_fixtures import login, small, steps, year  # noqa: F401 (fixtures)
