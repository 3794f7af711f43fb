"""Transitions that happen with time: lapsed requests and no-shows. Run by recurring jobs; safe to repeat."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bookings.requests.domain.cancellation import calculate_no_show_charge
from bookings.requests.domain.check_in import get_no_show_limit
from bookings.requests.domain.choices import CreditKind
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.registry import drop_charge
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.companions import (
    get_companions,
    get_kept_check_in_delay,
    get_no_show_grace,
    get_time_to_come,
    get_uses_in_the_way,
    get_uses_together,
    is_used_together,
)
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.selectors.request_facts import get_appeal_deadline
from bookings.requests.services import notifications
from bookings.requests.services.cancellations import (
    cancel_companions,
    create_credit_event,
    write_cancellation,
)
from bookings.requests.services.held_time import (
    apply_transition,
    charge_write,
    pass_on_freed_time,
    record_change,
)
from bookings.requests.services.organization_suspension import cancel_for_suspension
from instrument_share.accounts.domain import OrganizationState
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.jobs.selectors import get_end_of_interruption
from instrument_share.journal import services as journal
from instrument_share.kernel.wording import Bilingual, Sentence

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import Organization, User

CHARGE_TAKEN_BACK = "booking.charge_taken_back"
NOT_DECIDED = Bilingual(
    "同时预约的仪器逾期未审批。", "Nobody decided in time on an instrument booked together with it."
)
"""Why a booking ends beside a request that lapses."""


def bookings_lapse_due(now: datetime) -> int:
    """Let overdue requests lapse, each in its own transaction; return their number."""
    due = Booking.objects.filter(state=BookingState.REQUESTED, decide_by__lte=now).order_by("decide_by", "id")
    return do_one_by_one("booking", due.values_list("pk", flat=True), lambda pk: _lapse(pk, now))


def bookings_no_show_due(now: datetime) -> int:
    """Mark approved bookings that nobody attended as no-shows; return their number.

    Those that can't begin, those moved by the unit without their user's agreement, and those whose use was
    recorded by hand are cancelled instead. While another use is not checked out, and as long after that as
    after its start, it waits; it waits for what a kiosk may have kept, too. Where the platform was
    interrupted in the time to come, it waits as long again, and is cancelled then: nobody knows who came.
    What a kiosk may have kept meanwhile is awaited even after its end. Who has used another instrument that
    was booked with it has come: what they did not need is cancelled without charge. Whose account is
    locked could not cancel, which is not held against them either. To samples that the unit has planned
    nobody comes; what it has planned beside them ends so with its time.
    """
    limit = get_no_show_limit(now, timedelta(minutes=settings.BOOKING_NO_SHOW_MINUTES))
    due = Booking.objects.filter(
        Q(planned_by_unit=False) | is_used_together(), state=BookingState.APPROVED, starts_at__lte=limit
    ).order_by("starts_at", "id")
    return do_one_by_one("booking", due.values_list("pk", flat=True), lambda pk: _no_show(pk, now))


@transaction.atomic
def _lapse(booking_id: int, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    if booking.state != BookingState.REQUESTED or booking.decide_by is None or booking.decide_by > now:
        return False
    cancel_companions(booking, actor=None, reason=NOT_DECIDED, now=now)
    booking.ended_at = now
    apply_transition(booking, "lapse", "ended_at", actor=None, now=now)
    notifications.notify_user(booking, notifications.LAPSED, now)
    notifications.notify_other_keepers(booking, notifications.LAPSED_UNDECIDED, now, booking.user)
    pass_on_freed_time(booking, now)
    return True


@transaction.atomic
def _no_show(booking_id: int, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    limit = get_no_show_limit(now, get_no_show_grace(booking))
    if booking.state != BookingState.APPROVED or booking.starts_at > limit:
        return False
    if booking.planned_by_unit and (now < booking.ends_at or not get_uses_together(booking).exists()):
        return False
    if suspended := _get_suspended_organization(booking):
        cancel_for_suspension(booking, suspended, actor=None, now=now)
        return False
    if booking.moved_by_unit_at is not None:
        _cancel_not_agreed(booking, now)
        pass_on_freed_time(booking, now)
        return False
    if excuse := _find_excuse(booking, limit, now):
        message, is_final = excuse
        if is_final:
            _cancel_together(booking, message, now)
        return False
    booking.ended_at = now
    booking.charged_yuan = calculate_no_show_charge(booking.quoted_yuan, booking.rule.no_show_percent)
    details = {"charged_yuan": f"{booking.charged_yuan:.2f}"}
    apply_transition(booking, "no_show", "ended_at", "charged_yuan", actor=None, now=now, details=details)
    event = create_credit_event(booking, CreditKind.NO_SHOW, now)
    charge = Sentence(notifications.NOT_CHARGED)
    if booking.charged_yuan:
        charge = Sentence(notifications.CHARGED, {"amount": f"{booking.charged_yuan:,.2f}"})
    appeal_until = get_appeal_deadline(event)
    notifications.notify_user(booking, notifications.NO_SHOW, now, charge=charge, appeal_until=appeal_until)
    pass_on_freed_time(booking, now)
    return True


def _find_excuse(booking: Booking, limit: datetime, now: datetime) -> tuple[str, bool] | None:
    """Return why it is not held against the user that nobody came, and whether nobody can come any more."""
    back_at = get_end_of_interruption(*get_time_to_come(booking), now)
    kept_until = back_at + get_kept_check_in_delay(booking) if back_at else booking.ends_at
    is_over = max(booking.ends_at, kept_until) <= now
    if not all(is_in_service(one.instrument) for one in (booking, *get_companions(booking))):
        return notifications.CANCELLED_OUT_OF_SERVICE, True
    if _is_kept_waiting(booking, limit):
        return notifications.CANCELLED_KEPT_WAITING, is_over
    if _are_hours_recorded(booking):
        return notifications.CANCELLED_HOURS_RECORDED, True
    if (uses := get_uses_together(booking)).exists():
        can_come = _run_or_ended_lately(uses, limit) or (back_at is not None and back_at > limit)
        return notifications.CANCELLED_NOT_NEEDED, is_over or not can_come
    if back_at:
        return notifications.CANCELLED_INTERRUPTED, is_over or back_at <= limit
    if booking.user.locked_at is not None and booking.user.locked_at <= booking.starts_at:
        return notifications.CANCELLED_LOCKED_OUT, True
    return None


def no_show_take_back(
    booking_id: int,
    *,
    came_at: datetime,
    message: str,
    actor: "User | None",
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Take back a no-show whose user came in time, as is known only now, and tell them `message`.

    It counts on their credit no longer, and costs nothing; what was booked with it neither. That they came is
    noted on the bookings, whose state stays. A charge leaves the draft of a statement; on one that was sent
    it stays, as lines do, and the next statement gives it back. The bookings are locked, as they are while a
    statement bills them.
    """
    booking = booking_lock(booking_id)
    opens, latest = get_time_to_come(booking)
    if not opens <= came_at <= latest:
        return
    together = Booking.objects.filter(group_id=booking.group_id, part=booking.part)
    missed = together.filter(state=BookingState.NO_SHOW, checked_in_at__isnull=True).order_by("instrument_id")
    locked = list(missed.select_for_update(of=("self",)).values_list("pk", flat=True))
    for one in together.filter(pk__in=locked).select_related("instrument", "user"):
        one.checked_in_at = came_at
        one.revision += 1
        one.save(update_fields=["checked_in_at", "revision"])
        came = {"at": came_at.isoformat(), **details}
        record_change(one, actor, "booking.no_show_taken_back", now, details=came)
        charge = Sentence(notifications.NOT_CHARGED)
        if one.charged_yuan:
            if not drop_charge(one, actor, now):
                charge = Sentence(notifications.CHARGE_BILLED, {"amount": f"{one.charged_yuan:,.2f}"})
            charge_write(one, Decimal(0), action=CHARGE_TAKEN_BACK, actor=actor, now=now, **details)
        notifications.notify_user(one, message, now, came_at=came_at, charge=charge)
    for event in CreditEvent.objects.filter(booking__in=locked, kind=CreditKind.NO_SHOW):
        journal.record(
            actor=actor,
            action="credit.taken_back",
            subject=event,
            now=now,
            organization_id=booking.instrument.organization_id,
            details={"booking": booking.public_id, **details},
        )


