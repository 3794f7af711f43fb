"""Projection of when each instrument is next free, and of the days on which it is bookable."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet

from bookings.requests.domain.availability import get_blocked_interval
from bookings.requests.domain.offers import (
    NOTHING_BOOKED,
    InstrumentTime,
    Version,
    find_first_offer,
    get_latest_request,
    split_by_day,
)
from bookings.requests.domain.quota import get_day_interval
from bookings.requests.models import NextFree
from bookings.requests.selectors.offers import LONGEST_LOOK, FreeTime, get_free_time
from bookings.requests.selectors.request_facts import CLOSURE, HOLD, WINDOW, RequestFacts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from providers.domain import Terms
    from providers.models import Instrument

STALE_AFTER = timedelta(hours=1)
BATCH_SIZE = 100


@transaction.atomic
def next_free_refresh(instrument_ids: Collection[int], now: datetime) -> None:
    """Recalculate when these instruments are next bookable, in the transaction that changed holds.

    The instruments are locked, so that no outdated result is written. Next free is the first start that their
    rule offers to anybody whom it admits. Those that are booked together with them are recalculated by the
    next `tick`. What is not in the catalogue has no row, so that the clock finds it when its unit is back.
    The number of statements does not depend on the number of instruments.
    """
    ids = sorted(set(instrument_ids))
    providers.instrument_locks(ids)
    ahead = Interval(now, now + LONGEST_LOOK)
    listed = list(_catalogue().filter(pk__in=ids))
    free = get_free_time(listed, ahead, now)
    rows = [_build_row(one.pk, free, ahead) for one in listed]
    if len(listed) < len(ids):
        NextFree.objects.filter(instrument__in=ids).exclude(instrument__in=listed).delete()
    NextFree.objects.filter(instrument__links__linked__in=ids).exclude(instrument__in=ids).update(
        computed_at=now - 2 * STALE_AFTER
    )
    NextFree.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["instrument"],
        update_fields=["at", "until", "book_by", "days", "computed_at"],
        batch_size=500,
    )


def next_free_take(facts: RequestFacts, hold: Interval, now: datetime) -> None:
    """Bring the row up to date after a new booking, in its transaction and under its lock.

    A booking only takes away: it shortens or removes the first offer, and days on which nothing else is left.
    Both are judged from what was read for the request, which spares most bookings 9 statements; what the
    facts don't cover is refreshed in full. At the same instant the result is that of `next_free_refresh`.
    """
    terms, row = facts.terms, getattr(facts.instrument, "next_free", None)
    if terms is None or row is None or not _is_patchable(facts, terms, row, now):
        next_free_refresh([facts.instrument.pk], now)
        return
    left = InstrumentTime(
        [Version(terms, terms.applies_from)],
        facts.intervals(WINDOW),
        facts.intervals(CLOSURE),
        [*facts.intervals(HOLD), hold],
        NOTHING_BOOKED,
    )
    until = get_day_interval(hold.end).end
    touched = list(split_by_day(Interval(max(facts.span.start, now), until)))
    offers = {_iso_day(day.start): find_first_offer([left], day, now) for day in touched}
    days = [day for day in row.days.split() if offers.get(day, True)]
    first, book_by = Interval(row.at, row.until), row.book_by
    if get_blocked_interval(hold, terms.turnaround).overlaps(first):
        offer = offers.get(_iso_day(row.at))
        if offer is None:
            next_free_refresh([facts.instrument.pk], now)
            return
        first, book_by = Interval(offer.start, offer.last_end), get_latest_request([left], offer.start)
    changed = {
        "at": first.start,
        "until": first.end,
        "book_by": book_by,
        "days": " ".join(days),
    }
    if any(getattr(row, name) != value for name, value in changed.items()):
        NextFree.objects.filter(pk=row.pk).update(**changed)


def _is_patchable(facts: RequestFacts, terms: "Terms", row: NextFree, now: datetime) -> bool:
    """Return whether the row still stands and one version applies to all days that were read."""
    begins = facts.instrument.next_rule_from  # type: ignore[attr-defined]
    return (
        row.book_by is not None
        and row.book_by >= now
        and now - STALE_AFTER <= row.computed_at <= now
        and not facts.instrument.is_linked  # type: ignore[attr-defined]
        and terms.applies_from <= facts.span.start
        and (begins is None or begins >= facts.span.end)
    )


def _iso_day(instant: datetime) -> str:
    return instant.astimezone(CITY_TIME).date().isoformat()


def _build_row(instrument_id: int, free: FreeTime, ahead: Interval) -> NextFree:
    """Return the row of an instrument from the first offer of each day that has any."""
    offers = free.first_offers(instrument_id, ahead, LONGEST_LOOK.days)
    first = next(iter(offers), None)
    return NextFree(
        instrument_id=instrument_id,
        at=first.start if first else None,
        until=first.last_end if first else None,
        book_by=free.latest_request(instrument_id, first) if first else None,
        days=" ".join(_iso_day(one.start) for one in offers),
        computed_at=free.now,
    )


def next_free_advance(now: datetime) -> int:
    """Refresh free times that can be booked no more and rows older than an hour; return their number."""
    passed = Q(book_by__lt=now) | Q(at__isnull=False, book_by=None) | Q(computed_at__lt=now - STALE_AFTER)
    known = NextFree.objects.values("instrument")
    ids = set(NextFree.objects.filter(passed).values_list("instrument_id", flat=True))
    ids |= set(_catalogue().exclude(pk__in=known).values_list("pk", flat=True))
    return _refresh_in_batches(ids, now)


def next_free_rebuild(now: datetime) -> int:
    """Recalculate every row, with the same result as refreshes; return the number of instruments."""
    ids = set(NextFree.objects.values_list("instrument_id", flat=True)) | set(
        _catalogue().values_list("pk", flat=True)
    )
    return _refresh_in_batches(ids, now)


def _refresh_in_batches(ids: Collection[int], now: datetime) -> int:
    """Refresh in small batches, so that bookings don't wait for all of them; return the number of ids."""
    in_order = sorted(ids)
    for start in range(0, len(in_order), BATCH_SIZE):
        next_free_refresh(in_order[start : start + BATCH_SIZE], now)
    return len(in_order)


def _catalogue() -> "QuerySet[Instrument]":
    return providers.catalogue(AnonymousUser()).order_by()
