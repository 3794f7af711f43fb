"""Days and instants of addresses: what no calendar goes on from is asked as if nothing were asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.fields import DayField, InstantField
from instrument_share.web.forms.params import interval_problem, parse_day, parse_interval, parse_number

FAR_OFF = ["0001-01-01", "1899-12-31", "2100-01-01", "9999-12-31", "99999-01-01", "2026-13-45", "²", ""]


def test_a_day():
    assert parse_day("2026-03-31") == date(2026, 3, 31)
    assert [parse_day(text) for text in FAR_OFF] == [None] * len(FAR_OFF)


def test_an_interval():
    start, end = "2026-03-02T00:00:00Z", "2026-05-03T00:00:00Z"
    longest = Interval(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC))
    assert parse_interval(start, end) == longest
    refused = [
        (start, start),
        (end, start),
        (start, "2026-05-03T00:00:01Z"),
        (start, "2026-03-04T00:00:00"),
        (start, "nonsense"),
        ("9999-12-31T00:00:00Z", "9999-12-31T01:00:00Z"),
        ("0001-01-01T00:00:00+14:00", end),
    ]
    assert [parse_interval(*given) for given in refused] == [None] * len(refused)


def test_a_time_is_in_order_and_not_longer_than_a_year():
    start = datetime(2026, 3, 2, tzinfo=UTC)
    year = timedelta(days=366)
    lengths = (timedelta(), -year, timedelta(seconds=1), year, year + timedelta(seconds=1))
    found = [interval_problem(start, start + length) for length in lengths]
    codes = [one and (one.code, one.field) for one in found]
    empty, long = ("interval.empty", "ends_at"), ("interval.too_long", "ends_at")
    assert codes == [empty, empty, None, None, long]
    assert found[-1].params == {"days": 366}


def test_a_number():
    assert [parse_number(text) for text in ("0", "2026", "9" * 18)] == [0, 2026, 10**18 - 1]
    refused = ("", " 1", "-1", "1.0", "²", "٣", "x", "9" * 19, "9" * 5000)
    assert [parse_number(text) for text in refused] == [None] * len(refused)


@pytest.mark.parametrize(("field", "hour"), [(DayField(), ""), (InstantField(), "T09:00")])
def test_entered_year_is_limited(field, hour):
    assert field.clean(f"2026-03-31{hour}").year == 2026
    for year in ("0001", "9999"):
        with pytest.raises(ValidationError) as refused:
            field.clean(f"{year}-12-31{hour}")
        assert [one.code for one in refused.value.error_list] == ["far_off"]
