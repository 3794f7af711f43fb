import pytest

from tests import factories


@pytest.fixture
def city(db):
    return factories.city()


@pytest.fixture
def key_folder(settings, tmp_path):
    """The log's keys of this test alone."""
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR
