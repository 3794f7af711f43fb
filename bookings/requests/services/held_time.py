"""Changes of held time: locks, refused overlaps, transitions, their record, and late charges."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from bookings.requests.domain.cancellation import calculate_late_cancel_charge
from bookings.requests.domain.errors import BookingChanged, SlotTaken
from bookings.requests.domain.states import MOVES, TAKING_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.registry import drop_charge, find_used_times
from bookings.requests.selectors.costs import is_charge_waived
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.selectors.request_facts import LATE, RequestFacts
from bookings.requests.services import notifications
from bookings.requests.services.next_free import next_free_refresh, next_free_take
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import require_revision
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.states import next_state

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

EXCLUSION_VIOLATION = "23P01"
OVERLAP_CONSTRAINT = "booking_no_overlap"
TRANSITION_ACTIONS = {
    "approve": "booking.approved",
    "reject": "booking.rejected",
    "cancel": "booking.cancelled",
    "lapse": "booking.lapsed",
    "no_show": "booking.no_show",
    "check_in": "booking.checked_in",
    "check_out": "booking.checked_out",
    "accept": "booking.offer_accepted",
    "accept_for_decision": "booking.offer_accepted",
    "decline": "booking.offer_declined",
}
"""What the journal calls a transition."""
TimeTaker = Callable[[Collection[int], datetime], None]
_takers: list[TimeTaker] = []
RivalTeller = Callable[[Booking, datetime], None]
_tellers: list[RivalTeller] = []


@contextmanager
def translate_overlap_error(*, savepoint: bool = True) -> Iterator[None]:
    """Turn the database's refusal of an overlap (see `bookings.guards`) into SlotTaken.

    Without a savepoint SlotTaken has to end the caller's transaction.
    """
    try:
        with transaction.atomic(savepoint=savepoint):
            yield
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", None) == EXCLUSION_VIOLATION or OVERLAP_CONSTRAINT in str(
            error
        ):
            raise SlotTaken from error
        raise


def booking_lock_for(actor: "User", booking_id: int, *, permission: str, revision: int | None) -> Booking:
    """Lock a booking that the actor may change, and that is as they saw it, and return it.

    Raises BookingChanged where it has another revision; None skips that check.
    """
    booking = booking_lock(booking_id)
    require(actor, permission, booking)
    require_revision(revision, booking.revision, BookingChanged)
    return booking


def apply_transition(
    booking: Booking,
    move: str,
    *fields: str,
    actor: "User | None",
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Make a transition, save it together with the `fields` that the caller has set, and record it.

    A note that is among them is the reason in its entry: the booking keeps the last one alone.
    """
    action = TRANSITION_ACTIONS[move]
    if booking.state == BookingState.OFFERED and move == "lapse":
        action = "booking.offer_lapsed"
    booking.state = next_state(MOVES, booking.state, move)
    booking.revision += 1
    with translate_overlap_error():
        booking.save(update_fields=["state", "revision", *fields])
    told = {"reason": booking.decision_note} if "decision_note" in fields and booking.decision_note else {}
    record_change(booking, actor, action, now, {**(details or {}), **told})


def let_offer_go(
    booking: Booking,
    move: str,
    *,
    actor: "User | None",
    now: datetime,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """End an offer by declining it, by its deadline or by a decision; those waiting next are not told yet."""
    booking.ended_at, booking.decision_note = now, reason.strip()[:500]
    fields = ("ended_at", "decision_note")
    apply_transition(booking, move, *fields, actor=actor, now=now, details=details)


def register_time_taker(taker: TimeTaker) -> None:
    """Have `taker` called with instruments on which time was freed, under their locks."""
    _takers.append(taker)


def register_rival_teller(teller: RivalTeller) -> None:
    """Have `teller` called with each request that is approved."""
    _tellers.append(teller)


def tell_rivals(booking: Booking, now: datetime) -> None:
    """Tell those who wait for the time of a request that it is approved."""
    for teller in _tellers:
        teller(booking, now)


def pass_on_freed_time(booking: Booking, now: datetime) -> None:
    """Offer what a booking has freed to those who wait; the last step of a service that frees time."""
    together = Booking.objects.filter(group_id=booking.group_id, part=booking.part)
    pass_on_instruments(set(together.values_list("instrument_id", flat=True)), now)


def pass_on_instruments(instrument_ids: Collection[int], now: datetime) -> None:
    """Offer free time of instruments, which the caller has locked, to those who wait."""
    for taker in _takers:
        taker(instrument_ids, now)


def record_change(
    booking: Booking, actor: "User | None", action: str, now: datetime, details: dict[str, Any] | None = None
) -> None:
    """Record a change in the journal; refresh the late charges and next free time that it affects."""
    _record(booking, actor, action, now, details)
    time = Interval(booking.starts_at, booking.ends_at)
    late_charges_refresh(booking.instrument_id, time, actor=actor, now=now)
    next_free_refresh([booking.instrument_id], now)


def record_booked(booking: Booking, facts: RequestFacts, now: datetime, details: dict[str, Any]) -> None:
    """Record a new booking as `record_change` does, reading no more than its facts where they suffice."""
    is_offer = booking.state == BookingState.OFFERED
    _record(
        booking,
        None if is_offer else booking.user,
        "booking.offered" if is_offer else "booking.requested",
        now,
        details,
    )
    if facts.keys(LATE):
        time = Interval(booking.starts_at, booking.ends_at)
        late_charges_refresh(booking.instrument_id, time, actor=booking.user, now=now)
    next_free_take(facts, Interval(booking.starts_at, booking.held_until), now)


def _record(
    booking: Booking, actor: "User | None", action: str, now: datetime, details: dict[str, Any] | None
) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=booking,
        now=now,
        organization_id=booking.instrument.organization_id,
        details=details,
    )


def late_charges_refresh(
    instrument_id: int, interval: Interval, *, actor: "User | None", now: datetime
) -> None:
    """Recalculate the charges of late cancellations that overlap the interval.

    Late cancellers pay only for the part that nobody took; one that was waived stays. Call it under the
    instrument's lock whenever other bookings take or free this time, or uses of it are recorded or corrected.
    """
    cancelled = Booking.objects.filter(
        instrument_id=instrument_id,
        late_cancel=True,
        charged_yuan__isnull=False,
        starts_at__lt=interval.end,
        ends_at__gt=interval.start,
    ).exclude(is_charge_waived())
    # The last first: its charge is what frees those before it.
    related = ("rule", "instrument", "user")
    for booking in cancelled.select_related(*related).order_by("-ended_at", "-pk"):
        charge = calculate_late_charge(booking)
        if charge != booking.charged_yuan and _may_become(booking, charge):
            _charge_again(booking, charge, actor, now)


def _may_become(booking: Booking, charge: Decimal) -> bool:
    """Lock a late-cancelled booking, as it is while it is billed; return whether its charge may become this.

    Once it is billed it rises no more, and falls until a statement has given something back.
    """
    Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    lines = booking.statement_lines.all()
    if booking.charged_yuan is not None and charge < booking.charged_yuan:
        lines = lines.filter(corrects__isnull=False)
    return not lines.exists()


def _charge_again(booking: Booking, charge: Decimal, actor: "User | None", now: datetime) -> None:
    """Change the charge of a late cancellation, which leaves a draft; tell its user where it rises.

    They are told, too, that one on a statement that was sent falls: the next statement gives back the rest.
    """
    before = booking.charged_yuan or Decimal(0)
    is_sent = not drop_charge(booking, actor, now)
    charge_write(booking, charge, action="booking.charged_again", actor=actor, now=now)
    if is_sent:
        facts = {"charge": f"{charge:,.2f}", "amount": f"{before - charge:,.2f}"}
        notifications.notify_user(booking, notifications.CHARGE_GIVEN_BACK, now, **facts)
    elif charge > before:
        notifications.notify_user(booking, notifications.CHARGE_RISEN, now, charge=f"{charge:,.2f}")


def charge_write(
    booking: Booking, charge: Decimal, *, action: str, actor: "User | None", now: datetime, **details: str
) -> None:
    """Change what a missed or late-cancelled booking costs, under the caller's lock, with its entry."""
    before, booking.charged_yuan = booking.charged_yuan, charge
    booking.revision += 1
    booking.save(update_fields=["charged_yuan", "revision"])
    told = {"from": f"{before:.2f}", "charged_yuan": f"{charge:.2f}", **details}
    _record(booking, actor, action, now, told)


def calculate_late_charge(booking: Booking) -> Decimal:
    """Return the charge of a late cancellation in yuan, given who has taken its time since.

    A no-show counts as taken, since it is charged itself, and so does a late cancellation after this one that
    is, or was until the unit waived it: no hour is paid for twice. An offer takes nothing before it is
    accepted. Time that a log records as used is taken, whoever used it: its use is paid for.
    """
    is_later = Q(ended_at__gt=booking.ended_at) | Q(ended_at=booking.ended_at, pk__gt=booking.pk)
    was_charged = Q(charged_yuan__gt=0) | Q(is_charge_waived())
    takers = Booking.objects.filter(
        Q(state__in=TAKING_STATES) | (is_later & Q(late_cancel=True) & was_charged),
        instrument_id=booking.instrument_id,
        starts_at__lt=booking.ends_at,
        ends_at__gt=booking.starts_at,
    ).exclude(pk=booking.pk)
    booked = Interval(booking.starts_at, booking.ends_at)
    held = [Interval(start, end) for start, end in takers.values_list("starts_at", "ends_at")]
    return calculate_late_cancel_charge(
        booking.quoted_yuan,
        booking.rule.late_cancel_percent,
        booked,
        [*held, *find_used_times(booking.instrument_id, booked)],
    )
