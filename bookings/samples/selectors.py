"""Sample orders that a viewer may see, what waits for them, and their files."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import rules
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from bookings.requests.domain.states import BookingState
from bookings.requests.domain.waiting import get_cause
from bookings.requests.selectors.admission import (
    ANY_LENGTH,
    find_booking_problems,
    find_problems_of_requester,
    is_in_service,
)
from bookings.requests.selectors.granting import Hit, find_hits, may_be_granted
from bookings.requests.selectors.offers import Applicant
from bookings.requests.selectors.scope import NOTHING, get_responsible_condition, get_visible_condition
from bookings.samples.domain.errors import (
    CompanionRefuses,
    NoRuleForSamples,
    OutOfService,
    PayerLeft,
    QuoteChanged,
    SamplesNotTaken,
    UserMayNotBook,
)
from bookings.samples.domain.states import (
    LAPSING_STATES,
    MOVES,
    OPEN_STATES,
    UNHANDED_STATES,
    WAITING_FOR_UNIT,
    Progress,
    SampleOrderState,
    get_progress,
)
from bookings.samples.models import Sample, SampleFile, SampleOrder
from bookings.usage.selectors.usage import get_current_values
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.selectors.standing import standing, standings_read
from instrument_share.kernel.errors import DomainError, Problem, require_found
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from bookings.requests.selectors.granting import GrantChange
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument

PARTIES = ("instrument__organization", "user", "payer_organization", "payer_person")
"""What an order has from its first day on."""
PERMISSIONS = {
    "quote": "bookings.handle_samples",
    "reject": "bookings.handle_samples",
    "receive": "bookings.handle_samples",
    "plan": "bookings.handle_samples",
    "report": "bookings.handle_samples",
    "close": "bookings.handle_samples",
    "accept": "bookings.answer_samples",
    "cancel": "bookings.answer_samples",
}
"""What each move takes."""
LEADS_TO_USE = frozenset({"accept", "plan"})
"""What is possible while the instrument is in service and its user belongs to the organization that pays."""
ASKS_RULE = frozenset({"quote", "accept"})
"""What is possible while the rule in force takes samples from this kind of user."""
WITHOUT_TIME = frozenset(
    {
        "booking.not_published",
        "booking.no_rule",
        "booking.account_inactive",
        "booking.organization_not_admitted",
        "booking.credit_suspended",
        "booking.user_kind_refused",
        "booking.subject_missing",
        "booking.service_mode_not_offered",
    }
)
"""What admission says of an order whatever its time. A price is not among it: the keeper quotes."""
_BY_PROGRESS = {
    "plan": {Progress.TO_PLAN},
    "report": {Progress.MEASURED},
    "close": {Progress.TO_PLAN, Progress.MEASURED},
}


STANDS_FOR_A_SUBJECT = "—"
OrderPart = Literal["waiting", "others", "ended", "all"]
"""A part of the orders that somebody handles: for the unit to act on, open ones besides, ended ones."""
NO_DEADLINE = datetime(2100, 1, 1, tzinfo=UTC)
"""Sorts what has no deadline behind everything that has one."""


def sample_orders(viewer: "Viewer") -> QuerySet[SampleOrder]:
    """Return the orders visible to the viewer, as their bookings would be, unordered."""
    return _with_parts(SampleOrder.objects.filter(get_visible_condition(viewer)))


def own_sample_orders(viewer: "User", now: datetime) -> QuerySet[SampleOrder]:
    """Return the orders that the person has placed; `is_to_answer`: its quote waits for their answer."""
    return _with_parts(SampleOrder.objects.filter(user=viewer)).annotate(is_to_answer=_is_to_answer(now))


def _is_to_answer(now: datetime) -> Q:
    """Return whether a quote can be answered.

    One without a deadline can't be accepted now: the order rests.
    """
    return Q(state=SampleOrderState.QUOTED, due_at__isnull=False, due_at__gt=now)


def orders_handled(viewer: "Viewer") -> QuerySet[SampleOrder]:
    """Return all orders on instruments that the viewer keeps or manages."""
    return _with_parts(SampleOrder.objects.filter(get_responsible_condition(viewer)))


def orders_to_handle(viewer: "Viewer") -> QuerySet[SampleOrder]:
    """Return the open orders on instruments that the viewer keeps or manages."""
    return orders_handled(viewer).filter(state__in=OPEN_STATES)


def sample_orders_waiting(viewer: "Viewer", now: datetime) -> QuerySet[SampleOrder]:
    """Return the orders with which the viewer has to do the next step for the unit, the most urgent first.

    Who waits for a quote or samples to come, and who has a planned time that is not over, is not among them.
    """
    planned = Q(
        state=SampleOrderState.RECEIVED, booking__state=BookingState.APPROVED, booking__ends_at__gt=now
    )
    waiting = orders_to_handle(viewer).filter(state__in=WAITING_FOR_UNIT).exclude(planned)
    return waiting.order_by("due_at", "id")


def find_orders(viewer: "Viewer", *, part: OrderPart, now: datetime, text: str = "") -> QuerySet[SampleOrder]:
    """Return a part of the orders that the viewer handles, by a piece of what, on what, for whom or number.

    To sort them there are `answer_by`, the deadline or a day far off, and `price_yuan`, the quote or -1.
    """
    waiting = sample_orders_waiting(viewer, now)
    parts: dict[OrderPart, Callable[[], QuerySet[SampleOrder]]] = {
        "waiting": lambda: waiting,
        "others": lambda: orders_to_handle(viewer).exclude(pk__in=waiting.order_by().values("pk")),
        "ended": lambda: orders_handled(viewer).exclude(state__in=OPEN_STATES),
        "all": lambda: orders_handled(viewer),
    }
    found = parts[part]()
    if text:
        of_instrument = Q(instrument__name_zh__icontains=text) | Q(instrument__name_en__icontains=text)
        of_person = Q(user__name__icontains=text) | Q(public_id__iexact=text)
        found = found.filter(of_instrument | of_person | Q(subject__icontains=text))
    return found.annotate(
        answer_by=Coalesce("due_at", Value(NO_DEADLINE)),
        price_yuan=Coalesce("quoted_yuan", Value(Decimal(-1))),
    ).order_by()


def sample_orders_to_answer(viewer: "User", now: datetime) -> QuerySet[SampleOrder]:
    """Return the person's orders whose quote waits for an answer, the first deadline first."""
    return own_sample_orders(viewer, now).filter(_is_to_answer(now)).order_by("due_at", "id")


