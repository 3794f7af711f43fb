"""Past bookings and uses: what they are taken to be where nothing more is said, and who recorded them."""

from dataclasses import replace

from bookings.requests.domain.choices import Direction
from bookings.requests.domain.states import BookingState
from bookings.usage.domain.choices import Capture, UsagePurpose
from bookings.usage.domain.history import HistoryRow, PastUse
from providers.terms.domain.choices import ServiceMode
from tests.bookings.requests.domain.terms import between

USED = PastUse(between("2025-03-03 09:00", "11:00"), operator_id=7)
ROW = HistoryRow(1, 7, None, ServiceMode.OPERATED, "薄膜", used=USED)


def test_past_use_defaults_to_measuring_time_only():
    assert (USED.setup_seconds, USED.measuring_seconds, USED.post_seconds, USED.idle_seconds) == (
        0,
        None,
        0,
        0,
    )
    assert (USED.capture, USED.purpose) == (Capture.CHECK_OUT, UsagePurpose.SERVICE)
    assert (ROW.state, ROW.late_cancel, ROW.direction, ROW.samples) == (
        BookingState.COMPLETED,
        False,
        Direction.RESEARCH,
        0,
    )


def test_recorder_falls_back_to_operator_then_importer():
    assert replace(ROW, used=None).get_recorder_id(99) is None
    assert ROW.get_recorder_id(99) == 99
    assert replace(ROW, used=replace(USED, operator_id=8)).get_recorder_id(99) == 8
    assert replace(ROW, used=replace(USED, operator_id=6)).get_recorder_id(99) == 6
    assert replace(ROW, used=replace(USED, operator_id=8, recorded_by_id=5)).get_recorder_id(99) == 5
    assert replace(ROW, used=replace(USED, recorded_by_id=5)).get_recorder_id(99) == 5
