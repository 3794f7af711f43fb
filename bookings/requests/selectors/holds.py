"""Held, free and next free time, without saying who holds it; and locks."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.requests.domain.states import HOLDING_STATES, NOT_BEGUN_STATES, BookingState
from bookings.requests.models import Booking, NextFree
from bookings.requests.selectors.project_budget import lock_projects_of
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
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
        .select_related(
            *("group", "instrument", "rule", "user"),
            *("payer_organization", "payer_person", "organization_project"),
        )
        .get(pk=booking_id)
    )


def booking_projects_lock(booking_id: int) -> None:
    """Lock the project of a booking and those of its group, before `booking_lock`, to move or accept one."""
    lock_projects_of(Booking.objects.filter(group__bookings=booking_id))


def instrument_group_lock(instrument_id: int) -> "Instrument":
    """Lock an instrument with those that are booked together with it, and return it. Raises NotFound."""
    return require_found(instrument_group_locks([instrument_id]).get(instrument_id))


def instrument_group_locks(instrument_ids: Collection[int]) -> "dict[int, Instrument]":
    """Lock instruments with those that are booked together with them, and return all by id.

    The projects of their bookings, and of those that move with them, are locked first: a decision that moves
    one checks the project's budget.

    A decision about an instrument settles the bookings of all of them. A booking made just before the lock
    has no outcome yet, so the decision is refused before anything is changed.
    """
    ahead = Booking.objects.filter(instrument_id__in=instrument_ids, state__in=NOT_BEGUN_STATES)
    together = Booking.objects.filter(group__bookings__in=ahead)
    lock_projects_of(together)
    ids = {*instrument_ids, *together.values_list("instrument_id", flat=True)}
    return {one.pk: one for one in providers.instrument_locks(ids)}


def instrument_locks_with_missed(
    instrument_ids: Collection[int], begun: tuple[datetime, datetime]
) -> "dict[int, Instrument]":
    """Lock instruments with those that were booked with their no-shows; return all by id.

    For who enters uses of a time: they take the no-shows that begin in it back, on all of these instruments.
    Locked one after the other, two who enter uses of linked instruments would wait for each other. What may
    become a no-show until it is locked counts as one.
    """
    missed = Booking.objects.filter(
        instrument_id__in=instrument_ids,
        state__in=(BookingState.APPROVED, BookingState.NO_SHOW),
        starts_at__range=begun,
    )
    together = Booking.objects.filter(group__bookings__in=missed)
    ids = {*instrument_ids, *together.values_list("instrument_id", flat=True)}
    return {one.pk: one for one in providers.instrument_locks(ids)}


def held_rows(instrument_ids: Collection[int], interval: Interval) -> QuerySet[Booking]:
    """Return the bookings that hold time in the interval, turnaround included."""
    return Booking.objects.filter(
        instrument_id__in=list(instrument_ids),
        state__in=HOLDING_STATES,
        starts_at__lt=interval.end,
        held_until__gt=interval.start,
    )


def annotate_next_free(queryset: "QuerySet[Instrument]") -> "QuerySet[Instrument]":
    """Annotate instruments with `next_free_at` and `next_free_until`, both None without free time.

    `next_free_order` is for sorting: NEVER instead of None.
    """
    return queryset.annotate(
        next_free_at=F("next_free__at"),
        next_free_until=F("next_free__until"),
        next_free_order=Coalesce("next_free__at", Value(NEVER)),
    )


def filter_bookable_on(queryset: "QuerySet[Instrument]", day: date) -> "QuerySet[Instrument]":
    """Filter instruments to those that offer a start on the day to somebody whom their rule admits."""
    days = NextFree.objects.filter(instrument_id=OuterRef("pk")).values("days")
    return queryset.alias(bookable_days=Subquery(days[:1])).filter(bookable_days__contains=day.isoformat())


def next_free_keys() -> "QuerySet[NextFree]":
    """Return the projection rows with free time, with `next_free_order` and the instrument's `key`."""
    free = NextFree.objects.filter(at__isnull=False)
    return free.annotate(next_free_order=F("at"), key=F("instrument_id"))


def get_soonest_free(queryset: "QuerySet[Instrument]", limit: int) -> "list[Instrument]":
    """Return the instruments with free time that are free first, with `next_free_at`."""
    free = queryset.filter(next_free__at__isnull=False)
    return list(annotate_next_free(free).order_by("next_free__at", "pk")[:limit])
