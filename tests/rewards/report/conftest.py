from tests.rewards.page_fixtures import small  # noqa: F401 (fixture)