def find_quote_obstacles(
    viewer: "User", quoted: "Collection[SampleOrder]", now: datetime
) -> "dict[int, DomainError]":
    """Return why some of the person's own quotes can't be accepted now, by order; one statement for all."""
    versions = providers.terms_versions({one.instrument_id for one in quoted})
    found: dict[int, DomainError] = {}
    for one in quoted:
        one.user = viewer
        terms = providers.version_in_force(versions.get(one.instrument_id, ()), now)
        if obstacle := find_obstacle(one) or _find_obstacle_in(terms, one):
            found[one.pk] = obstacle
    return found


def get_order(viewer: "Viewer", public_id: str) -> SampleOrder:
    """Return an order that the viewer may see. Raises NotFound."""
    return require_found(sample_orders(viewer).filter(public_id=public_id).first())


def order_lock(order_id: int) -> SampleOrder:
    """Return the order, locked until the transaction ends. Raises NotFound.

    Its booking and the organization that pays are read when they are asked for: joined here, they would be
    those of before a wait for the lock.
    """
    locked = SampleOrder.objects.select_for_update(of=("self",)).filter(pk=order_id)
    return require_found(locked.select_related("instrument__organization", "user", "payer_person").first())


def open_orders(*instrument_ids: int) -> QuerySet[SampleOrder]:
    """Return the orders for instruments that have not ended, oldest first."""
    found = SampleOrder.objects.filter(instrument_id__in=instrument_ids, state__in=OPEN_STATES)
    return _with_relations(found).order_by("pk")


def open_order_locks(instrument_id: int) -> "Iterator[SampleOrder]":
    """Lock the orders for an instrument that have not ended one after the other, and yield each.

    The caller has locked the instrument.
    """
    for pk in list(open_orders(instrument_id).values_list("pk", flat=True)):
        order = order_lock(pk)
        if order.state in OPEN_STATES:
            yield order


