"""Bookings made together: of instruments that can only be booked together, and of a series or basket."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.requests.domain.check_in import get_check_in_opening
from bookings.requests.domain.choices import CreditKind
from bookings.requests.domain.decision import is_decided_too_late
from bookings.requests.domain.states import NOT_BEGUN_STATES, BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.registry import get_check_in_delays
from bookings.requests.selectors.bookings import bookings

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

USED_STATES = frozenset({BookingState.IN_USE, BookingState.COMPLETED})


def get_companions(booking: Booking) -> list[Booking]:
    """Return the bookings of linked instruments made with this one that have not begun, by instrument.

    They are cancelled and moved together with it. Of a booking under way they are extended with it, and may
    be under way too.
    """
    under_way = {BookingState.IN_USE} & {booking.state}
    rows = Booking.objects.filter(
        group_id=booking.group_id,
        part=booking.part,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        state__in=NOT_BEGUN_STATES | under_way,
    ).exclude(pk=booking.pk)
    return list(
        rows.select_related(
            *("instrument__organization", "rule", "user"), *("payer_organization", "payer_person")
        ).order_by("instrument_id")
    )


def get_next_to_decide(booking: Booking) -> Booking | None:
    """Return which of a booking and its companions is decided on first; None where none waits for that."""
    by_deadline = {
        one.decide_by: one
        for one in (booking, *get_companions(booking))
        if one.state == BookingState.REQUESTED and one.decide_by is not None
    }
    return by_deadline[min(by_deadline)] if by_deadline else None


def find_overdue(together: Iterable[Booking], now: datetime) -> Booking | None:
    """Return a request among bookings made together whose deadline has passed: the unit lets all lapse."""
    requested = (one for one in together if one.state == BookingState.REQUESTED)
    return next((one for one in requested if is_decided_too_late(one.decide_by, now)), None)


def get_companions_of_each(found: Collection[Booking]) -> dict[int, list[Booking]]:
    """Return what `get_companions` does for each of these bookings that have not begun, by its id."""
    rows = Booking.objects.filter(
        group__in=[one.group_id for one in found], state__in=NOT_BEGUN_STATES
    ).select_related("instrument")
    by_time = defaultdict(list)
    for one in rows.order_by("instrument_id"):
        by_time[_get_part(one)].append(one)
    return {one.pk: [each for each in by_time[_get_part(one)] if each.pk != one.pk] for one in found}


def _get_part(booking: Booking) -> tuple[int, int, datetime, datetime]:
    return booking.group_id, booking.part, booking.starts_at, booking.ends_at


def get_uses_together(booking: Booking) -> QuerySet[Booking]:
    """Return the uses, running or ended, of other instruments that were booked together with this booking.

    They begin with it and have its user: who has moved it apart from them, or was handed it without them, has
    to come for it. What the unit has planned for samples nobody has to come for, whenever it begins.
    """
    together = Booking.objects.filter(group_id=booking.group_id, part=booking.part)
    if not booking.planned_by_unit:
        together = together.filter(starts_at=booking.starts_at, user=booking.user_id)
    return together.filter(state__in=USED_STATES).exclude(pk=booking.pk)


def is_used_together() -> Exists:
    """Return whether `get_uses_together` finds any, as a condition of a statement over bookings."""
    uses = Booking.objects.filter(group=OuterRef("group"), part=OuterRef("part"), state__in=USED_STATES)
    return Exists(uses.exclude(pk=OuterRef("pk")))


def get_uses_in_the_way(booking: Booking) -> QuerySet[Booking]:
    """Return the uses that keep a booking, or one made with it, from beginning, or did since its start.

    They run, or were checked out later, on these instruments. Mostly it is the use before; but whoever comes
    next may have been checked in early, while this user could still come.
    """
    return find_uses_in_the_way(booking.group_id, booking.part, booking.starts_at)


def find_uses_in_the_way(group: Any, part: Any, starts_at: Any) -> QuerySet[Booking]:
    """Return what `get_uses_in_the_way` does, by what a booking's fields hold or by references to them."""
    ended_since = Q(state=BookingState.COMPLETED, checked_out_at__gt=starts_at)
    uses = Booking.objects.filter(Q(state=BookingState.IN_USE) | ended_since)
    return uses.filter(instrument__bookings__group=group, instrument__bookings__part=part).exclude(
        group=group, part=part
    )


def get_no_show_grace(booking: Booking) -> timedelta:
    """Return how long after its start, or after a use in its way, nobody's coming makes a booking a no-show.

    A check-in that a kiosk may have kept is awaited.
    """
    return get_no_show_graces([booking])[booking.pk]


def get_no_show_graces(rows: Collection[Booking]) -> dict[int, timedelta]:
    """Return what `get_no_show_grace` says of each of the bookings, by their ids."""
    grace = timedelta(minutes=settings.BOOKING_NO_SHOW_MINUTES)
    return {pk: grace + delay for pk, delay in _get_kept_check_in_delays(rows).items()}


def get_kept_check_in_delay(booking: Booking) -> timedelta:
    """Return how long a kiosk beside one of its instruments may keep a check-in while its line is cut."""
    return _get_kept_check_in_delays([booking])[booking.pk]


def _get_kept_check_in_delays(rows: Collection[Booking]) -> dict[int, timedelta]:
    together = Booking.objects.filter(group__in={one.group_id for one in rows})
    instrument_ids: dict[tuple[int, int], set[int]] = defaultdict(set)
    for group_id, part, instrument_id in together.values_list("group_id", "part", "instrument_id"):
        instrument_ids[group_id, part].add(instrument_id)
    delays = get_check_in_delays(set().union(*instrument_ids.values()))
    return {
        one.pk: max(delays[instrument_id] for instrument_id in instrument_ids[one.group_id, one.part])
        for one in rows
    }


def get_time_to_come(booking: Booking) -> tuple[datetime, datetime]:
    """Return from when to when, both included, the user comes in time."""
    grace = timedelta(minutes=settings.BOOKING_NO_SHOW_MINUTES)
    return get_check_in_opening(booking.starts_at), booking.starts_at + grace


def get_credit_events_together(booking: Booking) -> QuerySet[CreditEvent]:
    """Return the credit events of the booking and of what was booked with it, oldest first."""
    together = Booking.objects.filter(group_id=booking.group_id, part=booking.part)
    return CreditEvent.objects.filter(booking__in=together).order_by("occurred_at", "id")


def find_credit_event(booking: Booking, kind: CreditKind) -> CreditEvent | None:
    """Return the event of this kind of the booking or of what was booked with it, or None."""
    return get_credit_events_together(booking).filter(kind=kind.value).first()


def get_group(viewer: "Viewer", booking: Booking) -> list[tuple[Booking, bool]]:
    """Return the bookings of linked instruments, in any state, and whether the viewer may open each."""
    others = Booking.objects.filter(group_id=booking.group_id, part=booking.part).exclude(pk=booking.pk)
    visible = set(bookings(viewer).filter(group_id=booking.group_id).values_list("pk", flat=True))
    rows = others.select_related("instrument").order_by("starts_at", "instrument_id")
    return [(one, one.pk in visible) for one in rows]
