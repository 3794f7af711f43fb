"""Who waits, and which free time can be offered to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

import rules
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from bookings.projects.domain.budget import Budget
from bookings.proposals.domain import ProposalOrder, find_slot
from bookings.requests.domain import pricing
from bookings.requests.domain.offers import InstrumentTime
from bookings.requests.domain.states import BookingState
from bookings.requests.domain.waiting import find_lasting, get_waitable_modes
from bookings.requests.selectors.admission import find_booking_problems, is_in_service
from bookings.requests.selectors.bookings import get_date_interval
from bookings.requests.selectors.costs import build_conditions
from bookings.requests.selectors.granting import Hit, find_hits, may_be_granted
from bookings.requests.selectors.offers import LONGEST_LOOK, Applicant, get_free_time
from bookings.requests.selectors.project_budget import get_budgets
from bookings.requests.selectors.scope import NOTHING, get_responsible_condition
from bookings.waiting.domain import MINUTE, SHORTEST_ANSWER, USUAL_SPAN, WaitState, get_offerable_span
from bookings.waiting.models import WaitlistEntry, WaitlistOffer
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.selectors.standing import standing, standings_read
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from bookings.requests.models import Booking
    from bookings.requests.selectors.granting import GrantChange
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.kernel.errors import Problem
    from providers.domain import Terms
    from providers.models import Instrument

STANDS_FOR_A_SUBJECT = "—"
OPEN = Q(end="")
OPEN_OFFER = Q(booking__state=BookingState.OFFERED)
WITHDRAWN = ~Q(booking__decision_note="")
"""The condition for offers that a decision took back: it has a reason, unlike a refusal and the clock."""


def waits(viewer: "Viewer") -> QuerySet[WaitlistEntry]:
    """Return the waits visible to the viewer: their own, and those that an organization they administer pays.

    Each has its `open_offers`, at most one, with their bookings and what is booked together with those.
    """
    if viewer.is_anonymous:
        return WaitlistEntry.objects.filter(NOTHING)
    paid_by = standing(viewer).organization_ids(Role.ORG_ADMIN)
    open_offers = WaitlistOffer.objects.filter(OPEN_OFFER).select_related(
        "booking__group",
        "booking__instrument__organization",
        "booking__user",
        "booking__payer_organization",
        "booking__payer_person",
        "booking__organization_project",
    )
    open_offers = open_offers.prefetch_related("booking__group__bookings")
    return (
        WaitlistEntry.objects.filter(Q(user=viewer) | Q(payer_organization__in=paid_by))
        .select_related("instrument__organization", "user", "payer_organization")
        .prefetch_related(Prefetch("offers", open_offers, to_attr="open_offers"))
    )


def get_wait(viewer: "Viewer", public_id: str) -> WaitlistEntry:
    """Return a wait visible to the viewer. Raises NotFound."""
    return require_found(waits(viewer).filter(public_id=public_id).first())


def get_offer(viewer: "Viewer", booking_id: str) -> WaitlistOffer:
    """Return what was offered by this booking, open or not, if the viewer sees the wait. Raises NotFound."""
    found = WaitlistOffer.objects.filter(booking__public_id=booking_id, entry__in=waits(viewer))
    return require_found(found.select_related("booking", "entry__instrument", "entry__user").first())


def waits_in_order(instrument_id: int | None = None) -> QuerySet[WaitlistEntry]:
    """Return the waits without an open offer in the order in which they are offered time."""
    offered = WaitlistOffer.objects.filter(OPEN_OFFER, entry=OuterRef("pk"))
    found = WaitlistEntry.objects.filter(OPEN, ~Exists(offered))
    if instrument_id is not None:
        found = found.filter(instrument_id=instrument_id)
    together = ("instrument", "user", "payer_organization", "organization_project")
    return found.select_related(*together).order_by("joined_at", "id")


def waits_of_lost_payers() -> QuerySet[WaitlistEntry]:
    """Return the open waits of people who no longer belong to the organization that was to pay.

    It may be suspended, which may end.
    """
    belongs = WaitlistEntry.objects.filter(
        pk=OuterRef("pk"),
        payer_organization__memberships__user=F("user"),
        payer_organization__memberships__state=MembershipState.ACTIVE,
    )
    return WaitlistEntry.objects.filter(OPEN, ~Exists(belongs), payer_organization__isnull=False)


def waited_instrument_ids(user: "User") -> set[int]:
    """Return the ids of the instruments that the person waits for, and of those booked with them."""
    waited = WaitlistEntry.objects.filter(OPEN, user=user).values_list("instrument_id", flat=True)
    links = providers.links_of(waited)
    return {*links, *chain.from_iterable(links.values())}


def waits_to_pay(organization_id: int, user_id: int | None = None) -> QuerySet[WaitlistEntry]:
    """Return the open waits, of a person or of all, that an organization is to pay, by when they began."""
    found = WaitlistEntry.objects.filter(OPEN, payer_organization_id=organization_id)
    if user_id is not None:
        found = found.filter(user_id=user_id)
    return found.select_related("instrument", "user").order_by("joined_at", "id")


def waits_to_pay_elsewhere(organization_id: int) -> QuerySet[WaitlistEntry]:
    """Return the same for instruments of others: who waits for its own is told of these."""
    return waits_to_pay(organization_id).exclude(instrument__organization=organization_id)


def get_span(entry: WaitlistEntry, now: datetime) -> Interval | None:
    """Return in which time an offer to somebody who waits may lie now, in the period of their project too."""
    start, end, project = entry.earliest, entry.latest, entry.organization_project
    if project is not None and project.first_date is not None:
        start = max(start, get_date_interval(project.first_date).start)
    if project is not None and project.last_date is not None:
        end = min(end, get_date_interval(project.last_date).end)
    return get_offerable_span(Interval(start, end), entry.length, now) if start < end else None


def get_open_offer(entry: WaitlistEntry) -> WaitlistOffer | None:
    """Return the open offer of a wait that `waits` has returned."""
    return next(iter(entry.open_offers), None)  # type: ignore[attr-defined]


def may_answer(viewer: "User", booking: "Booking", now: datetime) -> bool:
    """Return whether the booking is of an offer that the viewer may accept or decline now."""
    if booking.state != BookingState.OFFERED or not rules.has_perm("bookings.answer_offer", viewer, booking):
        return False
    return WaitlistOffer.objects.filter(booking__group=booking.group_id, answer_by__gt=now).exists()


def get_conditions_of_offers(
    entries: Collection[WaitlistEntry], now: datetime
) -> dict[int, pricing.Conditions]:
    """Return on which conditions each offered time can be accepted, by id of the wait.

    Waits without an offer are left out. The waits are those that `waits` has returned; one statement for all.
    """
    offers = {entry.pk: offer for entry in entries if (offer := get_open_offer(entry))}
    together = {pk: list(offer.booking.group.bookings.all()) for pk, offer in offers.items()}
    terms_by_rule = providers.terms_by_rule({one.rule_id for rows in together.values() for one in rows})
    return {pk: _build_conditions(rows, terms_by_rule, now) for pk, rows in together.items()}


def get_conditions_of_offer(together: "Sequence[Booking]", now: datetime) -> pricing.Conditions:
    """Return the same for the bookings of one offer."""
    return _build_conditions(together, providers.terms_by_rule({one.rule_id for one in together}), now)


def _build_conditions(
    together: "Sequence[Booking]", terms_by_rule: "Mapping[int, Terms]", now: datetime
) -> pricing.Conditions:
    return build_conditions(
        {one.instrument_id: terms_by_rule[one.rule_id] for one in together},
        {one.instrument_id: one.quoted_yuan for one in together},
        Interval(together[0].starts_at, together[0].ends_at),
        now,
    )


def get_wait_state(entry: WaitlistEntry) -> WaitState:
    """Return how a wait that `waits` has returned stands."""
    if entry.end:
        return WaitState(entry.end)
    return WaitState.OFFERED if get_open_offer(entry) else WaitState.WAITING


def count_waiting(viewer: "Viewer") -> "list[tuple[Instrument, int]]":
    """Return the instruments that the viewer keeps or manages for which people wait, and how many."""
    waiting = WaitlistEntry.objects.filter(OPEN, get_responsible_condition(viewer))
    counts = dict(
        waiting.values("instrument")
        .annotate(number=Count("pk"))
        .order_by("-number", "instrument")
        .values_list("instrument", "number")
    )
    found = {one.pk: one for one in providers.instruments_by_id(counts)}
    return [(found[pk], number) for pk, number in counts.items() if pk in found]


def offers_to_answer(viewer: "User", now: datetime) -> QuerySet[WaitlistOffer]:
    """Return the offers that wait for the viewer's own answer, with their bookings."""
    found = WaitlistOffer.objects.filter(OPEN_OFFER, entry__user=viewer, answer_by__gt=now)
    return found.select_related("booking__instrument")