def order_samples(order: SampleOrder) -> QuerySet[Sample]:
    """Return the samples of an order in their order; the caller may see it."""
    return order.samples.order_by("position")


def order_files(viewer: "Viewer", order: SampleOrder) -> QuerySet[SampleFile]:
    """Return the files of an order; only its user, and who looks after the instrument, may read them."""
    if viewer.is_anonymous:
        return SampleFile.objects.filter(NOTHING)
    readable = SampleOrder.objects.filter(Q(user=viewer) | get_responsible_condition(viewer))
    found = SampleFile.objects.filter(order=order, order__in=readable.values("pk"))
    return found.select_related("sample", "added_by").order_by("added_at", "id")


def get_file(viewer: "Viewer", public_id: str, sha256: str) -> SampleFile:
    """Return a file that the viewer may read. Raises NotFound."""
    order = get_order(viewer, public_id)
    return require_found(order_files(viewer, order).filter(sha256=sha256).first())


def orders_to_lapse(now: datetime) -> QuerySet[SampleOrder]:
    """Return the orders whose deadline has passed before the samples came; for the clock."""
    return SampleOrder.objects.filter(state__in=LAPSING_STATES, due_at__lte=now).order_by("due_at", "id")


def is_about_to_lapse(order: SampleOrder, now: datetime) -> bool:
    """Return whether the order's deadline has passed, so that it lapses as soon as the clock comes round."""
    return order.state in LAPSING_STATES and order.due_at is not None and order.due_at <= now


def is_resting(order: SampleOrder) -> bool:
    """Return whether the order has no deadline before the samples come.

    Its instrument is out of service, or the organization that is to pay is suspended.
    """
    payer = order.payer_organization
    is_suspended = payer is not None and payer.state == OrganizationState.SUSPENDED
    return is_suspended or not is_in_service(order.instrument)


def get_order_progress(order: SampleOrder) -> Progress | None:
    """Return how far the measuring is while the unit has the samples, else None."""
    if order.state != SampleOrderState.RECEIVED:
        return None
    return get_progress(order.booking.state if order.booking else None)


def get_charge(order: SampleOrder) -> Decimal | None:
    """Return what the use for an order costs in yuan, with its corrections; None where none is logged."""
    log = getattr(order.booking, "usage_log", None)
    return None if log is None else get_current_values(log)["amount_yuan"]


def is_move_possible(order: SampleOrder, move: str) -> bool:
    """Return whether the order's state and the measuring's progress allow the move."""
    if move not in MOVES.get(order.state, {}):
        return False
    progress = get_order_progress(order)
    return progress is None or progress in _BY_PROGRESS.get(move, ())


def find_obstacle(order: SampleOrder) -> OutOfService | PayerLeft | None:
    """Return why the samples can't be measured as things stand, None where they can."""
    if not is_in_service(order.instrument):
        return OutOfService()
    payer = order.payer_organization_id
    if payer is not None and payer not in standing(order.user).organization_ids():
        return PayerLeft()
    return None


def require_use_possible(order: SampleOrder) -> None:
    """Raise OutOfService unless the instrument can be used, PayerLeft unless its user may let the payer pay.

    See `is_in_service` and `memberships_lock` on what is to be locked.
    """
    if obstacle := find_obstacle(order):
        raise obstacle


def find_rule_obstacle(order: SampleOrder, now: datetime) -> SamplesNotTaken | None:
    """Return why nothing is quoted or accepted under the rule in force; None where it takes the samples."""
    return _find_obstacle_in(providers.terms_at(order.instrument_id, now), order)


def _find_obstacle_in(terms: "Terms | None", order: SampleOrder) -> SamplesNotTaken | None:
    takes = terms and ServiceMode.SAMPLES in terms.service_modes and order.user_kind in terms.user_kinds
    return None if takes else SamplesNotTaken()


def require_samples_taken(order: SampleOrder, now: datetime) -> None:
    """Raise SamplesNotTaken unless the rule in force takes samples from the order's kind of user."""
    if obstacle := find_rule_obstacle(order, now):
        raise obstacle


def require_quote(order: SampleOrder, shown: str | None) -> None:
    """Raise QuoteChanged unless the order's quote is the one of this version; None skips the check."""
    if shown is not None and shown != order.quote_version:
        raise QuoteChanged


