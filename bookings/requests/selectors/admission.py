"""Gather the facts behind a request, and judge it by `bookings.requests.domain.admission`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules

from bookings.projects.domain.budget import find_project_problems
from bookings.requests.domain import admission, credit, pricing
from bookings.requests.domain.availability import OwnTime
from bookings.requests.domain.cancellation import get_cancel_deadline
from bookings.requests.domain.errors import SlotTaken
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.project_budget import get_named_project
from bookings.requests.selectors.request_facts import (
    CLOSURE,
    CREDIT,
    HOLD,
    MEMBER,
    OWN,
    QUALIFICATION,
    WINDOW,
    Part,
    RequestFacts,
    read_request_facts,
)
from instrument_share.accounts.domain import OrganizationState
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Sentence
from providers import public as providers
from providers.domain import Decision, InstrumentState, QuotaHolder, ServiceMode, UserKind

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms
    from providers.models import Instrument

INSTRUMENT_PROBLEM_CODES = (
    "booking.not_published",
    "booking.no_rule",
    "booking.outside_windows",
    "booking.closed",
)
"""Said of each instrument; what is wrong with the person or the request is said once."""
LINKED_TAKEN = "booking.linked_taken"
ANY_LENGTH = timedelta(hours=1)
"""Of a request of which only that is asked which does not depend on its time."""


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
    moved_before: Sequence[tuple[Booking, Interval]] = (),
    project: "Project | None" = None,
    planned_yuan: Decimal = Decimal(0),
    by_unit: bool = False,
) -> list[Problem]:
    """Return everything that is wrong with this request, as `booking_create` would find it.

    Instruments that must be booked together are checked together; problems of a linked one are reported with
    its name (`booking.linked_taken`, `booking.linked_refused`). The requester is the viewer, or the booking's
    own user when `moved_booking` is given. The deadline for changes binds that user, not the keeper, nor a
    decision `by_unit` about the instrument, whosever the booking is. A moved booking names the `project` that
    it named before. Bookings `moved_before` count at their new times; `planned_yuan` is what they take of the
    project's budget there besides.
    """
    user = viewer if moved_booking is None else moved_booking.user
    others: dict[int, Booking | None]
    if moved_booking is None:
        others = dict.fromkeys(providers.linked_ids(instrument.pk))
    else:
        others = {mate.instrument_id: mate for mate in get_companions(moved_booking)}
    facts = read_request_facts(
        user,
        [instrument.pk, *others],
        interval=interval,
        payer_id=None if payer_organization is None else payer_organization.pk,
        now=now,
    )
    if moved_before:
        facts = {pk: one.with_moved(moved_before, user, payer_organization) for pk, one in facts.items()}
    return find_problems_in(
        viewer,
        user,
        facts,
        {instrument.pk: moved_booking, **others},
        interval=interval,
        service_mode=service_mode,
        payer_organization=payer_organization,
        subject=subject,
        samples=samples,
        price_is_agreed=moved_booking is not None and moved_booking.planned_by_unit,
        by_unit=by_unit,
        project=project if moved_booking is None else moved_booking.organization_project,
        planned_yuan=planned_yuan,
        now=now,
    )


def find_problems_at(
    viewer: "User",
    booking: Booking,
    interval: Interval,
    now: datetime,
    *,
    moved_before: Sequence[tuple[Booking, Interval]] = (),
    planned_yuan: Decimal = Decimal(0),
    by_unit: bool = False,
) -> list[Problem]:
    """Return everything that is wrong with a booking in the interval, its own time or one to which it moves.

    `moved_before`, `planned_yuan` and `by_unit` are those of `find_booking_problems`.
    """
    return find_booking_problems(
        viewer,
        booking.instrument,
        interval=interval,
        service_mode=ServiceMode(booking.service_mode),
        payer_organization=booking.payer_organization,
        subject=booking.subject,
        samples=booking.samples,
        now=now,
        moved_booking=booking,
        moved_before=moved_before,
        planned_yuan=planned_yuan,
        by_unit=by_unit,
    )


def find_requester_problems(booking: Booking, now: datetime) -> list[Problem]:
    """Return why the user of a booking may book nothing at present, which keeps it from being moved, too."""
    return find_problems_of_requester(booking.user, booking.payer_organization, booking.instrument_id, now)


def find_problems_of_requester(
    user: "User", payer: "Organization | None", instrument_id: int, now: datetime
) -> list[Problem]:
    """Return why a person may book nothing at present for whom they would pay, whatever the time."""
    facts = read_request_facts(
        user,
        [instrument_id],
        interval=Interval(now, now + ANY_LENGTH),
        payer_id=None if payer is None else payer.pk,
        now=now,
    )
    requester = _build_requester(user, payer, facts[instrument_id], None, now)
    return list(admission.find_requester_problems(requester))


def find_problems_in(
    viewer: "User",
    user: "User",
    facts: Mapping[int, RequestFacts],
    moved_bookings: Mapping[int, Booking | None],
    *,
    project: "Project | None" = None,
    planned_yuan: Decimal = Decimal(0),
    **asked: Any,
) -> list[Problem]:
    """Return the same from facts that were read already.

    `moved_bookings` has the instrument first and then those booked with it, each with the booking that is
    moved there. `planned_yuan` is what requests before this one will have committed of the project's budget.
    """
    instrument_id, *others = moved_bookings
    first = moved_bookings[instrument_id]
    asked["is_under_way"] = first is not None and first.state == BookingState.IN_USE
    found = _find_instrument_problems(viewer, user, facts[instrument_id], moved_booking=first, **asked)
    own = {SlotTaken.code, *INSTRUMENT_PROBLEM_CODES}
    said = [(problem.code, problem.params) for problem in found if problem.code not in own]
    for pk in others:
        theirs = _find_instrument_problems(viewer, user, facts[pk], moved_booking=moved_bookings[pk], **asked)
        other = facts[pk].instrument
        found += [
            name_linked(other, problem) for problem in theirs if (problem.code, problem.params) not in said
        ]
    if project is not None:
        named = get_named_project(
            project,
            viewer=viewer,
            user=user,
            payer_organization=asked["payer_organization"],
            moved_bookings=[one for one in moved_bookings.values() if one is not None],
            planned_yuan=planned_yuan,
        )
        price = sum_prices(user, facts, moved_bookings, asked)
        found += find_project_problems(named, asked["interval"], price)
    return found


def sum_prices(
    user: "User",
    facts: Mapping[int, RequestFacts],
    moved_bookings: Mapping[int, Booking | None],
    asked: Mapping[str, Any],
) -> Decimal:
    """Return what the instruments will cost together; prices that were agreed or offered stay."""
    total = Decimal(0)
    for pk, moved in moved_bookings.items():
        terms = facts[pk].terms
        if moved is not None and (moved.planned_by_unit or moved.state == BookingState.OFFERED):
            total += moved.quoted_yuan
        elif terms is not None:
            kind = (
                providers.user_kind(user, asked["payer_organization"], facts[pk].instrument)
                if moved is None
                else UserKind(moved.user_kind)
            )
            total += pricing.calculate_quote(
                terms, asked["interval"], kind, asked["service_mode"], asked["samples"]
            ).total
    return total


def name_linked(instrument: "Instrument", problem: Problem) -> Problem:
    """Return what is wrong on an instrument that is booked together with another one, with its name."""
    name = Bilingual(instrument.name_zh, instrument.name_en)
    if problem.code == SlotTaken.code and problem.subject is None:
        message = gettext_noop(
            "“{instrument}”, which is booked together with this one, is taken at this time. Choose a time at "
            "which both are free."
        )
        return Problem(LINKED_TAKEN, message, {"instrument": name}, "starts_at")
    message = gettext_noop("“{instrument}”, which is booked together with this one: {problem}")
    told = {
        "instrument": name,
        "problem": Sentence(problem.message, problem.params),
        "cause": problem.code,
    }
    code = LINKED_TAKEN if problem.code == SlotTaken.code else "booking.linked_refused"
    return Problem(code, message, told, problem.field, problem.subject)


def _find_instrument_problems(
    viewer: "User",
    user: "User",
    facts: RequestFacts,
    *,
    interval: Interval,
    service_mode: ServiceMode,
    payer_organization: "Organization | None",
    subject: str,
    samples: int,
    now: datetime,
    moved_booking: Booking | None,
    price_is_agreed: bool = False,
    is_under_way: bool = False,
    by_unit: bool = False,
) -> list[Problem]:
    """Return what is wrong with the request on this instrument alone."""
    by_user = moved_booking is not None and moved_booking.user_id == viewer.pk and not by_unit
    request = admission.Request(
        interval=interval,
        service_mode=service_mode,
        subject=subject,
        samples=samples,
        moves_from=get_binding_time(moved_booking, by_user=by_user)
        if moved_booking and not is_under_way
        else None,
        price_is_agreed=price_is_agreed,
        is_under_way=is_under_way,
    )
    exclude = None if moved_booking is None else moved_booking.pk
    return admission.find_problems(
        facts.terms,
        request=request,
        requester=_build_requester(user, payer_organization, facts, exclude, now),
        situation=_build_situation(facts, exclude, tells_own=viewer.pk == user.pk and not by_unit),
        now=now,
    )


def get_binding_time(booking: Booking, *, by_user: bool) -> admission.FormerTime | None:
    """Return the time before which the deadline for changes lies; None where no deadline binds.

    It binds users, not keepers, and no request that still waits for its decision, nor an offer, nor a use
    under way, which can only be extended.
    """
    if not by_user or booking.state != BookingState.APPROVED:
        return None
    return admission.FormerTime(booking.starts_at, get_free_until(booking))


def get_free_until(booking: Booking) -> datetime:
    """Return until when cancelling is free: of a booking that the unit has moved, until its start."""
    if booking.moved_by_unit_at is not None:
        return booking.starts_at
    return get_cancel_deadline(providers.terms_of(booking.rule), booking.starts_at)


def is_in_service(instrument: "Instrument") -> bool:
    """Return whether the instrument is published and its unit admitted.

    Under the instrument's lock, which a suspension of either takes, this holds until the transaction ends.
    The unit is to be read after the lock: rows that are joined to a locked one are older.
    """
    return (
        instrument.state == InstrumentState.PUBLISHED
        and instrument.organization.state == OrganizationState.ADMITTED
    )


def find_out_of_service(together: Iterable[Booking]) -> "Instrument | None":
    """Return the instrument out of service that keeps bookings made together from being moved, if any."""
    return next((one.instrument for one in together if not is_in_service(one.instrument)), None)


def is_new_decision_needed(viewer: "User", booking: Booking, terms: "Terms | None") -> bool:
    """Return whether a move by the viewer under these terms makes an approved booking a request again.

    The keeper approved a certain time, so users who may not decide themselves ask again for another one.
    """
    return booking.state == BookingState.APPROVED and is_decided_by_others(viewer, booking, terms)


def is_decided_by_others(viewer: "User", booking: Booking, terms: "Terms | None") -> bool:
    """Return whether a keeper decides about times under these terms, and the viewer may not."""
    return (
        terms is not None
        and terms.decision == Decision.BY_KEEPER
        and not rules.has_perm("bookings.decide", viewer, booking)
    )


def _build_requester(
    user: "User",
    payer_organization: "Organization | None",
    facts: RequestFacts,
    exclude_booking_id: int | None,
    now: datetime,
) -> admission.Requester:
    needs_qualification = facts.terms is not None and facts.terms.needs_qualification
    return admission.Requester(
        user_kind=providers.user_kind(user, payer_organization, facts.instrument),
        for_organization=payer_organization is not None,
        account_active=user.is_active,
        organization_admitted=payer_organization is None or bool(facts.parts.keys(MEMBER, None)),
        credit_suspended_until=credit.get_suspension_end(facts.parts.ends(CREDIT, None), now),
        qualified=not needs_qualification or bool(facts.keys(QUALIFICATION)),
        bookings=facts.intervals(QuotaHolder.USER, exclude=exclude_booking_id),
        organization_bookings=facts.intervals(QuotaHolder.ORGANIZATION, exclude=exclude_booking_id),
    )


def _build_situation(
    facts: RequestFacts, exclude_booking_id: int | None, *, tells_own: bool
) -> admission.Situation:
    pk = facts.instrument.pk
    own = {part.key: part for part in facts.parts.rows(OWN, pk)} if tells_own else {}
    rows = [one for one in facts.parts.rows(HOLD, pk) if one.key != exclude_booking_id]
    times = [(one.key, Interval(one.start, one.end)) for one in rows if one.start and one.end]
    return admission.Situation(
        published=is_in_service(facts.instrument),
        windows=facts.intervals(WINDOW),
        closures=facts.parts.closed_times(CLOSURE, pk),
        holds=[held for key, held in times if key not in own],
        own_times=[_build_own_time(own[key], held) for key, held in times if key in own],
    )


def _build_own_time(booked: Part, held: Interval) -> OwnTime:
    return OwnTime(Interval(held.start, booked.end or held.end), held.end, booked.public_id)