def count_waiting_for(instrument_id: int) -> int:
    """Return how many people wait for the instrument."""
    return get_waits_for(instrument_id).count()


def get_waits_for(*instrument_ids: int) -> QuerySet[WaitlistEntry]:
    """Return the waits for instruments, with or without an open offer, by when they were joined."""
    found = WaitlistEntry.objects.filter(OPEN, instrument_id__in=instrument_ids)
    return found.select_related("instrument", "user").order_by("joined_at", "id")


class WaitsHit(NamedTuple):
    """The waits that a decision hits."""

    refused: list[Hit[WaitlistEntry]]
    """Their own rule grants them nothing any more."""
    refused_beside: list[Hit[WaitlistEntry]]
    """What is booked with their instrument grants them nothing any more."""
    granted: list[Hit[WaitlistEntry]]
    """They are granted time again, as their own rule has changed."""
    granted_beside: list[Hit[WaitlistEntry]]
    """They are granted time again, as what is booked with their instrument does not refuse them."""


def get_waits_hit_by(changes: "Collection[GrantChange]", now: datetime) -> WaitsHit:
    """Return the waits that are granted less or more by these changes.

    A wait that ends before a change is not among those that this hits.
    """
    found = get_waits_for(*(one.instrument_id for one in changes))
    waiting = list(found.select_related("payer_organization"))
    standings_read(entry.user for entry in waiting)
    lost, gained = (
        [hit for hit in hits if hit.thing.latest > hit.change.since]
        for hits in find_hits(
            changes, [(entry.instrument_id, entry) for entry in waiting], partial(_may_be_granted, now)
        )
    )
    return WaitsHit(
        [hit for hit in lost if not hit.change.companions],
        [hit for hit in lost if hit.change.companions],
        [hit for hit in gained if not hit.change.companions],
        [hit for hit in gained if hit.change.companions],
    )


