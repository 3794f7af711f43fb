"""What may follow a state of a sample order, until when, and how far the measuring is."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.requests.domain.states import BookingState
from bookings.samples.domain.deadlines import get_deadline
from bookings.samples.domain.states import (
    MOVES,
    Progress,
    SampleOrderState,
    get_next_state,
    get_progress,
)
from instrument_share.kernel.errors import IllegalMove

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_usual_way_leads_from_order_to_return():
    state = SampleOrderState.SUBMITTED
    for move in ("quote", "quote", "accept", "receive", "plan", "report", "report", "close"):
        state = get_next_state(state, move)
    assert state == SampleOrderState.CLOSED


@pytest.mark.parametrize("state", [SampleOrderState.RECEIVED, SampleOrderState.REPORTED])
def test_samples_that_are_there_end_only_by_return_or_disposal(state):
    assert MOVES[state].keys().isdisjoint({"cancel", "reject", "lapse"})


def test_what_the_table_lacks_is_told_in_words_of_samples():
    with pytest.raises(IllegalMove) as refused:
        get_next_state(SampleOrderState.CLOSED, "quote")
    assert refused.value.params == {"state": "sample_order.closed", "move": "sample_order.quote"}


@pytest.mark.parametrize(
    ("state", "days"), [("submitted", 3), ("quoted", 14), ("accepted", 30), ("received", 7), ("reported", 30)]
)
def test_each_open_state_has_a_deadline(state, days):
    assert get_deadline(state, NOW, report_days=7) == NOW + timedelta(days=days)


def test_what_has_ended_has_none():
    assert get_deadline("closed", NOW, report_days=7) is None


@pytest.mark.parametrize(
    ("booking", "progress"),
    [
        (None, Progress.TO_PLAN),
        (BookingState.CANCELLED, Progress.TO_PLAN),
        (BookingState.APPROVED, Progress.PLANNED),
        (BookingState.IN_USE, Progress.MEASURING),
        (BookingState.COMPLETED, Progress.MEASURED),
    ],
)
def test_progress_follows_the_booking(booking, progress):
    assert get_progress(booking) == progress
