"""The city of the services and the plain one side by side, what holds of both, and help for those who act."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from unittest import mock

from django.db import transaction
from django.test import Client
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
)

from bookings.credit.selectors import get_suspended_until
from bookings.credit.services import credit_appeals_pass_on_due
from bookings.devices.models import DeviceEvent
from bookings.groups.models import BasketItem
from bookings.kiosk.selectors import find_kiosk
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.requests.domain.states import HOLDING_STATES
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.offers import Applicant, get_free_time
from bookings.requests.selectors.project_budget import get_budgets
from bookings.requests.selectors.request_facts import counting_credit_events
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.samples.models import SampleOrder
from bookings.samples.services.orders import sample_orders_lapse_due
from bookings.statements.models import Statement
from bookings.statements.services.drafting import statements_draft
from bookings.usage.selectors.chain_log import USAGE_CHECK
from bookings.usage.selectors.overlaps import find_untold_overlaps
from bookings.usage.services.days import usage_units_differing
from bookings.waiting.models import WaitlistEntry, WaitlistOffer
from bookings.waiting.selectors import OPEN, OPEN_OFFER
from bookings.waiting.services.entries import waits_end_due
from bookings.waiting.services.offers import (
    free_time_offer_due,
    offers_lapse_due,
    refused_offers_withdraw_due,
)
from instrument_share.kernel.interval import Interval
from instrument_share.transparency.selectors.checks import CHECKS
from instrument_share.web import clock
from providers.instruments.models import Keeper
from tests import factories
from tests.bookings.any_order.plain_city import DAY, LONGEST, YUAN, PlainCity, PlainProject
from tests.bookings.any_order.plain_city import OPEN as OPENS
from tests.bookings.any_order.plain_device import PlainDevice, PlainKiosk
from tests.bookings.any_order.plain_orders import PlainOrders
from tests.bookings.devices.signing import TestDevice
from tests.bookings.projects.things import add_project
from tests.factories import NOW
from tests.stateful import attempt

HALF_HOUR = timedelta(minutes=30)
MIDNIGHT = NOW - OPENS * HALF_HOUR
APRIL = datetime.fromisoformat("2026-04-02T09:00+08:00")
DAYS = 3
BUDGET = 1200
NEXT_TIMES = 30
"""Most people want one of the next free times."""


class SideBySide(RuleBasedStateMachine):
    """Two instruments, two users and their keeper in the services and in the model; each case is undone."""

    attempt = staticmethod(attempt)

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.stopped = mock.patch.object(clock, "now", lambda: self.now)
        self.stopped.start()

    def teardown(self):
        try:
            self.settle_accounts()
        finally:
            self.stopped.stop()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @initialize()
    def open_the_city(self):
        terms = {
            "turnaround_minutes": 30,
            "max_minutes": LONGEST * 30,
            "change_deadline_minutes": 120,
            "cancel_deadline_minutes": 120,
            "quotas": [{"holder": "user", "span": "day", "most_minutes": 240, "most_bookings": 3}],
        }
        self.city = factories.city(**terms)
        second = factories.instrument(self.city.owner)
        factories.rule(second, decision="by_keeper", decision_hours=48, **terms)
        factories.windows(second)
        Keeper.objects.create(instrument=second, user=self.city.keeper)
        self.instruments = {"at_once": self.city.instrument, "by_keeper": second}
        self.people = {"戊": self.city.researcher, "己": factories.member(self.city.company, name="己")}
        self.project = add_project(self.city, BUDGET)
        project = PlainProject(Decimal(BUDGET), people=set(self.people))
        self.model = PlainCity({"by_keeper"}, project)
        self.orders, self.baskets = PlainOrders(self.model), {name: {} for name in self.people}
        self.logs, self.entries, self.appeals = {}, {}, {}
        self.device, self.plain_device = TestDevice(self.city, Client(), clock), PlainDevice(self.model)
        self.open_kiosks()
        self.seen = None

    def open_kiosks(self):
        self.kiosks, self.plain_kiosks = {}, {}
        for key, instrument in self.instruments.items():
            _made, secret = kiosk_make(
                actor=self.city.keeper, instrument_id=instrument.pk, name="门口", now=NOW
            )
            self.kiosks[key] = find_kiosk(secret)
            self.plain_kiosks[key] = PlainKiosk(self.model, key)

    # --- What holds after every act --------------------------------------------------------------------

    @invariant()
    def bookings_are_those_of_the_model(self):
        stored = Booking.objects.select_related("user").in_bulk()
        assert {
            pk: (one.state, one.user.name, Interval(one.starts_at, one.ends_at), one.organization_project_id)
            for pk, one in stored.items()
        } == {
            pk: (one.state, one.person, between(one.start, one.end), self.key_of_project(one.names_project))
            for pk, one in self.model.bookings.items()
        }
        charges = {pk: one.charged_yuan or 0 for pk, one in stored.items()}
        assert charges == {pk: self.model.charged_yuan(one) for pk, one in self.model.bookings.items()}

    @invariant()
    def events_count_unless_they_were_lifted(self):
        events = CreditEvent.objects.values_list("user__name", flat=True)
        assert sorted(events) == sorted(self.model.blamed.elements())
        for name, person in self.people.items():
            assert counting_credit_events(person.pk, self.now).count() == self.model.credit[name]
            is_suspended = get_suspended_until(person.pk, self.now) is not None
            assert is_suspended == self.model.is_suspended(name)

    @invariant()
    def budget_is_what_bookings_and_uses_leave(self):
        (budget,) = get_budgets([self.project]).values()
        model = self.model
        assert (budget.committed_yuan, budget.spent_yuan) == (model.committed_yuan(), model.spent_yuan())
        assert (budget.limit_yuan, budget.left_yuan) == (model.project.budget_yuan, model.left_yuan())

    @invariant()
    def those_wait_whom_the_model_has_waiting(self):
        waiting = WaitlistEntry.objects.filter(OPEN).values_list("pk", flat=True)
        assert set(waiting) == {pk for pk, wait in self.entries.items() if wait.is_open}

    @invariant()
    def orders_are_those_of_the_model(self):
        orders = SampleOrder.objects.values_list("pk", "state", "quoted_yuan", "booking")
        assert sorted(orders) == sorted(self.orders.as_rows())

    @invariant()
    def baskets_hold_what_was_put_in(self):
        items = BasketItem.objects.values_list("user__name", "instrument", "starts_at", "ends_at")
        named = BasketItem.objects.filter(organization_project__isnull=False).count()
        put = [(name, *at, *rest) for name, one in self.baskets.items() for at, rest in one.items()]
        assert sorted(items) == sorted(
            (name, self.instruments[key].pk, between(start, end).start, between(start, end).end)
            for name, key, start, end, _names in put
        )
        assert named == sum(names_project for *_, names_project in put)

    @invariant()
    def events_of_the_device_have_no_gap(self):
        events = DeviceEvent.objects.order_by("sequence").values_list("sequence", "kind", "booking")
        assert list(events) == self.plain_device.events

    @invariant()
    def no_time_is_held_twice(self):
        for instrument in self.instruments.values():
            held = Booking.objects.filter(instrument=instrument, state__in=HOLDING_STATES).order_by(
                "starts_at"
            )
            assert all(before.held_until <= after.starts_at for before, after in pairwise(held))

    @invariant()
    def what_is_offered_may_be_booked_and_nothing_else(self):
        if self.seen == (seen := self.model.what_bounds_free_time()):
            return
        self.seen = seen
        days = between(0, DAYS * DAY)
        for name, person in self.people.items():
            asks = Applicant(person, self.city.company)
            free = get_free_time(self.instruments.values(), days, self.now, asks)
            for key, instrument in self.instruments.items():
                offered = {
                    (half_hours(offer.start), end)
                    for offer in free.offers(instrument.pk, days)
                    for end in range(half_hours(offer.first_end), half_hours(offer.last_end) + 1)
                }
                assert offered == self.free_times(name, key)

    def settle_accounts(self):
        """When the month is over, the statement bills what the model adds up, and every chain fits."""
        if not hasattr(self, "model"):
            return
        unanswered = sum(outcome is None for _person, outcome in self.appeals.values())
        assert credit_appeals_pass_on_due(APRIL) == unanswered
        statements_draft(actor=None, organization_id=self.city.owner.pk, month=date(2026, 3, 1), now=APRIL)
        assert sum(Statement.objects.values_list("total_yuan", flat=True)) == self.model.owed_yuan()
        assert [problem for check in CHECKS for problem in check.run_all()] == []
        assert (USAGE_CHECK.run_all(), find_untold_overlaps(), usage_units_differing()) == ([], [], [])

    # --- The clock --------------------------------------------------------------------------------------

    def let_time_pass(self, half_hours):
        self.model.now += half_hours
        bookings_lapse_due(self.now)
        bookings_no_show_due(self.now)
        offers_lapse_due(self.now)
        refused_offers_withdraw_due(self.now)
        free_time_offer_due(self.now)
        waits_end_due(self.now)
        sample_orders_lapse_due(self.now)
        self.model.run_clock()
        self.orders.run_clock()
        self.see_offers()

    # --- Help -------------------------------------------------------------------------------------------

    @property
    def now(self):
        return MIDNIGHT + self.model.now * HALF_HOUR

    def free_times(self, person, instrument):
        return self.model.free_times(person, instrument, range(DAYS))

    def next_free(self, person, instrument, pick):
        """One of the next times that the person may book; None where there is none."""
        free = sorted(self.free_times(person, instrument))[:NEXT_TIMES]
        return free[pick % len(free)] if free else None

    def pass_on(self, plain):
        self.model.pass_on(plain.instrument)
        self.see_offers()

    def leave(self, plain, left, log, *, confirmed_by):
        """A use has ended: its price is that of its time, or of samples the agreed one."""
        yuan = plain.agreed_yuan if plain.is_planned else YUAN * Decimal(str(left - plain.checked_in))
        yuan = yuan.quantize(Decimal("0.01"))
        assert log.amount_yuan == yuan
        plain.state, plain.ended = "completed", self.model.now
        if plain.names_project:
            self.model.project.uses_yuan[log.pk] = yuan
        self.pass_on(plain)
        self.keep_log(log, plain.instrument, plain.person, plain.checked_in, left, yuan, confirmed_by)

    def keep_log(self, log, instrument, person, start, end, yuan, confirmed_by):
        self.model.used.append((instrument, person, start, end))
        self.logs[log.pk] = (person, yuan, confirmed_by)

    def see_offers(self):
        """Every offer of the services is one of the model, to the same person, and none is missing."""
        made = WaitlistOffer.objects.filter(OPEN_OFFER).exclude(booking__in=self.model.bookings)
        for offer in made.select_related("booking__user"):
            booking = offer.booking
            instrument = next(key for key, one in self.instruments.items() if one.pk == booking.instrument_id)
            facts = (booking.user.name, instrument, booking.starts_at, booking.ends_at, offer.answer_by)
            plain = next(one for one in self.model.new_offers if facts == self.facts_of(one))
            self.model.new_offers.remove(plain)
            self.model.bookings[booking.pk] = plain
        assert self.model.new_offers == []

    def facts_of(self, offer):
        time = between(offer.start, offer.end)
        return offer.person, offer.instrument, time.start, time.end, MIDNIGHT + offer.answer_by * HALF_HOUR

    def with_states(self, *states):
        return {pk: one for pk, one in self.model.bookings.items() if one.state in states}

    def next_approved(self):
        return min(self.with_states("approved").items(), key=lambda one: (one[1].start, one[0]))

    def choose(self, pick, *states):
        """A booking with one of the states; where there is none, any, whose refusal is a test too."""
        known = sorted(self.with_states(*states) or self.model.bookings)
        return (pk := known[pick % len(known)]), self.model.bookings[pk]

    def actor(self, plain, by_user):
        return self.people[plain.person] if by_user else self.city.keeper

    def keep(self, made, plain):
        """What the services have made is this of the model."""
        self.model.bookings[made.pk] = plain
        self.read_deadline(made)
        self.require_within_budget(plain)

    def require_within_budget(self, plain):
        """Whatever was admitted, nothing that names the project has overdrawn it."""
        if plain.names_project:
            (budget,) = get_budgets([self.project]).values()
            assert budget.used_yuan <= budget.limit_yuan

    def key_of_project(self, names_project):
        return self.project.pk if names_project else None

    def pk_of(self, plain):
        return next(pk for pk, one in self.model.bookings.items() if one is plain)

    def read_deadline(self, made):
        plain = self.model.bookings[made.pk]
        plain.decide_by = made.decide_by and (made.decide_by - MIDNIGHT) / HALF_HOUR


def at(half_hour):
    return MIDNIGHT + half_hour * HALF_HOUR


def between(start, end):
    return Interval(at(start), at(end))


def half_hours(instant):
    return (instant - MIDNIGHT) // HALF_HOUR