def _may_be_granted(now: datetime, terms: "Terms", entry: WaitlistEntry) -> bool:
    return may_be_granted(
        terms,
        user=entry.user,
        payer=entry.payer_organization,
        instrument=entry.instrument,
        service_mode=ServiceMode(entry.service_mode),
        now=now,
    )


def get_starts_withdrawn_at(waiting: QuerySet[WaitlistEntry], now: datetime) -> dict[int, datetime]:
    """Return the start of each offer that a decision of this instant withdrew, by id of its wait."""
    withdrawn = WaitlistOffer.objects.filter(
        WITHDRAWN, entry__in=waiting, booking__state=BookingState.LAPSED, booking__ended_at=now
    )
    return dict(withdrawn.values_list("entry", "booking__starts_at"))


def get_waits_naming(project: "Project") -> QuerySet[WaitlistEntry]:
    """Return the waits that name a project, with or without an open offer, by when they were joined."""
    found = WaitlistEntry.objects.filter(OPEN, organization_project=project)
    together = ("instrument", "user", "payer_organization", "organization_project")
    return found.select_related(*together).order_by("joined_at", "id")


def count_waits_naming(project: "Project") -> int:
    """Return how many waits name a project."""
    return get_waits_naming(project).count()


def is_waiting(viewer: "Viewer", instrument_id: int) -> bool:
    """Return whether the viewer waits for the instrument already."""
    if viewer.is_anonymous:
        return False
    return WaitlistEntry.objects.filter(OPEN, user=viewer, instrument_id=instrument_id).exists()


def takes_waits(instrument: "Instrument", terms: "Terms | None") -> bool:
    """Return whether anybody can join the list: the instrument is in service, and booked by the hour."""
    return is_in_service(instrument) and bool(get_waitable_modes(terms))


