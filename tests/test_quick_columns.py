"""Columns that are read quickly are the columns, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.usage.models import UsageEntry, UsageLog
from instrument_share.quick_columns import FewLists, Seconds, WholeSecond
from tests.rewards.builders import build_city, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    city = build_city()
    unit = city.unit("云屏大学")
    start = local(2025, 3, 5, 9, 0, 59)
    after = timedelta(microseconds=999_999)
    return city.log(
        city.instrument(unit, "电镜"),
        start,
        payer=unit,
        external=False,
        amount=1,
        booked=False,
        recorded_after=after,
        funding_sources=["own", "vertical"],
    )


def test_an_instant_is_rounded_down_to_the_second(log):
    recorded = UsageEntry.objects.filter(pk=log.entry_id)
    at, seconds = recorded.values_list(WholeSecond("recorded_at"), Seconds("recorded_at")).get()
    assert log.entry.recorded_at.microsecond == 999_999
    assert at == log.entry.recorded_at.replace(microsecond=0)
    assert (at.tzinfo, seconds) == (UTC, int(log.entry.recorded_at.timestamp()))


def test_no_instant_is_none(log):
    assert UsageLog.objects.values_list(WholeSecond("booking__starts_at")).get() == (None,)


def test_a_list_is_read_as_a_list(log):
    assert UsageLog.objects.values_list(FewLists("funding_sources")).get() == (["own", "vertical"],)


def test_an_instant_before_1970_is_rounded_down_too(log):
    UsageEntry.objects.bulk_create(
        [
            UsageEntry(
                instrument=log.instrument,
                number=90,
                kind="log",
                previous_hash="0" * 64,
                hash="1" * 64,
                recorded_at=datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC),
                recorded_by=log.user,
            )
        ]
    )
    found = UsageEntry.objects.filter(number=90).values_list(WholeSecond("recorded_at"), flat=True)
    assert found.get() == datetime(1969, 12, 31, 23, 59, 58, tzinfo=UTC)
