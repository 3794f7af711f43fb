"""Held, free and next free time, without saying who holds it; and locks."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.requests.domain import availability
from bookings.requests.domain.states import HOLDING_STATES, NOT_BEGUN_STATES
from bookings.requests.models import Booking, NextFree
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval, intersect
from providers import public as providers

if TYPE_CHECKING:
    from providers.models import Instrument

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def booking_lock(booking_id: int) -> Booking:
    """Lock a booking after its instrument and those booked with it, and return it."""
    together = Booking.objects.filter(group__bookings=booking_id)
    providers.instrument_locks(together.values_list("instrument_id", flat=True))
    return (
        Booking.objects.select_for_update(of=("self",))
        .select_related("instrument", "rule", "user", "payer_organization", "payer_person")
        .get(pk=booking_id)
    )


def instrument_group_lock(instrument_id: int) -> "Instrument":
    """Lock an instrument with those that are booked together with it, and return it. Raises NotFound.

    A decision about the instrument settles the bookings of all of them. A booking made just before the lock
    has no outcome yet, so the decision is refused before anything is changed.
    """
    ahead = Booking.objects.filter(instrument_id=instrument_id, state__in=NOT_BEGUN_STATES)
    together = Booking.objects.filter(group__bookings__in=ahead)
    ids = {instrument_id, *together.values_list("instrument_id", flat=True)}
    instruments_by_id = {one.pk: one for one in providers.instrument_locks(ids)}
    return require_found(instruments_by_id.get(instrument_id))


def get_held_intervals(
    instrument_ids: Collection[int], interval: Interval, *, exclude_booking_id: int | None = None
) -> dict[int, list[Interval]]:
    """Return held time that touches the interval, turnaround included, by instrument id."""
    rows = Booking.objects.filter(
        instrument_id__in=instrument_ids,
        state__in=HOLDING_STATES,
        starts_at__lt=interval.end,
        held_until__gt=interval.start,
    )
    found: dict[int, list[Interval]] = defaultdict(list)
    for pk, instrument_id, start, end in rows.values_list("pk", "instrument_id", "starts_at", "held_until"):
        if pk != exclude_booking_id:
            found[instrument_id].append(Interval(start, end))
    return found


def get_free_intervals(instrument_id: int, interval: Interval, now: datetime) -> list[Interval]:
    """Return where bookings may lie in the interval under the rule in force, from `now` on.

    Empty unless the instrument is published. Lead time and horizon are not applied: they limit who may ask
    when, not what is free. Takes five statements.
    """
    if interval.end <= now or not providers.is_published(instrument_id):
        return []
    asked = Interval(max(interval.start, now), interval.end)
    terms = providers.terms_at(instrument_id, now)
    if terms is None:
        return []
    around = Interval(asked.start, asked.end + terms.turnaround)
    free = availability.find_free_intervals(
        providers.open_windows([instrument_id], asked).get(instrument_id, []),
        providers.closures([instrument_id], asked).get(instrument_id, []),
        get_held_intervals([instrument_id], around).get(instrument_id, []),
        terms.turnaround,
    )
    return intersect(free, [asked])


def filter_free(queryset: "QuerySet[Instrument]", interval: Interval) -> "QuerySet[Instrument]":
    """Filter instruments to those open and not held for the whole interval, without another statement.

    The turnaround that a new booking needs after its end is left to `find_booking_problems`.
    """
    # Holds of an instrument never overlap: the last that begins before the end is the one that lasts longest.
    held = Booking.objects.filter(
        instrument_id=OuterRef("pk"), state__in=sorted(HOLDING_STATES), starts_at__lt=interval.end
    )
    held_until = Subquery(held.order_by("-starts_at").values("held_until")[:1])
    free = queryset.alias(held_until=Coalesce(held_until, Value(providers.LONG_PAST))).filter(
        held_until__lte=interval.start
    )
    return providers.open_throughout(free, interval)


def annotate_next_free(queryset: "QuerySet[Instrument]") -> "QuerySet[Instrument]":
    """Annotate instruments with `next_free_at` and `next_free_until`, both None without free time.

    `next_free_order` is for sorting: NEVER instead of None.
    """
    return queryset.annotate(
        next_free_at=F("next_free__at"),
        next_free_until=F("next_free__until"),
        next_free_order=Coalesce("next_free__at", Value(NEVER)),
    )


def next_free_keys() -> "QuerySet[NextFree]":
    """Return the projection rows with free time, with `next_free_order` and the instrument's `key`."""
    free = NextFree.objects.filter(at__isnull=False)
    return free.annotate(next_free_order=F("at"), key=F("instrument_id"))


def get_soonest_free(queryset: "QuerySet[Instrument]", limit: int) -> "list[Instrument]":
    """Return the instruments with free time that are free first, with `next_free_at`."""
    free = queryset.filter(next_free__at__isnull=False)
    return list(annotate_next_free(free).order_by("next_free__at", "pk")[:limit])


def get_next_free(instrument_id: int) -> datetime | None:
    """Return when the instrument is next free according to the projection, or None."""
    return NextFree.objects.filter(instrument_id=instrument_id).values_list("at", flat=True).first()
