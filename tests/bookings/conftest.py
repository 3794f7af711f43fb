import pytest

from tests import factories


@pytest.fixture
def city(db):
    """A unit with an instrument and its people, and a company whose researcher books."""
    return factories.city()
