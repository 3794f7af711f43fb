"""Joining and leaving a waiting list."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.proposals.domain import LONGEST_SPAN
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.waiting import BUDGET_CODE, PROJECT_PERIOD_CODES, find_lasting, get_cause
from bookings.requests.selectors.admission import find_booking_problems
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.selectors.request_facts import get_payer
from bookings.requests.services.bookings import build_refusal, require_project
from bookings.waiting.domain import (
    INPUT_CODES,
    SHORTEST_ANSWER,
    SHORTEST_NOTICE,
    AlreadyWaiting,
    SpanRefused,
    WaitEnded,
    WaitState,
    find_input_problems,
    get_offerable_span,
)
from bookings.waiting.models import WaitlistEntry
from bookings.waiting.selectors import (
    OPEN,
    OPEN_OFFER,
    get_span,
    is_affordable,
    is_waiting,
    waits_in_order,
    waits_of_lost_payers,
)
from bookings.waiting.services import notifications
from bookings.waiting.services.ends import record_wait, wait_end
from bookings.waiting.services.offers import free_time_offer, offer_pass_on
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Sentence
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.kernel.errors import Problem


@transaction.atomic
def waiting_join(
    *,
    actor: "User",
    instrument_id: int,
    wanted: Interval,
    minutes: int,
    service_mode: ServiceMode,
    payer_organization_id: int | None,
    subject: str,
    now: datetime,
    project: str = "",
    organization_project_id: int | None = None,
    direction: str = Direction.RESEARCH.value,
) -> WaitlistEntry:
    """Wait for some minutes of an instrument between an earliest start and a latest end.

    What is wrong with the request whatever its time is refused as for a booking. Where time is free already
    it is offered at once, to those before first. Raises SpanRefused, AlreadyWaiting.
    """
    require(actor, "bookings.book")
    payer = get_payer(actor, payer_organization_id)
    if payer_organization_id is not None:
        accounts.memberships_lock(actor, payer_organization_id)
    named = None if organization_project_id is None else require_project(actor, organization_project_id)
    together = {instrument_id, *providers.linked_ids(instrument_id)}
    locked = {one.pk: one for one in providers.instrument_locks(together)}
    instrument = require_found(locked.get(instrument_id))
    entry = WaitlistEntry(
        instrument=instrument,
        user=actor,
        payer_organization=payer,
        earliest=wanted.start,
        latest=wanted.end,
        minutes=minutes,
        service_mode=service_mode.value,
        subject=subject.strip(),
        project=str(named or project.strip()),
        organization_project=named,
        direction=Direction(direction).value,
        joined_at=now,
    )
    _require_possible(entry, now)
    if is_waiting(actor, instrument_id):
        raise AlreadyWaiting
    entry.save(force_insert=True)
    record_wait(entry, "waiting.joined", actor, now)
    free_time_offer(together, now)
    return entry


def _require_possible(entry: WaitlistEntry, now: datetime) -> None:
    """Raise SpanRefused or BookingRefused for what would be wrong with every time of the span."""
    span = get_offerable_span(entry.wanted, entry.length, now)
    if span is None or entry.wanted.length > LONGEST_SPAN:
        raise SpanRefused(notice=SHORTEST_NOTICE + SHORTEST_ANSWER, longest=LONGEST_SPAN)
    in_period = get_span(entry, now)
    first, last = (in_period or span).start, (in_period or span).end - entry.length
    at_end = find_wait_problems(entry, last, now)
    lasting = find_lasting(leave_out_price(at_end, entry, now))
    if lasting and any(_is_possible_at(entry, start, now) for start in _get_starts(entry, first, last)):
        # As where a qualification or a version of the rule ends within the span.
        lasting = []
    if in_period is None:
        lasting += [one for one in at_end if one.code in PROJECT_PERIOD_CODES]
    if lasting:
        raise build_refusal(lasting)


def _get_starts(entry: WaitlistEntry, first: datetime, last: datetime) -> list[datetime]:
    """Return the first start in the span, and each from which on a rule has another version."""
    versions = providers.terms_versions({entry.instrument_id, *providers.linked_ids(entry.instrument_id)})
    changes = {one.applies_from for of_one in versions.values() for one in of_one}
    return [first, *sorted(at for at in changes if first < at < last)]


def _is_possible_at(entry: WaitlistEntry, start: datetime, now: datetime) -> bool:
    """Return whether nothing is wrong with this start that would be wrong with any other."""
    return not find_lasting(leave_out_price(find_wait_problems(entry, start, now), entry, now))


def find_wait_problems(entry: WaitlistEntry, start: datetime, now: datetime) -> "list[Problem]":
    """Return what is wrong with a booking of the hours that are waited for, with this start."""
    problems = find_booking_problems(
        entry.user,
        entry.instrument,
        interval=Interval(start, start + entry.length),
        service_mode=ServiceMode(entry.service_mode),
        payer_organization=entry.payer_organization,
        subject=entry.subject,
        samples=0,
        project=entry.organization_project,
        now=now,
    )
    together = {entry.instrument_id, *providers.linked_ids(entry.instrument_id)}
    rules = providers.terms_in_force(together, start).values()
    return [
        *find_input_problems(entry.length, ServiceMode(entry.service_mode), rules),
        *(one for one in problems if get_cause(one) not in INPUT_CODES),
    ]


def leave_out_price(problems: "list[Problem]", entry: WaitlistEntry, now: datetime) -> "list[Problem]":
    """Return the problems without a price beyond the budget where another time of the span costs less."""
    others = [one for one in problems if one.code != BUDGET_CODE]
    return others if len(others) < len(problems) and is_affordable(entry, now) else problems


@transaction.atomic
def waiting_leave(*, actor: "User", entry_id: int, now: datetime) -> WaitlistEntry:
    """Leave a waiting list; an open offer goes to the next. Raises WaitEnded."""
    entry = _lock(WaitlistEntry.objects.get(pk=entry_id))
    require(actor, "bookings.leave_waiting", entry)
    if entry.end:
        raise WaitEnded
    wait_end(entry, WaitState.LEFT, actor=actor, now=now)
    for offer in entry.offers.filter(OPEN_OFFER):
        offer_pass_on(booking_lock(offer.booking_id), "decline", actor=actor, now=now)
    return entry


def _lock(found: WaitlistEntry) -> WaitlistEntry:
    """Lock a wait after its instrument and those booked with it, and return it."""
    providers.instrument_locks([found.instrument_id, *providers.linked_ids(found.instrument_id)])
    rows = WaitlistEntry.objects.select_for_update(of=("self",)).select_related("instrument")
    return rows.get(pk=found.pk)


def waits_erase(*, user: "User", now: datetime) -> None:
    """Take a person off all waiting lists, as their account is deleted."""
    own = WaitlistEntry.objects.filter(OPEN, user=user).order_by("instrument_id", "pk")
    for pk in own.values_list("pk", flat=True):
        waiting_leave(actor=user, entry_id=pk, now=now)


def waits_end_due(now: datetime) -> int:
    """End waits to which no time can be offered any more, and say why; return their number.

    That is where their span is over, or the period of the project that they name, or where the user no longer
    belongs to the organization that was to pay. Where a span is over, and something else than the time kept
    the user from booking, that is named.
    """
    lost = set(waits_of_lost_payers().values_list("pk", flat=True))
    waiting = {one.pk: one for one in waits_in_order()}

    def end(pk: int) -> bool:
        entry = waiting[pk]
        is_over = pk in lost or get_span(entry, now) is None
        return is_over and _end(entry, _find_reason(entry, now), now)

    return do_one_by_one("wait", waiting, end)


def _find_reason(entry: WaitlistEntry, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return in which words, and with which parameters, the end of a wait is told."""
    payer, project = entry.payer_organization, entry.organization_project
    if get_offerable_span(entry.wanted, entry.length, now) is None:
        if lasting := find_lasting(find_wait_problems(entry, entry.latest - entry.length, now)):
            lines = [Sentence(one.message, one.params) for one in lasting]
            return notifications.OVER_REFUSED, {"lines": lines}
        return notifications.OVER, {}
    if project is not None and get_span(entry, now) is None:
        return notifications.PROJECT_OVER, {"project": project.name}
    assert payer is not None
    return notifications.PAYER_LOST, {"organization": Bilingual(payer.name_zh, payer.name_en)}


def waits_of_retired_end(actor: "User", instrument_id: int, reason: str, now: datetime) -> None:
    """End the waits for an instrument that is retired, and tell who waited; under the instrument's lock."""
    waiting = WaitlistEntry.objects.select_for_update(of=("self",)).select_related("instrument", "user")
    for entry in waiting.filter(OPEN, instrument=instrument_id).order_by("pk"):
        wait_end(entry, WaitState.OVER, actor=actor, now=now)
        notifications.notify_waiting(entry, notifications.RETIRED, now, reason=reason)


@transaction.atomic
def _end(found: WaitlistEntry, reason: tuple[str, dict[str, Any]], now: datetime) -> bool:
    """End a wait to which nothing is offered; under the instrument's lock, which an offer takes too."""
    entry = _lock(found)
    if entry.end or entry.offers.filter(OPEN_OFFER).exists():
        return False
    wait_end(entry, WaitState.OVER, actor=None, now=now)
    message, params = reason
    notifications.notify_waiting(entry, message, now, **params)
    return True
