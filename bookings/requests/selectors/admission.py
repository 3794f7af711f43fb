"""Gather the facts behind a request for `bookings.requests.domain.admission`, and its price."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import rules
from django.db.models import Q

from bookings.requests.domain import admission, credit, pricing, quota
from bookings.requests.domain.errors import BookingRefused, SlotTaken
from bookings.requests.domain.states import HOLDING_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import get_credit_event_ends
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.holds import get_held_intervals
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Sentence
from providers import public as providers
from providers.domain import Decision, InstrumentState, QuotaHolder, ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument

INSTRUMENT_PROBLEM_CODES = (
    "booking.not_published",
    "booking.no_rule",
    "booking.outside_windows",
    "booking.closed",
)
"""Said of each instrument; what is wrong with the person or the request is said once."""
QUOTA_STATES = [*HOLDING_STATES, BookingState.COMPLETED, BookingState.NO_SHOW]
"""Bookings that count towards quotas."""


def find_booking_problems(
    viewer: "User",
    instrument: "Instrument",
    *,
    interval: Interval,
    service_mode: ServiceMode,
    payer_organization: "Organization | None",
    subject: str,
    samples: int,
    now: datetime,
    moved_booking: Booking | None = None,
) -> list[Problem]:
    """Return everything that is wrong with this request, as `booking_create` would find it.

    Instruments that must be booked together are checked together; problems of a linked one are reported with
    its name (`booking.linked_taken`, `booking.linked_refused`). The requester is the viewer, or the booking's
    own user when `moved_booking` is given. The deadline for changes binds that user, not the keeper.
    """
    asked: dict[str, Any] = {
        "interval": interval,
        "service_mode": service_mode,
        "payer_organization": payer_organization,
        "subject": subject,
        "samples": samples,
        "now": now,
    }
    found = _find_instrument_problems(viewer, instrument, moved_booking=moved_booking, **asked)
    others: list[tuple[Instrument, Booking | None]]
    if moved_booking is None:
        others = [(one, None) for one in providers.instruments_by_id(providers.linked_ids(instrument.pk))]
    else:
        others = [(mate.instrument, mate) for mate in get_companions(moved_booking)]
    known = {problem.code for problem in found} - {SlotTaken.code, *INSTRUMENT_PROBLEM_CODES}
    for other, mate in others:
        theirs = _find_instrument_problems(viewer, other, moved_booking=mate, **asked)
        found += [_as_linked_problem(other, problem) for problem in theirs if problem.code not in known]
    return found


def _as_linked_problem(instrument: "Instrument", problem: Problem) -> Problem:
    name = Bilingual(instrument.name_zh, instrument.name_en)
    if problem.code == SlotTaken.code:
        message = gettext_noop(
            "“{instrument}”, which is booked together with this one, is taken at this time. Choose a time at "
            "which both are free."
        )
        return Problem("booking.linked_taken", message, {"instrument": name}, "starts_at")
    message = gettext_noop("“{instrument}”, which is booked together with this one: {problem}")
    told = {"instrument": name, "problem": Sentence(problem.message, problem.params)}
    return Problem("booking.linked_refused", message, told, problem.field)


def _find_instrument_problems(
    viewer: "User",
    instrument: "Instrument",
    *,
    interval: Interval,
    service_mode: ServiceMode,
    payer_organization: "Organization | None",
    subject: str,
    samples: int,
    now: datetime,
    moved_booking: Booking | None,
) -> list[Problem]:
    """Return what is wrong with the request on this instrument alone."""
    terms = providers.terms_at(instrument.pk, interval.start)
    user = viewer if moved_booking is None else moved_booking.user
    exclude_booking_id = None if moved_booking is None else moved_booking.pk
    request = admission.Request(
        interval=interval,
        service_mode=service_mode,
        subject=subject,
        samples=samples,
        moves_from=Interval(moved_booking.starts_at, moved_booking.ends_at)
        if moved_booking is not None and moved_booking.user_id == viewer.pk
        else None,
    )
    return admission.find_problems(
        terms,
        request=request,
        requester=_build_requester(
            user, payer_organization, instrument, interval, exclude_booking_id, now, terms
        ),
        situation=_build_situation(instrument, interval, exclude_booking_id, terms),
        now=now,
    )


def is_in_service(instrument: "Instrument") -> bool:
    """Return whether the instrument is published and its unit admitted.

    Under the instrument's lock, which a suspension of either takes, this holds until the transaction ends.
    The unit is to be read after the lock: rows that are joined to a locked one are older.
    """
    return (
        instrument.state == InstrumentState.PUBLISHED
        and instrument.organization.state == OrganizationState.ADMITTED
    )


def is_new_decision_needed(viewer: "User", booking: Booking, terms: "Terms | None") -> bool:
    """Return whether a move by the viewer under these terms makes an approved booking a request again.

    The keeper approved a certain time, so users who may not decide themselves ask again for another one.
    """
    return (
        booking.state == BookingState.APPROVED
        and terms is not None
        and terms.decision == Decision.BY_KEEPER
        and not rules.has_perm("bookings.decide", viewer, booking)
    )


def get_quote(
    viewer: "Viewer",
    instrument: "Instrument",
    *,
    interval: Interval,
    service_mode: ServiceMode,
    payer_organization: "Organization | None",
    samples: int,
) -> pricing.Quote:
    """Return the price of a request under the rule in force at its start; visitors count as individuals.

    Raises BookingRefused where no rule is in force then.
    """
    terms = providers.terms_at(instrument.pk, interval.start)
    if terms is None:
        raise BookingRefused(
            problems=[
                Problem(
                    "booking.no_rule",
                    gettext_noop(
                        "No open-service rule is in force for this instrument. Ask its contact person."
                    ),
                )
            ]
        )
    kind = (
        UserKind.INDIVIDUAL
        if viewer.is_anonymous
        else providers.user_kind(viewer, payer_organization, instrument)
    )
    return pricing.calculate_quote(terms, interval, kind, service_mode, samples)


def _build_requester(
    user: "User",
    payer_organization: "Organization | None",
    instrument: "Instrument",
    interval: Interval,
    exclude_booking_id: int | None,
    now: datetime,
    terms: "Terms | None",
) -> admission.Requester:
    organization_id = None if payer_organization is None else payer_organization.pk
    needs_qualification = terms is not None and terms.needs_qualification
    quotas = () if terms is None else terms.quotas
    reach = {holder: quota.get_relevant_interval(quotas, holder, interval) for holder in QuotaHolder}
    return admission.Requester(
        user_kind=providers.user_kind(user, payer_organization, instrument),
        for_organization=organization_id is not None,
        account_active=user.is_active,
        organization_admitted=organization_id is None or organization_id in standing(user).organization_ids(),
        credit_suspended_until=credit.get_suspension_end(get_credit_event_ends(user.pk, now), now),
        qualified=not needs_qualification
        or providers.has_qualification(user.pk, instrument.pk, interval.end),
        bookings=_get_counted_intervals(
            Q(user=user), instrument.pk, reach[QuotaHolder.USER], exclude_booking_id
        ),
        organization_bookings=[]
        if organization_id is None
        else _get_counted_intervals(
            Q(payer_organization_id=organization_id),
            instrument.pk,
            reach[QuotaHolder.ORGANIZATION],
            exclude_booking_id,
        ),
    )


def _get_counted_intervals(
    condition: Q, instrument_id: int, reach: Interval | None, exclude_booking_id: int | None
) -> list[Interval]:
    """Return the instrument's bookings in this time that count towards quotas."""
    if reach is None:
        return []
    rows = Booking.objects.filter(
        condition,
        instrument_id=instrument_id,
        state__in=QUOTA_STATES,
        starts_at__lt=reach.end,
        ends_at__gt=reach.start,
    )
    if exclude_booking_id is not None:
        rows = rows.exclude(pk=exclude_booking_id)
    return [Interval(start, end) for start, end in rows.values_list("starts_at", "ends_at")]


def _build_situation(
    instrument: "Instrument", interval: Interval, exclude_booking_id: int | None, terms: "Terms | None"
) -> admission.Situation:
    around = interval if terms is None else Interval(interval.start, interval.end + terms.turnaround)
    return admission.Situation(
        published=is_in_service(instrument),
        windows=providers.open_windows([instrument.pk], quota.get_days_interval(interval)).get(
            instrument.pk, []
        ),
        closures=providers.closures([instrument.pk], interval).get(instrument.pk, []),
        holds=get_held_intervals(
            [instrument.pk], around, exclude_booking_ids=[exclude_booking_id] if exclude_booking_id else []
        ).get(instrument.pk, []),
    )
