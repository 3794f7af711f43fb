from tests.page_fixtures import city  # noqa: F401 (a fixture)