def find_hindrances(
    viewer: "User", instrument: "Instrument", terms: "Terms", start: datetime, now: datetime
) -> "list[Problem]":
    """Return what `waiting_join` would refuse whoever pays and in any way of service; of the way with least.

    Nothing where one of them is possible. What the viewer still has to type is not among it.
    """
    payers = [*(one.organization for one in standing(viewer).memberships), None]
    found = []
    for payer, mode in product(payers, sorted(get_waitable_modes(terms))):
        problems = find_lasting(
            find_booking_problems(
                viewer,
                instrument,
                interval=Interval(start, start + terms.min_length),
                service_mode=mode,
                payer_organization=payer,
                subject=STANDS_FOR_A_SUBJECT,
                samples=0,
                now=now,
            )
        )
        if not problems:
            return []
        found.append(problems)
    return min(found, key=len, default=[])


def find_time_for(entry: WaitlistEntry, now: datetime) -> Interval | None:
    """Return the soonest free time for somebody who waits, as a calendar would show it to them.

    Nobody is offered again a time that they let go, or a part of it; what was withdrawn they did not let go.
    What the project that they name can't pay is passed over.
    """
    span = get_span(entry, now)
    if span is None:
        return None
    together = _get_times(entry, span, now)
    if not together:
        return None
    let_go = entry.offers.exclude(WITHDRAWN).values_list("booking__starts_at", "booking__ends_at")
    own, *linked = together
    own = replace(own, closures=[*own.closures, *(Interval(*times) for times in let_go)])
    # With time for an answer before the rule's own lead begins.
    slot = find_slot(
        [own, *linked],
        span,
        entry.length,
        ProposalOrder.SOONEST,
        now + SHORTEST_ANSWER,
        is_covered=_get_budget(entry).covers,
    )
    return None if slot is None else slot.interval


def _get_times(entry: WaitlistEntry, span: Interval, now: datetime) -> list[InstrumentTime]:
    """Return what limits the times in the span for somebody who waits; nothing where they can't book."""
    applicant = Applicant(entry.user, entry.payer_organization, ServiceMode(entry.service_mode))
    return get_free_time([entry.instrument], span, now, applicant).together(entry.instrument_id)


def _get_budget(entry: WaitlistEntry) -> Budget:
    """Return the budget of the project that a wait names; one without a limit where it names none."""
    project = entry.organization_project
    return Budget(None) if project is None else get_budgets([project])[project.pk]


def is_affordable(entry: WaitlistEntry, now: datetime) -> bool:
    """Return whether a time would be offered to somebody who waits if nothing were booked or closed.

    Such a time is one that the project that they name can pay, and lies in its period.
    """
    span = get_span(entry, now)
    if span is None:
        return False
    opened = [_open_up(one, span, now) for one in _get_times(entry, span, now)]
    covers = _get_budget(entry).covers
    return find_slot(opened, span, entry.length, ProposalOrder.SOONEST, now, is_covered=covers) is not None


def _open_up(time: InstrumentTime, span: Interval, now: datetime) -> InstrumentTime:
    """Return an instrument's time as if nothing were booked or closed, however far ahead.

    Its hours are known as far as the rule lets anybody book; after that it is taken for open, since somebody
    who waits is offered what becomes bookable then.
    """
    known_until = now + max((one.terms.horizon for one in time.versions), default=timedelta())
    unknown = [Interval(known_until, span.end)] if known_until < span.end else []
    versions = [replace(one, terms=replace(one.terms, horizon=LONGEST_LOOK)) for one in time.versions]
    return InstrumentTime(versions, [*time.windows, *unknown])


def has_affordable_time(
    project: "Project", applicant: Applicant, instrument: "Instrument", taken: Interval, now: datetime
) -> bool:
    """Return whether a wait for this time, which is taken, may bring one that the project can pay.

    The applicant asks for one way of service.
    """
    assert applicant.service_mode is not None
    wait = WaitlistEntry(
        instrument=instrument,
        user=applicant.user,
        payer_organization=applicant.payer,
        earliest=taken.start,
        latest=taken.start + USUAL_SPAN,
        minutes=taken.length // MINUTE,
        service_mode=applicant.service_mode,
        organization_project=project,
    )
    return is_affordable(wait, now)
