"""An interval in the journal is read again as what it was."""

from datetime import UTC, datetime, timedelta

from instrument_share.kernel.interval import Interval


def test_interval_text_round_trips():
    start = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    one = Interval(start, start + timedelta(hours=2))
    assert one.to_text() == "2026-03-02T01:30:00Z/2026-03-02T03:30:00Z"
    assert Interval.parse(one.to_text()) == one
