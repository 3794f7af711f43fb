"""Check-in and check-out at the instrument; a check-out writes the usage log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain import pricing
from bookings.requests.domain.attendance import check_in_opens_at
from bookings.requests.domain.errors import BookingChanged, StillInUse, TooEarly
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services._facts import user_side
from bookings.requests.services._holding import advance
from bookings.requests.services.bookings import record_change
from bookings.usage.domain.choices import Capture, UsagePurpose
from bookings.usage.domain.usage import Spent, whole_seconds
from bookings.usage.models import UsageLog
from bookings.usage.services import _messages as usage_messages
from bookings.usage.services.usage import log_write
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_revision
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def booking_check_in(
    *, actor: "User", booking_id: int, now: datetime, revision: int | None = None
) -> Booking:
    """The keeper lets the user at the instrument, once check-in is open and nobody else is at it."""
    booking = booking_lock(booking_id)
    require(actor, "bookings.attend", booking)
    require_revision(revision, booking.revision, BookingChanged)
    opens = check_in_opens_at(booking.starts_at)
    if now < opens:
        raise TooEarly(opens=opens)
    if Booking.objects.filter(instrument_id=booking.instrument_id, state=BookingState.IN_USE).exists():
        raise StillInUse
    booking.checked_in_at = now
    advance(booking, "check_in", "checked_in_at")
    record_change(booking, actor, "booking.checked_in", now)
    return booking


@transaction.atomic
def booking_check_out(
    *,
    actor: "User",
    booking_id: int,
    now: datetime,
    setup_seconds: int = 0,
    measuring_seconds: int | None = None,
    post_seconds: int = 0,
    idle_seconds: int = 0,
    content: str = "",
    samples: int | None = None,
    results: str = "",
    operator_id: int | None = None,
    purpose: UsagePurpose = UsagePurpose.SERVICE,
    funding_sources: Sequence[str] = (),
    revision: int | None = None,
) -> UsageLog:
    """The use ends now: the booking is completed and its usage log written, to be confirmed by the user.

    Start and end are those of check-in and check-out, in whole seconds. Measuring time is what the other
    parts leave, when it is not given. The amount is the price of the booked way of service under the
    booking's own rule for the effective time (docs/pricing.md). What was booked beyond is free at once;
    overrunning changes the log, never the hold. Raises UsageRefused with everything that does not add up.
    """
    booking = booking_lock(booking_id)
    require(actor, "bookings.attend", booking)
    require_revision(revision, booking.revision, BookingChanged)
    booking.checked_out_at = now
    advance(booking, "check_out", "checked_out_at")
    time = _used(booking)
    spent = Spent.of(
        time,
        setup_seconds=setup_seconds,
        measuring_seconds=measuring_seconds,
        post_seconds=post_seconds,
        idle_seconds=idle_seconds,
    )
    spent.require_fits(time)
    counted = booking.samples if samples is None else samples
    price = pricing.quote(
        providers.terms_of(booking.rule),
        time,
        UserKind(booking.user_kind),
        ServiceMode(booking.service_mode),
        counted,
        charged=spent.effective,
    )
    log = UsageLog(
        instrument=booking.instrument,
        booking=booking,
        user=booking.user,
        operator_id=operator_id or _operator_id(booking, actor),
        payer_organization=booking.payer_organization,
        payer_person=booking.payer_person,
        starts_at=time.start,
        ends_at=time.end,
        **vars(user_side(booking.instrument, booking.payer_organization, UserKind(booking.user_kind))),
        **spent.fields(),
        service_mode=booking.service_mode,
        direction=booking.direction,
        purpose=purpose.value,
        content=content.strip() or booking.subject,
        project=booking.project,
        funding_sources=list(funding_sources),
        samples=counted,
        results=results.strip(),
        amount_yuan=price.total,
        price=price.as_rows(),
        capture=Capture.CHECK_OUT.value,
    )
    log_write(log, actor=actor, now=now)
    record_change(booking, actor, "booking.checked_out", now, details={"log": log.public_id})
    usage_messages.tell_user_of_log(log, usage_messages.CONFIRM, now)
    return log


def _used(booking: Booking) -> Interval:
    """From check-in to check-out in whole seconds, one at least."""
    assert booking.checked_in_at is not None
    assert booking.checked_out_at is not None
    start = whole_seconds(booking.checked_in_at)
    return Interval(start, max(whole_seconds(booking.checked_out_at), start + timedelta(seconds=1)))


def _operator_id(booking: Booking, keeper: "User") -> int:
    """Who was at the instrument, when nobody else is named: the user where they operate it, else the
    keeper.
    """
    self_operated = booking.service_mode == ServiceMode.SELF_OPERATED
    return booking.user_id if self_operated else keeper.pk
