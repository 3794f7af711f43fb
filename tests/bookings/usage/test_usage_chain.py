from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageEntry, UsageLog
from bookings.usage.selectors.usage import find_broken_links
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.journal import guards
from tests import factories
from tests.bookings.requests.booking import use
from tests.factories import slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def chained(city):
    log = use(city)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=log.ends_at)
    usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"content": "断口观察"}, reason="笔误", now=log.ends_at
    )
    use(city, slot(day=2))
    return log


def test_entries_are_numbered_without_gaps_and_fit_together(city):
    chained(city)
    entries = list(UsageEntry.objects.order_by("number"))
    assert [(entry.number, entry.kind) for entry in entries] == [
        (1, "log"),
        (2, "confirmation"),
        (3, "correction"),
        (4, "log"),
    ]
    assert entries[0].previous_hash == "0" * 64
    assert [entry.previous_hash for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert list(find_broken_links()) == []


@pytest.mark.parametrize(
    ("table", "change", "numbers"),
    [
        ("bookings_usagelog", "amount_yuan = 1", [1, 4]),
        ("bookings_usagelog", "content = 'x'", [1, 4]),
        ("bookings_usagecorrection", "reason = 'x'", [3]),
        ("bookings_usageentry", "recorded_at = '2026-01-01 00:00:00+00:00'", [1, 2, 3, 4]),
        ("bookings_usageentry", "hash = '0'", [1, 2, 3, 4]),
    ],
)
def test_row_tampered_in_database_is_detected(city, table, change, numbers):
    chained(city)
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")
    assert [entry.number for entry, _ in find_broken_links()] == numbers


def test_log_moved_to_other_instrument_is_detected(city):
    chained(city)
    other = factories.instrument(city.owner)
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE bookings_usagelog SET instrument_id = {other.pk}")
    assert [entry.number for entry, _ in find_broken_links()] == [1, 4]


def test_inserted_correction_is_detected(city):
    """Rows can be added without touching any: they hang on entries that stand for other rows."""
    log = chained(city)
    first = UsageEntry.objects.get(number=1)
    slipped_in = UsageCorrection.objects.create(
        log=log, entry=first, changes={"amount_yuan": "9.00"}, reason="x"
    )
    UsageConfirmation.objects.create(log=log, correction=slipped_in, entry=first)
    assert [entry.number for entry, _ in find_broken_links()] == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bookings_usagelog SET amount_yuan = 1",
        "DELETE FROM bookings_usageconfirmation",
        "UPDATE bookings_usagecorrection SET reason = 'x'",
        "DELETE FROM bookings_usageentry",
    ],
)
def test_the_database_refuses_to_change_or_remove_what_was_recorded(city, statement):
    chained(city)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert UsageLog.objects.count() == 2
