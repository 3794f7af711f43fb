"""Pages of the catalogue over 2,000 instruments, against the same rows read by primary key.

A page is one statement; a second one may be needed by whoever is logged in.
"""

from datetime import timedelta

from benchmarks.harness import Verdict, analyze, make_database

# isort: split
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from schedule.models import Calendar

from bookings import selectors as bookings
from bookings.models import Booking, BookingGroup, NextFree
from instrument_share.kernel.interval import Interval
from instrument_share.web import cursor
from providers import selectors as providers
from providers.domain.words import ServiceMode, UserKind
from providers.models import Instrument, OpenServiceRule, OpenWindow
from tests.factories import LONG_AGO, NOW, organization, user

UNITS, INSTRUMENTS, DAYS = 40, 2_000, 14
PER_PAGE = 20
BATCH = 500
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WANTED = Interval(NOW + 3 * DAY + 2 * HOUR, NOW + 3 * DAY + 4 * HOUR)
BY_NAME, BY_NEXT_FREE = ("name_zh", "id"), ("next_free_order", "id")


def main() -> None:
    make_database()
    verdict = Verdict()
    fill()
    analyze()
    found = providers.catalogue(AnonymousUser(), at=NOW)
    pages = {
        "catalogue by name": (found, BY_NAME, 5),
        "catalogue by next free time": (found, BY_NEXT_FREE, 8),
        "searched by a word": (providers.catalogue(AnonymousUser(), text="仪器 7", at=NOW), BY_NAME, 6),
        "free at this time, by name": (bookings.free_at(found, WANTED), BY_NAME, 8),
        "free at this time, by next free time": (bookings.free_at(found, WANTED), BY_NEXT_FREE, 25),
    }
    for name, (queryset, ordering, accepted) in pages.items():
        compare(verdict, name, queryset, ordering, accepted)
    verdict.exit()


def compare(verdict, name, queryset, ordering, accepted) -> None:
    def page():
        return cursor.page(bookings.with_next_free(queryset), ordering=ordering, limit=PER_PAGE).items

    with CaptureQueriesContext(connection) as statements:
        ids = [instrument.pk for instrument in page()]
    assert len(ids) == PER_PAGE, f"{name}: {len(ids)} found"
    verdict.compare(
        name,
        measured=page,
        floor=lambda: list(Instrument.objects.filter(pk__in=ids)),
        accepted=accepted,
        rounds=10,
    )
    verdict.at_most("  statements", len(statements), 2)


def fill() -> None:
    """2,000 instruments, each open twelve hours a day, with a booking of four hours on most days."""
    units = [organization(f"云屏单位{number}", owns_instruments=True) for number in range(UNITS)]
    instruments = Instrument.objects.bulk_create(
        [
            Instrument(
                organization=units[number % UNITS],
                state="published",
                inner_number=f"N{number}",
                name_zh=f"仪器 {number}",
                search_text=f"仪器 {number} yiqi",
                value_yuan=500_000,
                created_at=LONG_AGO,
                published_at=LONG_AGO,
            )
            for number in range(INSTRUMENTS)
        ],
        batch_size=BATCH,
    )
    calendars = Calendar.objects.bulk_create(
        [Calendar(name="rule", slug=f"rule-{one.pk}") for one in instruments], batch_size=BATCH
    )
    rules = OpenServiceRule.objects.bulk_create(
        [
            OpenServiceRule(
                instrument=one,
                calendar=calendar,
                version=1,
                applies_from=LONG_AGO,
                user_kinds=[kind.value for kind in UserKind],
                service_modes=[mode.value for mode in ServiceMode],
                created_at=LONG_AGO,
            )
            for one, calendar in zip(instruments, calendars, strict=True)
        ],
        batch_size=BATCH,
    )
    fill_time(instruments, rules)


def fill_time(instruments, rules) -> None:
    OpenWindow.objects.bulk_create(
        [
            OpenWindow(
                instrument=one,
                rule=rule,
                starts_at=NOW + day * DAY,
                ends_at=NOW + day * DAY + 12 * HOUR,
            )
            for one, rule in zip(instruments, rules, strict=True)
            for day in range(DAYS)
        ],
        batch_size=BATCH,
    )
    booker = user()
    group = BookingGroup.objects.create(user=booker, created_at=LONG_AGO)
    Booking.objects.bulk_create(
        [
            Booking(
                group=group,
                instrument=one,
                rule=rule,
                user=booker,
                payer_person=booker,
                state="approved",
                starts_at=NOW + day * DAY + (number + day) % 3 * 4 * HOUR,
                ends_at=NOW + day * DAY + ((number + day) % 3 * 4 + 4) * HOUR,
                held_until=NOW + day * DAY + ((number + day) % 3 * 4 + 4) * HOUR,
                user_kind="individual",
                service_mode="operated",
                subject="断口观察",
                quote=[],
                quoted_yuan=0,
                requested_at=LONG_AGO,
            )
            for number, (one, rule) in enumerate(zip(instruments, rules, strict=True))
            for day in range(1, DAYS, 2)
        ],
        batch_size=BATCH,
    )
    NextFree.objects.bulk_create(
        [
            NextFree(instrument=one, at=NOW + number % 97 * HOUR, until=None, computed_at=NOW)
            for number, one in enumerate(instruments)
        ],
        batch_size=BATCH,
    )


if __name__ == "__main__":
    main()
