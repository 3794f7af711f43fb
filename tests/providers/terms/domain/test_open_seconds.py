"""Open time in seconds is the open time of intervals."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from instrument_share.kernel.interval import Interval, intersect, total_length
from providers.terms.domain.open_seconds import OpenSeconds

MIDNIGHT = datetime(2025, 3, 3, tzinfo=UTC)
SPANS = st.tuples(st.integers(0, 50), st.integers(1, 20)).map(
    lambda span: Interval(MIDNIGHT + timedelta(seconds=span[0]), MIDNIGHT + timedelta(seconds=sum(span)))
)


@given(st.lists(SPANS, max_size=6), SPANS)
def test_seconds_are_those_of_intervals(windows, use):
    open_time = OpenSeconds.of(windows)
    assert open_time.total == total_length(windows).total_seconds()
    inside = total_length(intersect(windows, [use])).total_seconds()
    assert open_time.seconds_inside(use.start, use.end) == inside
