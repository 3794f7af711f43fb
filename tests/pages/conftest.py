import pytest

from tests import factories


@pytest.fixture
def city(db):
    return factories.city(decision="by_keeper", decision_hours=24)
