"""Check-in and check-out; a check-out writes the usage log."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.projects.domain.choices import NATIONAL_WORDS, FundingSource
from bookings.requests.domain.check_in import get_check_in_opening
from bookings.requests.domain.errors import StillInUse, TooEarly
from bookings.requests.domain.states import MOVES
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import find_running_use
from bookings.requests.services.held_time import apply_transition, booking_lock_for, pass_on_freed_time
from bookings.usage.domain.choices import Capture, UsagePurpose
from bookings.usage.domain.usage import OVERLAP_AT_CHECK_OUT
from bookings.usage.models import UsageLog
from bookings.usage.selectors.amounts import Use, calculate_use
from bookings.usage.selectors.usage import find_overlapping_times
from bookings.usage.selectors.user_facts import get_user_facts
from bookings.usage.services import notifications
from bookings.usage.services.usage import log_write
from instrument_share.kernel.states import require_transition
from providers.domain import OPERATED_BY_USER, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def booking_check_in(
    *, actor: "User", booking_id: int, now: datetime, revision: int | None = None
) -> Booking:
    """Check the user in. Raises TooEarly before check-in opens, StillInUse while another use runs."""
    booking = booking_lock_for(actor, booking_id, permission="bookings.attend", revision=revision)
    write_check_in(booking, actor=actor, at=now, now=now)
    return booking


def write_check_in(
    booking: Booking, *, actor: "User", at: datetime, now: datetime, details: dict[str, Any] | None = None
) -> None:
    """Check in a locked booking whose use began at an instant that is past. Raises TooEarly, StillInUse."""
    opens = get_check_in_opening(booking.starts_at)
    if at < opens:
        raise TooEarly(opens=opens)
    if find_running_use(booking.instrument_id):
        raise StillInUse
    booking.checked_in_at = at
    apply_transition(booking, "check_in", "checked_in_at", actor=actor, now=now, details=details)


@transaction.atomic
def booking_check_out(
    *,
    actor: "User",
    booking_id: int,
    now: datetime,
    ends_at: datetime | None = None,
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
    """End a use: complete the booking and write its log, to be confirmed by the user.

    Time and amount are those of `calculate_use`: from check-in to `ends_at`, by default the booked end once
    it has passed, else now. The rest of the booked time is free at once; overrunning changes the log, never
    the hold. Where a use was entered by hand for this time meanwhile, the log is marked. Without
    `funding_sources` it has that of the project that the booking names. Raises UsageRefused with everything
    that does not add up.
    """
    booking = booking_lock_for(actor, booking_id, permission="bookings.attend", revision=revision)
    require_transition(MOVES, booking.state, "check_out")
    use = calculate_use(
        booking,
        now=now,
        ends_at=ends_at,
        setup_seconds=setup_seconds,
        measuring_seconds=measuring_seconds,
        post_seconds=post_seconds,
        idle_seconds=idle_seconds,
        samples=samples,
    )
    return write_check_out(
        booking,
        use,
        actor=actor,
        operator_id=operator_id or get_operator_id(booking, actor.pk),
        now=now,
        content=content,
        results=results,
        purpose=purpose,
        funding_sources=funding_sources,
    )


def write_check_out(
    booking: Booking,
    use: Use,
    *,
    actor: "User",
    operator_id: int,
    now: datetime,
    content: str = "",
    results: str = "",
    purpose: UsagePurpose = UsagePurpose.SERVICE,
    funding_sources: Sequence[str] = (),
    capture: Capture = Capture.CHECK_OUT,
    tell: Callable[[UsageLog, datetime], None] = notifications.ask_to_confirm,
    details: Mapping[str, Any] | None = None,
) -> UsageLog:
    """Complete a locked booking with a use that was computed for it; return its log, told to the user."""
    booking.checked_out_at = now
    log = UsageLog(
        instrument=booking.instrument,
        booking=booking,
        user=booking.user,
        operator_id=operator_id,
        payer_organization=booking.payer_organization,
        payer_person=booking.payer_person,
        starts_at=use.time.start,
        ends_at=use.time.end,
        **get_user_facts(
            booking.instrument, booking.user, booking.payer_organization, UserKind(booking.user_kind)
        ),
        **use.spent.to_fields(),
        service_mode=booking.service_mode,
        direction=booking.direction,
        purpose=purpose.value,
        content=content.strip() or booking.subject,
        project=booking.project,
        funding_sources=list(funding_sources) or _get_sources(booking),
        samples=use.samples,
        results=results.strip(),
        amount_yuan=use.price.total,
        price=use.price.as_rows(),
        capture=capture.value,
    )
    log_write(
        log,
        actor=actor,
        now=now,
        overlapping=find_overlapping_times(log.instrument_id, use.time),
        overlap_reason=OVERLAP_AT_CHECK_OUT,
    )
    apply_transition(
        booking,
        "check_out",
        "checked_out_at",
        actor=actor,
        now=now,
        details={"log": log.public_id, **(details or {})},
    )
    tell(log, now)
    pass_on_freed_time(booking, now)
    return log


def _get_sources(booking: Booking) -> list[str]:
    """Return the funding source of the project that the booking names, as national records word it."""
    project = booking.organization_project
    return [] if project is None else [NATIONAL_WORDS[FundingSource(project.funding)]]


def get_operator_id(booking: Booking, keeper_id: int) -> int:
    """Return the default operator: the user beside the instrument or from elsewhere, else the keeper."""
    return booking.user_id if booking.service_mode in OPERATED_BY_USER else keeper_id
