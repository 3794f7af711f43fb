import pytest

from tests import factories


@pytest.fixture
def city(db):
    """A unit with an instrument and its people, and a company whose researcher books."""
    return factories.city()


@pytest.fixture
def two_may_wait(monkeypatch):
    """Corrections of the amount as they are stored from before one waited at a time."""
    monkeypatch.setattr(
        "bookings.usage.selectors.amounts.has_waiting_correction", lambda _log, _fields: False
    )
