"""Offers of time that came free, and their answers: one person gets it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.decision import get_decision_deadline
from bookings.requests.domain.errors import ConditionsChanged
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.selectors.admission import find_problems_at, find_problems_in
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.holds import booking_lock, booking_projects_lock
from bookings.requests.selectors.request_facts import read_request_facts
from bookings.requests.services.bookings import build_refusal, create_booking
from bookings.requests.services.held_time import (
    apply_transition,
    booking_lock_for,
    let_offer_go,
    pass_on_freed_time,
)
from bookings.requests.services.notifications import notify_of_claim
from bookings.waiting.domain import MOST_UNANSWERED, OfferOver, WaitState, get_answer_deadline
from bookings.waiting.models import WaitlistEntry, WaitlistOffer
from bookings.waiting.selectors import OPEN_OFFER, find_time_for, get_conditions_of_offer, waits_in_order
from bookings.waiting.services import notifications
from bookings.waiting.services.ends import wait_end
from instrument_share.accounts import selectors as accounts
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Sentence
from providers import public as providers
from providers.domain import Decision, ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.kernel.errors import Problem

NOT_ADMITTED = "已不符合预约条件"
"""What the booking of an offer keeps as the reason of its withdrawal, in Chinese as any such note."""


def free_time_offer(instrument_ids: Collection[int], now: datetime) -> None:
    """Offer what is free on these instruments, in the order in which people joined the list.

    The caller has locked them. Who waits for an instrument that is booked with others, not locked, is left
    to `free_time_offer_due`.
    """
    for pk in sorted(instrument_ids):
        waiting = list(waits_in_order(pk))
        together = {pk, *providers.linked_ids(pk)} if waiting else {pk}
        if together <= set(instrument_ids):
            for entry in waiting:
                interval = find_time_for(entry, now)
                if interval is not None:
                    _offer(entry, interval, now)


def _offer(entry: WaitlistEntry, interval: Interval, now: datetime) -> None:
    """Hold the time for somebody and tell them; nothing where they may not book it."""
    linked = providers.linked_ids(entry.instrument_id)
    by_id = {one.pk: one for one in providers.instrument_locks([entry.instrument_id, *linked])}
    facts = read_request_facts(
        entry.user, by_id, interval=interval, payer_id=entry.payer_organization_id, now=now
    )
    in_order = [entry.instrument_id, *(pk for pk in by_id if pk != entry.instrument_id)]
    problems = find_problems_in(
        entry.user,
        entry.user,
        facts,
        dict.fromkeys(in_order),
        interval=interval,
        service_mode=ServiceMode(entry.service_mode),
        payer_organization=entry.payer_organization,
        subject=entry.subject,
        samples=0,
        project=entry.organization_project,
        now=now,
    )
    if problems:
        return
    asked = {
        "group": BookingGroup.objects.create(user=entry.user, created_at=now),
        "user": entry.user,
        "payer_organization": entry.payer_organization,
        "payer_person": None if entry.payer_organization else entry.user,
        "requested_at": now,
        "samples": 0,
        **{name: getattr(entry, name) for name in ("service_mode", "subject", "direction")},
        **{name: getattr(entry, name) for name in ("project", "organization_project")},
    }
    booking, *_companions = [
        create_booking(by_id[pk], facts[pk], interval, asked, now, is_offer=True) for pk in in_order
    ]
    lead = max((one.terms.lead for one in facts.values() if one.terms), default=timedelta())
    offer = WaitlistOffer.objects.create(
        entry=entry, booking=booking, answer_by=get_answer_deadline(now, interval.start, lead)
    )
    lines = [Sentence(notifications.ENDS_UNANSWERED)] if entry.unanswered else []
    notifications.notify_waiting(
        entry, notifications.OFFERED, now, lines, starts_at=interval.start, answer_by=offer.answer_by
    )


def rivals_tell(booking: Booking, now: datetime) -> None:
    """Tell others who wait for the time of an approved request that it is taken."""
    rivals = waits_in_order(booking.instrument_id).filter(
        earliest__lt=booking.ends_at, latest__gt=booking.starts_at
    )
    for entry in rivals.exclude(user=booking.user_id):
        notifications.notify_waiting(entry, notifications.TAKEN, now, starts_at=booking.starts_at)


@transaction.atomic
def offer_accept(*, actor: "User", booking_id: int, now: datetime, shown: str | None = None) -> Booking:
    """Accept an offered time: it is booked, or requested where a keeper decides, at the price offered.

    The same checks apply as to a booking. Raises OfferOver once it was answered or its deadline has passed.
    `shown` are the conditions that a page has shown; raises ConditionsChanged with what is different by now.
    """
    offered = Booking.objects.select_related("user").get(pk=booking_id)
    if offered.payer_organization_id is not None:
        accounts.memberships_lock(offered.user, offered.payer_organization_id)
    booking_projects_lock(booking_id)
    booking = _open_offer_lock(actor, booking_id, now)
    if problems := find_problems_at(actor, booking, Interval(booking.starts_at, booking.ends_at), now):
        raise build_refusal(problems)
    together = [*get_companions(booking), booking]
    if shown is not None and (changes := get_conditions_of_offer(together, now).find_changes(shown)):
        raise ConditionsChanged(problems=changes)
    for one in together:
        _accept(one, actor, now)
    wait_end(booking.waitlist_offer.entry, WaitState.BOOKED, actor=actor, now=now)
    notifications.notify_of_acceptance(booking, actor, now)
    return booking


def _accept(booking: Booking, actor: "User", now: datetime) -> None:
    terms, move = providers.terms_of(booking.rule), "accept"
    if terms.decision == Decision.BY_KEEPER:
        move = "accept_for_decision"
        booking.decide_by = get_decision_deadline(now, booking.starts_at, terms.decision_hours)
    booking.requested_at = now
    apply_transition(booking, move, "requested_at", "decide_by", actor=actor, now=now)
    keepers = booking.instrument.keepers.filter(is_active=True)
    notify_of_claim(list(keepers.values_list("pk", flat=True)), booking, now)


@transaction.atomic
def offer_decline(*, actor: "User", booking_id: int, now: datetime) -> Booking:
    """Decline an offered time; the next on the list are offered it, and one goes on waiting for another."""
    booking = _open_offer_lock(actor, booking_id, now)
    offer_pass_on(booking, "decline", actor=actor, now=now)
    notifications.notify_of_refusal(booking, actor, now)
    return booking


def offers_lapse_due(now: datetime) -> int:
    """Let offers lapse that nobody answered, each in its own transaction; return their number."""
    due = WaitlistOffer.objects.filter(OPEN_OFFER, answer_by__lte=now).order_by("answer_by", "id")
    return do_one_by_one("booking", due.values_list("booking", flat=True), lambda pk: _lapse(pk, now))


@transaction.atomic
def _lapse(booking_id: int, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    offer = booking.waitlist_offer
    if booking.state != BookingState.OFFERED or offer.answer_by > now:
        return False
    if problems := _find_problems(booking, offer.answer_by):
        _withdraw(booking, problems, now)
        return True
    _count_unanswered(offer.entry, booking, now)
    offer_pass_on(booking, "lapse", actor=None, now=now)
    return True


def _find_problems(booking: Booking, now: datetime) -> "list[Problem]":
    """Return what the acceptance of an offer by its user would be refused for."""
    return find_problems_at(booking.user, booking, Interval(booking.starts_at, booking.ends_at), now)


def refused_offers_withdraw_due(now: datetime) -> int:
    """Withdraw open offers that would be refused at their acceptance by now; return their number.

    As where another booking has used up the budget of the project, or credit was suspended meanwhile. Nobody
    could answer such an offer, and it would keep the time from the next on the list.
    """
    offers = Booking.objects.filter(state=BookingState.OFFERED, waitlist_offer__answer_by__gt=now)
    offers = offers.select_related(
        "instrument__organization", "rule", "user", "payer_organization", "organization_project"
    )
    by_id = {one.pk: one for one in offers.order_by("requested_at", "pk")}

    def withdraw(pk: int) -> bool:
        return bool(_find_problems(by_id[pk], now)) and _withdraw_if_refused(pk, now)

    return do_one_by_one("booking", by_id, withdraw)


@transaction.atomic
def _withdraw_if_refused(booking_id: int, now: datetime) -> bool:
    booking = booking_lock(booking_id)
    problems = _find_problems(booking, now) if booking.state == BookingState.OFFERED else []
    if problems:
        _withdraw(booking, problems, now)
    return bool(problems)


def _withdraw(booking: Booking, problems: "Sequence[Problem]", now: datetime) -> None:
    """End an offer that can't be accepted any more, and tell why; it counts for no unanswered one."""
    offer_pass_on(booking, "lapse", actor=None, now=now, reason=NOT_ADMITTED)
    lines = [Sentence(one.message, one.params) for one in problems]
    notifications.notify_waiting(
        booking.waitlist_offer.entry, notifications.WITHDRAWN, now, lines, starts_at=booking.starts_at
    )


