from tests.providers.page_fixtures import _at_that_time, _files_apart, at, read  # noqa: F401 (fixtures)