def find_problems_without_time(
    user: "User",
    instrument: "Instrument",
    payer: "Organization | None",
    *,
    subject: str,
    start: datetime,
    now: datetime,
) -> list[Problem]:
    """Return what admission would say of samples of the user from this start on, whatever the time.

    What it says of an instrument that is booked together with this one is among it.
    """
    found = find_booking_problems(
        user,
        instrument,
        interval=Interval(start, start + ANY_LENGTH),
        service_mode=ServiceMode.SAMPLES,
        payer_organization=payer,
        subject=subject,
        samples=1,
        now=now,
    )
    return [one for one in found if get_cause(one) in WITHOUT_TIME]


def find_order_hindrances(viewer: "User", instrument: "Instrument", now: datetime) -> list[Problem]:
    """Return what an order of samples would be refused for, whoever pays; of the payer with least.

    Nothing where the viewer can order. What they still have to type is not among it.
    """
    payers = [*(one.organization for one in standing(viewer).memberships), None]
    found = []
    for payer in payers:
        problems = find_problems_without_time(
            viewer, instrument, payer, subject=STANDS_FOR_A_SUBJECT, start=now, now=now
        )
        if not problems:
            return []
        found.append(problems)
    return min(found, key=len)


def find_planning_obstacle(
    order: SampleOrder, now: datetime
) -> UserMayNotBook | NoRuleForSamples | CompanionRefuses | None:
    """Return why admission would grant no time for the samples, whichever is chosen; None where it may.

    A time is planned by the rule at its start, so that versions to come are asked too.
    """
    if refused := find_problems_of_requester(order.user, order.payer_organization, order.instrument_id, now):
        return UserMayNotBook(problems=refused, user=order.user.name)
    problems = _find_problems_from(order, now, now)
    if not problems or any(not _find_problems_from(order, at, now) for at in _get_rule_changes(order, now)):
        return None
    beside = next((one.params["instrument"] for one in problems if get_cause(one) != one.code), None)
    return NoRuleForSamples() if beside is None else CompanionRefuses(instrument=beside)


def require_time_granted(order: SampleOrder, now: datetime) -> None:
    """Raise UserMayNotBook, NoRuleForSamples or CompanionRefuses where admission would grant no time."""
    if obstacle := find_planning_obstacle(order, now):
        raise obstacle


def _find_problems_from(order: SampleOrder, start: datetime, now: datetime) -> list[Problem]:
    return find_problems_without_time(
        order.user, order.instrument, order.payer_organization, subject=order.subject, start=start, now=now
    )


def _get_rule_changes(order: SampleOrder, now: datetime) -> list[datetime]:
    """Return from when on another version applies that somebody can book under by now."""
    versions = providers.terms_versions([order.instrument_id, *providers.linked_ids(order.instrument_id)])
    return sorted(
        one.applies_from
        for of_one in versions.values()
        for one in of_one
        if now < one.applies_from < now + one.horizon
    )


def get_order_applicant(order: SampleOrder) -> Applicant:
    """Return for whom a time is looked for when an order is planned: who placed it, at the accepted price."""
    return Applicant(
        user=order.user,
        payer=order.payer_organization,
        service_mode=ServiceMode.SAMPLES,
        has_accepted_quote=True,
    )


class OrdersHit(NamedTuple):
    """The orders without a time that a decision hits."""

    refused: list[Hit[SampleOrder]]
    """Their own rule takes them no more: no quote is accepted, and no time planned."""
    refused_beside: list[Hit[SampleOrder]]
    """What is booked with their instrument refuses them: no time is planned."""
    taken: list[Hit[SampleOrder]]
    """Their own rule takes them again, and nothing that is booked with their instrument refuses them."""
    taken_beside: list[Hit[SampleOrder]]
    """Nothing refuses them any more, as what is booked with their instrument does not."""


def orders_hit_by(changes: "Collection[GrantChange]", now: datetime) -> OrdersHit:
    """Return the orders without a time that are granted less or more by these changes."""
    found = list(orders_without_time(now, *(one.instrument_id for one in changes)))
    standings_read(one.user for one in found)
    orders = [(one.instrument_id, one) for one in found]
    own = [one for one in changes if not one.companions]
    beside = [one for one in changes if one.companions]
    refused, _quoted_again = find_hits(
        [one.of_own_rule for one in own], orders, lambda terms, one: _find_obstacle_in(terms, one) is None
    )
    may_be_planned = partial(_may_be_planned, now)
    _planned_no_more, taken = find_hits(own, orders, may_be_planned)
    refused_beside, taken_beside = find_hits(beside, orders, may_be_planned)
    return OrdersHit(refused, refused_beside, taken, taken_beside)


