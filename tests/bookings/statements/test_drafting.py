"""What stands on a statement, and that it stands on one only."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bookings.statements.domain.errors import MonthNotOver
from bookings.statements.models import Statement, StatementLine
from bookings.statements.reports import describe_price
from bookings.statements.selectors.billing import find_billable
from bookings.statements.selectors.statements import statement_lines
from bookings.statements.services import drafting
from bookings.statements.services.drafting import statements_draft, statements_draft_due
from bookings.statements.services.statements import statement_send
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.accounts.models import Organization
from instrument_share.jobs.one_by_one import SomeFailed
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.city_time import CITY_TIME
from providers.instruments.models import Instrument
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import use
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    MARCH,
    cancelled_late,
    confirmed_use,
    correct,
    draft,
    lines,
    usage_by_hand,
)
from tests.factories import NOW, slot

APRIL, MAY_1 = date(2026, 4, 1), APRIL_1 + 30 * DAY


def send(city, statement, now=APRIL_1):
    return statement_send(actor=city.manager, statement_id=statement.pk, now=now)


def test_draft_holds_the_confirmed_uses_of_a_payer(city):
    first, second = confirmed_use(city), confirmed_use(city, slot(day=2, length=1))
    use(city, slot(day=3))
    own = confirmed_use(city, slot(day=4), payer=False)
    statements = {one.payer_organization_id: one for one in draft(city)}
    company, person = statements[city.company.pk], statements[None]
    assert lines(company) == [(first.pk, Decimal(200), None), (second.pk, Decimal(100), None)]
    assert (company.total_yuan, company.month, str(company)) == (Decimal(300), MARCH, "2026-0001")
    assert (person.payer_person, lines(person)) == (city.researcher, [(own.pk, Decimal(200), None)])
    assert str(person) == "2026-0002"
    entries = AuditEntry.objects.filter(action="statement.drafted", organization_id=city.owner.pk)
    assert [one.details["total_yuan"] for one in entries.order_by("pk")] == ["300.00", "200.00"]


def test_drafting_twice_changes_nothing(city):
    confirmed_use(city)
    assert len(draft(city)) == 1
    assert draft(city) == []
    assert StatementLine.objects.count() == Statement.objects.count() == 1


def test_month_that_is_not_over_is_refused(city):
    with pytest.raises(MonthNotOver):
        draft(city, now=APRIL_1 - timedelta(seconds=1))


def test_month_ends_at_midnight_in_the_city(city):
    """31 March 23:00 in the city is March; 1 April 00:00 is April, though it is March in UTC."""
    late = usage_by_hand(city, APRIL_1 - timedelta(hours=1), 1)
    early = usage_by_hand(city, APRIL_1, 1)
    (march,) = draft(city, now=APRIL_1 + DAY)
    assert [log for log, *_rest in lines(march)] == [late.pk]
    (april,) = draft(city, APRIL, MAY_1)
    assert [log for log, *_rest in lines(april)] == [early.pk]


def test_own_organization_gets_no_statement(city):
    confirmed_use(city)
    city.instrument.organization = city.company
    city.instrument.save()
    assert statements_draft(actor=None, organization_id=city.company.pk, month=MARCH, now=APRIL_1) == ([], [])


def test_use_confirmed_after_its_statement_was_sent_comes_onto_the_next(city):
    confirmed_use(city)
    late = use(city, slot(day=2))
    (march,) = draft(city)
    send(city, march)
    usage_confirm(actor=city.researcher, log_id=late.pk, now=APRIL_1 + DAY)
    done = statements_draft(
        actor=city.manager, organization_id=city.owner.pk, month=MARCH, now=APRIL_1 + 2 * DAY
    )
    assert (done.drafts, [one.log_id for one in done.waiting]) == ([], [late.pk])
    (april,) = draft(city, APRIL, MAY_1)
    assert lines(april) == [(late.pk, Decimal(200), None)]


def test_use_of_an_earlier_month_that_was_confirmed_then_is_not_billed(city):
    """A unit that begins with April has settled March in its own way."""
    confirmed_use(city)
    assert draft(city, APRIL, MAY_1) == []


def test_correction_after_sending_is_a_line_of_the_next_statement(city):
    log = confirmed_use(city)
    (march,) = draft(city)
    send(city, march)
    first = correct(city, log, APRIL_1 + DAY, amount_yuan=Decimal("150.50"))
    (april,) = draft(city, APRIL, MAY_1)
    assert lines(april) == [(log.pk, Decimal("-49.50"), march.lines.get().pk)]
    assert (april.total_yuan, april.lines.get().correction_id) == (Decimal("-49.50"), first.pk)
    send(city, april, MAY_1)
    second = correct(city, log, MAY_1 + DAY, amount_yuan=Decimal(160))
    (may,) = draft(city, date(2026, 5, 1), MAY_1 + 31 * DAY)
    assert [(line.amount_yuan, line.correction_id) for line in may.lines.all()] == [
        (Decimal("9.50"), second.pk)
    ]
    assert march.lines.get().amount_yuan == Decimal(200)


def test_line_names_the_correction_that_changed_the_amount(city):
    """Not the one of other facts that was confirmed after it: its reason explains no difference."""
    log = confirmed_use(city)
    (march,) = draft(city)
    send(city, march)
    of_amount = correct(city, log, APRIL_1 + DAY, amount_yuan=Decimal(150))
    correct(city, log, APRIL_1 + 2 * DAY, direction="teaching")
    (april,) = draft(city, APRIL, MAY_1)
    assert april.lines.get().correction_id == of_amount.pk


def test_correction_before_drafting_is_in_the_amount(city):
    log = confirmed_use(city)
    correct(city, log, NOW + 3 * DAY, amount_yuan=Decimal(120), idle_seconds=3600, measuring_seconds=3600)
    (march,) = draft(city)
    assert lines(march) == [(log.pk, Decimal(120), None)]
    assert march.lines.get().effective_seconds == 3600


@pytest.mark.parametrize("changes", [{"samples": 3}, {"service_mode": ServiceMode.OPERATED.value}])
def test_price_as_recorded_explains_no_amount_that_a_correction_agreed_anew(city, changes):
    kept, log = confirmed_use(city), confirmed_use(city, slot(day=2))
    (march,) = draft(city)

    def prices():
        march.refresh_from_db()
        return {line.log_id: len(describe_price(line)) for line in statement_lines(march)}

    assert prices() == {kept.pk: 1, log.pk: 1}
    correct(city, log, APRIL_1 - DAY, amount_yuan=Decimal(200), **changes)
    assert lines(march) == [(kept.pk, Decimal(200), None), (log.pk, Decimal(200), None)]
    assert prices() == {kept.pk: 1, log.pk: 0}
    send(city, march)
    correct(city, kept, APRIL_1 + DAY, amount_yuan=Decimal(200), **changes)
    assert prices() == {kept.pk: 1, log.pk: 0}


def test_corrections_confirmed_out_of_order_are_each_billed(city, two_may_wait):
    log = confirmed_use(city)
    (march,) = draft(city)
    send(city, march)
    earlier = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"amount_yuan": Decimal(170)}, reason="误", now=APRIL_1
    )
    correct(city, log, APRIL_1 + DAY, samples=4, amount_yuan=Decimal(180))
    (april,) = draft(city, APRIL, MAY_1)
    assert april.total_yuan == Decimal(-20)
    send(city, april, MAY_1)
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=earlier.pk, now=MAY_1 + DAY)
    assert draft(city, date(2026, 5, 1), MAY_1 + 31 * DAY) == []


def test_use_that_was_free_is_billed_once_a_correction_gives_it_an_amount(city):
    log = usage_by_hand(city, NOW + DAY, 1, amount_yuan=Decimal(0))
    assert draft(city) == []
    correct(city, log, APRIL_1 + DAY, amount_yuan=Decimal(80))
    (april,) = draft(city, APRIL, MAY_1)
    assert lines(april) == [(log.pk, Decimal(80), None)]


def test_use_that_was_corrected_to_nothing_is_billed_once_it_is_corrected_again(city):
    billed, log = confirmed_use(city), confirmed_use(city, slot(day=2, length=1))
    correct(city, log, APRIL_1 - 7 * DAY, amount_yuan=Decimal(0))
    (march,) = draft(city)
    assert lines(march) == [(billed.pk, Decimal(200), None)]
    send(city, march)
    correct(city, log, APRIL_1 + 9 * DAY, amount_yuan=Decimal(80))
    (april,) = draft(city, APRIL, MAY_1)
    assert lines(april) == [(log.pk, Decimal(80), None)]
    assert draft(city, date(2026, 5, 1), MAY_1 + 31 * DAY) == []


def test_clock_drafts_last_month_and_adds_what_is_confirmed_since(city):
    confirmed_use(city)
    late = use(city, slot(day=2))
    assert statements_draft_due(APRIL_1 - timedelta(seconds=1)) == 0
    assert statements_draft_due(APRIL_1) == 1
    assert statements_draft_due(APRIL_1) == 0
    usage_confirm(actor=city.researcher, log_id=late.pk, now=APRIL_1)
    assert statements_draft_due(APRIL_1 + DAY) == 1
    assert Statement.objects.get().total_yuan == Decimal(400)


def test_month_in_which_the_clock_drafted_nothing_is_billed_with_the_next(city):
    """The worker is away all of May: what was confirmed in April is found by no draft of April."""
    confirmed_use(city)
    assert statements_draft_due(APRIL_1) == 1
    missed = usage_by_hand(city, APRIL_1 + DAY, 1)
    factories.windows(city.instrument, APRIL_1 + 2 * DAY, days=1)
    charge = cancelled_late(city, slot(day=32))
    assert statements_draft_due(MAY_1 + 31 * DAY) == 1
    found = Statement.objects.get(month=date(2026, 5, 1)).lines.order_by("position")
    assert [(one.log_id or one.booking_id, one.amount_yuan) for one in found] == [
        (missed.pk, Decimal(100)),
        (charge.pk, Decimal(100)),
    ]
    assert statements_draft_due(MAY_1 + 61 * DAY) == 0


def test_first_month_of_a_unit_is_billed_with_the_next_where_the_clock_had_begun(city):
    """Another unit had a statement in March, so that drafts were made for all; in May the worker was away."""
    other = factories.city()
    confirmed_use(other)
    assert statements_draft_due(APRIL_1) == 1
    missed = usage_by_hand(city, APRIL_1 + DAY, 1)
    assert statements_draft_due(MAY_1 + 31 * DAY) == 1
    assert lines(Statement.objects.get(organization=city.owner)) == [(missed.pk, Decimal(100), None)]


def test_unit_without_statements_bills_from_the_day_on_which_statements_began(city, settings):
    settings.STATEMENTS_SINCE = MARCH
    missed = confirmed_use(city)
    assert statements_draft_due(MAY_1) == 1
    assert lines(Statement.objects.get()) == [(missed.pk, Decimal(200), None)]


def test_what_was_missed_is_looked_for_during_a_year(city, settings):
    settings.STATEMENTS_SINCE = MARCH
    confirmed_use(city)
    assert statements_draft_due(APRIL_1 + 400 * DAY) == 0
    assert statements_draft_due(APRIL_1 + 370 * DAY) == 1


@pytest.mark.parametrize("changed", [{"state": "suspended"}, {"owns_instruments": False}])
def test_a_month_is_billed_though_its_unit_is_suspended_or_owns_nothing_any_more(city, changed):
    """What was confirmed in a month is billed for that month or never."""
    log = confirmed_use(city)
    Organization.objects.filter(pk=city.owner.pk).update(**changed)
    Instrument.objects.update(state="retired")
    assert statements_draft_due(APRIL_1) == 1
    assert lines(Statement.objects.get()) == [(log.pk, Decimal(200), None)]


def test_what_starts_before_statements_began_is_not_billed(city, settings):
    earlier, first = confirmed_use(city), confirmed_use(city, slot(day=3))
    cancelled_late(city, slot(day=2))
    cancelled = cancelled_late(city, slot(day=4))
    settings.STATEMENTS_SINCE = first.starts_at.astimezone(CITY_TIME).date()
    (march,) = draft(city)
    assert [one.log_id or one.booking_id for one in march.lines.order_by("position")] == [
        first.pk,
        cancelled.pk,
    ]
    settings.STATEMENTS_SINCE += DAY
    correct(city, first, APRIL_1, amount_yuan=Decimal(150))
    correct(city, earlier, APRIL_1, amount_yuan=Decimal(150))
    draft(city)
    assert [line[:2] for line in lines(march)][2:] == [(first.pk, Decimal(-50))]


def test_unit_that_fails_does_not_keep_others_from_their_drafts(city, monkeypatch, caplog):
    other = factories.city()
    for one in (city, other):
        confirmed_use(one)
    monkeypatch.setattr(drafting, "find_billable", fail_for(city.owner))
    with pytest.raises(SomeFailed, match=rf"^unit {city.owner.pk}; done for others: 1$"):
        statements_draft_due(APRIL_1)
    assert Statement.objects.get().organization == other.owner
    assert "A use is broken." in caplog.text


def fail_for(unit):
    def find(organization_id, month):
        if organization_id == unit.pk:
            raise ValueError("A use is broken.")
        return find_billable(organization_id, month)

    return find