def _cancel_not_agreed(booking: Booking, now: datetime) -> None:
    """Cancel a booking whose user did not agree to the time that the unit chose, without charge."""
    _cancel(booking, notifications.CANCELLED_NOT_AGREED, now)


def _are_hours_recorded(booking: Booking) -> bool:
    """Return whether a keeper has recorded by hand a use for which the user came in time for the booking."""
    by_hand = booking.user.usage_logs.filter(booking=None, instrument=booking.instrument_id)
    return by_hand.filter(starts_at__range=get_time_to_come(booking)).exists()


def _is_kept_waiting(booking: Booking, limit: datetime) -> bool:
    """Return whether another use runs still, or was checked out after the limit, with time left to come."""
    return _run_or_ended_lately(get_uses_in_the_way(booking), limit)


def _run_or_ended_lately(uses: "QuerySet[Booking]", limit: datetime) -> bool:
    return uses.filter(Q(checked_out_at__isnull=True) | Q(checked_out_at__gt=limit)).exists()


def _cancel_together(booking: Booking, message: str, now: datetime) -> None:
    """Cancel a booking that could not begin with what was booked with it, without charge."""
    companions = get_companions(booking)
    for one in (*companions, booking):
        _cancel(one, message, now)
    pass_on_freed_time(booking, now)


def _cancel(booking: Booking, message: str, now: datetime) -> None:
    write_cancellation(booking, actor=None, reason="", now=now, announce=False)
    for notify in (notifications.notify_user, notifications.notify_keepers):
        notify(booking, message, now)


def _get_suspended_organization(booking: Booking) -> "Organization | None":
    """Return the suspended organization that keeps the booking from beginning, its owner's or its payer's."""
    for organization in (booking.instrument.organization, booking.payer_organization):
        if organization is not None and organization.state == OrganizationState.SUSPENDED:
            return organization
    return None