def _may_be_planned(now: datetime, terms: "Terms", order: SampleOrder) -> bool:
    return may_be_granted(
        terms,
        user=order.user,
        payer=order.payer_organization,
        instrument=order.instrument,
        service_mode=ServiceMode.SAMPLES,
        now=now,
        price_is_agreed=True,
    )


def orders_without_time(now: datetime, *instrument_ids: int) -> "Iterator[SampleOrder]":
    """Return the open orders for instruments for which nothing is booked, oldest first.

    Those whose deadline has passed are not among them: they lapse, and their users are told of that.
    """
    found = open_orders(*instrument_ids)
    return (one for one in found if waits_for_a_time(one) and not is_about_to_lapse(one, now))


def waits_for_a_time(order: SampleOrder) -> bool:
    """Return whether the order is open and nothing is booked for it."""
    return order.state in UNHANDED_STATES or get_order_progress(order) == Progress.TO_PLAN


def orders_to_pay(organization_id: int, user_id: int | None = None) -> list[SampleOrder]:
    """Return the open orders, of a person or of all, that an organization is to pay, without a time yet.

    What has a time is settled as a booking, and what is measured is paid.
    """
    found = SampleOrder.objects.filter(payer_organization_id=organization_id, state__in=OPEN_STATES)
    if user_id is not None:
        found = found.filter(user_id=user_id)
    return [one for one in _with_relations(found).order_by("pk") if waits_for_a_time(one)]


def orders_to_pay_elsewhere(organization_id: int) -> list[SampleOrder]:
    """Return the same for instruments of others: who awaits its own is told of these."""
    found = orders_to_pay(organization_id)
    return [one for one in found if one.instrument.organization_id != organization_id]


def count_orders_ending(instrument_id: int) -> tuple[int, int]:
    """Return how many open orders are declined if the instrument is retired, and of how many samples stay.

    The latter are those that are not measured yet: a time that is planned for them is cancelled.
    """
    orders = list(open_orders(instrument_id))
    declined = sum(one.state in UNHANDED_STATES for one in orders)
    kept = sum(get_order_progress(one) in {Progress.TO_PLAN, Progress.PLANNED} for one in orders)
    return declined, kept


def get_possible_moves(viewer: "Viewer", order: SampleOrder, now: datetime) -> set[str]:
    """Return what the viewer may do with the order now."""
    possible = {
        move
        for move, permission in PERMISSIONS.items()
        if not is_about_to_lapse(order, now)
        and is_move_possible(order, move)
        and rules.has_perm(permission, viewer, order)
    }
    if not possible.isdisjoint(LEADS_TO_USE) and find_obstacle(order):
        possible -= LEADS_TO_USE
    if not possible.isdisjoint(ASKS_RULE) and find_rule_obstacle(order, now):
        possible -= ASKS_RULE
    if "plan" in possible and find_planning_obstacle(order, now):
        possible.remove("plan")
    return possible


def get_sample_terms(instrument: "Instrument", now: datetime) -> "Terms | None":
    """Return the terms in force if they offer the measuring of samples, else None."""
    terms = providers.terms_at(instrument.pk, now)
    return terms if terms and ServiceMode.SAMPLES in terms.service_modes else None


def _with_parts(found: QuerySet[SampleOrder]) -> QuerySet[SampleOrder]:
    return _with_relations(found).annotate(sample_count=Count("samples"))


def _with_relations(found: QuerySet[SampleOrder]) -> QuerySet[SampleOrder]:
    return found.select_related(*PARTIES, "booking", "received_by")


def unfinished_orders(person: "User") -> QuerySet[SampleOrder]:
    """Return the sample orders of a person, or for which a person pays, that are not closed, oldest first."""
    own = Q(user=person) | Q(payer_person=person)
    return SampleOrder.objects.filter(own, state__in=OPEN_STATES).order_by("id")
