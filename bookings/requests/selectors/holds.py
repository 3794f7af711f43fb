"""Time that is held, free or next free. Locks and sets of ids; nothing here says who holds what."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.requests.domain import availability
from bookings.requests.domain.states import HOLDING, NOT_BEGUN
from bookings.requests.models import Booking, NextFree
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.interval import Interval, intersected
from providers import public as providers

if TYPE_CHECKING:
    from providers.models import Instrument

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def booking_lock(booking_id: int) -> Booking:
    """The booking, locked until the transaction ends; before it its instrument, and those booked with it."""
    together = Booking.objects.filter(group__bookings=booking_id)
    providers.instrument_locks(together.values_list("instrument_id", flat=True))
    return (
        Booking.objects.select_for_update(of=("self",))
        .select_related("instrument", "rule", "user", "payer_organization", "payer_person")
        .get(pk=booking_id)
    )


def settling_lock(instrument_id: int) -> "Instrument":
    """The instrument of a decision that hits bookings, locked until the transaction ends, and with it those
    that are booked together with it: their bookings are settled too. NotFound where there is none.

    What is booked in the moment before the lock was not there when outcomes were said: it refuses the
    decision before anything is settled.
    """
    ahead = Booking.objects.filter(instrument_id=instrument_id, state__in=NOT_BEGUN)
    together = Booking.objects.filter(group__bookings__in=ahead)
    ids = {instrument_id, *together.values_list("instrument_id", flat=True)}
    instruments_by_id = {one.pk: one for one in providers.instrument_locks(ids)}
    if instrument_id not in instruments_by_id:
        raise NotFound
    return instruments_by_id[instrument_id]


def holds(
    instrument_ids: Collection[int], interval: Interval, *, exclude_booking_id: int | None = None
) -> dict[int, list[Interval]]:
    """Held time that touches the interval, turnaround included, per instrument."""
    rows = Booking.objects.filter(
        instrument_id__in=instrument_ids,
        state__in=HOLDING,
        starts_at__lt=interval.end,
        held_until__gt=interval.start,
    )
    found: dict[int, list[Interval]] = defaultdict(list)
    for pk, instrument_id, start, end in rows.values_list("pk", "instrument_id", "starts_at", "held_until"):
        if pk != exclude_booking_id:
            found[instrument_id].append(Interval(start, end))
    return found


def free_time(instrument_id: int, interval: Interval, now: datetime) -> list[Interval]:
    """Where bookings may lie in the interval under the rule in force, from `now` on: nowhere unless the
    instrument is published. Five statements.

    Lead time and horizon are not applied: they limit who may ask when, not what is free.
    """
    if interval.end <= now or not providers.is_published(instrument_id):
        return []
    asked = Interval(max(interval.start, now), interval.end)
    terms = providers.terms_at(instrument_id, now)
    if terms is None:
        return []
    around = Interval(asked.start, asked.end + terms.turnaround)
    free = availability.free(
        providers.open_windows([instrument_id], asked).get(instrument_id, []),
        providers.closures([instrument_id], asked).get(instrument_id, []),
        holds([instrument_id], around).get(instrument_id, []),
        terms.turnaround,
    )
    return intersected(free, [asked])


def free_at(queryset: "QuerySet[Instrument]", interval: Interval) -> "QuerySet[Instrument]":
    """The instruments that are open and not held for the whole interval; part of the one statement.

    The turnaround that a new booking would need after its end is left to `booking_problems`.
    """
    # Holds of an instrument never overlap: the last that begins before the end is the one that lasts longest.
    held = Booking.objects.filter(
        instrument_id=OuterRef("pk"), state__in=sorted(HOLDING), starts_at__lt=interval.end
    )
    held_until = Subquery(held.order_by("-starts_at").values("held_until")[:1])
    free = queryset.alias(held_until=Coalesce(held_until, Value(providers.LONG_PAST))).filter(
        held_until__lte=interval.start
    )
    return providers.open_throughout(free, interval)


def with_next_free(queryset: "QuerySet[Instrument]") -> "QuerySet[Instrument]":
    """Each instrument with `next_free_at` and `next_free_until` (both None where nothing is free).

    `next_free_order` sorts them: never None, NEVER for what has no free time.
    """
    return queryset.annotate(
        next_free_at=F("next_free__at"),
        next_free_until=F("next_free__until"),
        next_free_order=Coalesce("next_free__at", Value(NEVER)),
    )


def next_free_keys() -> "QuerySet[NextFree]":
    """What has free time by `next_free_order`, each with its instrument's `key`."""
    free = NextFree.objects.filter(at__isnull=False)
    return free.annotate(next_free_order=F("at"), key=F("instrument_id"))


def soonest_free(queryset: "QuerySet[Instrument]", number: int) -> "list[Instrument]":
    """The instruments that are free first, with `next_free_at`; what has no free time is left out."""
    free = queryset.filter(next_free__at__isnull=False)
    return list(with_next_free(free).order_by("next_free__at", "pk")[:number])


def next_free(instrument_id: int) -> datetime | None:
    """When the instrument is next free, as the projection has it."""
    return NextFree.objects.filter(instrument_id=instrument_id).values_list("at", flat=True).first()