def _count_unanswered(entry: WaitlistEntry, booking: Booking, now: datetime) -> None:
    """Count an offer that nobody answered, and end the wait after a second one."""
    entry.unanswered += 1
    entry.save(update_fields=["unanswered"])
    message, lines = notifications.LAPSED, [Sentence(notifications.ENDS_UNANSWERED)]
    if entry.unanswered >= MOST_UNANSWERED:
        wait_end(entry, WaitState.OVER, actor=None, now=now)
        message, lines = notifications.UNANSWERED, []
    notifications.notify_waiting(entry, message, now, lines, starts_at=booking.starts_at)


def offer_pass_on(
    booking: Booking, move: str, *, actor: "User | None", now: datetime, reason: str = ""
) -> None:
    """End an offer under the caller's lock, for a `reason` where it is withdrawn, and offer its time on."""
    for one in (*get_companions(booking), booking):
        let_offer_go(one, move, actor=actor, now=now, reason=reason)
    pass_on_freed_time(booking, now)


def free_time_offer_due(now: datetime) -> int:
    """Offer time that came free without anybody passing it on, as by a new rule; return the number of offers.

    Only instruments on which somebody would be offered something are locked.
    """
    waiting: dict[int, list[WaitlistEntry]] = defaultdict(list)
    for entry in waits_in_order():
        waiting[entry.instrument_id].append(entry)

    def offer(pk: int) -> int:
        has_time = any(find_time_for(entry, now) for entry in waiting[pk])
        return _offer_free_time(pk, now) if has_time else 0

    return do_one_by_one("instrument", sorted(waiting), offer)


@transaction.atomic
def _offer_free_time(instrument_id: int, now: datetime) -> int:
    before = WaitlistOffer.objects.count()
    together = {instrument_id, *providers.linked_ids(instrument_id)}
    providers.instrument_locks(together)
    free_time_offer(together, now)
    return WaitlistOffer.objects.count() - before


def _open_offer_lock(actor: "User", booking_id: int, now: datetime) -> Booking:
    """Lock an offer that the actor may answer and that is open. Raises OfferOver."""
    booking = booking_lock_for(actor, booking_id, permission="bookings.answer_offer", revision=None)
    if booking.state != BookingState.OFFERED or now >= booking.waitlist_offer.answer_by:
        raise OfferOver
    return booking
