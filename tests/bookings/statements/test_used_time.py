"""Who cancels late pays for no hour that a log records as used, wherever the charge stands."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from bookings.invariants import find_broken_statements
from bookings.requests.services.notifications import CHARGE_GIVEN_BACK
from bookings.statements.domain.errors import NothingToWaive
from bookings.statements.services.statements import statement_send
from bookings.statements.services.waiving import charge_waive
from instrument_share.journal import selectors as journal
from tests import factories
from tests.bookings.requests.booking import use
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    cancelled_late,
    charges,
    correct,
    draft,
    usage_by_hand,
)
from tests.bookings.statements.test_charges import APRIL, MAY_1
from tests.factories import slot
from tests.page_fixtures import text_of

HOUR = timedelta(hours=1)


def charge_of(booking):
    booking.refresh_from_db()
    return booking.charged_yuan


@pytest.mark.parametrize("is_somebody_else", [True, False])
def test_hours_by_hand_are_paid_for_by_who_used_them_alone(city, see, is_somebody_else):
    cancelled = cancelled_late(city, slot(day=2))
    user = factories.member(city.company, name="辛") if is_somebody_else else city.researcher
    log = usage_by_hand(city, cancelled.starts_at, 2, user=user, is_confirmed=False)
    assert charge_of(cancelled) == 0
    page = text_of(see(city.researcher, "booking", cancelled.public_id, now=APRIL_1))
    assert "该预约逾期取消，不收取费用" in page
    act = journal.history(cancelled).last()
    assert (act.action, act.actor) == ("booking.charged_again", city.manager)
    assert log.amount_yuan > 0


def test_the_hours_that_nobody_used_stay_charged(city):
    cancelled = cancelled_late(city, slot(day=2))
    usage_by_hand(city, cancelled.starts_at + HOUR, 2)
    assert charge_of(cancelled) == 50


def test_a_use_that_ran_on_into_the_time_counts_as_well(city):
    cancelled = cancelled_late(city, slot(day=2, hour=12))
    use(city, slot(day=2, hour=10), now=cancelled.starts_at + HOUR)
    assert charge_of(cancelled) == 50


def test_hours_count_as_they_are_corrected(city):
    cancelled = cancelled_late(city, slot(day=2))
    log = usage_by_hand(city, cancelled.ends_at, 2)
    assert charge_of(cancelled) == 100
    later = cancelled.ends_at + 4 * HOUR
    correct(city, log, later, starts_at=cancelled.starts_at, ends_at=cancelled.ends_at)
    assert charge_of(cancelled) == 0
    correct(city, log, later, starts_at=cancelled.ends_at, ends_at=cancelled.ends_at + 2 * HOUR)
    assert charge_of(cancelled) == 100


def test_a_log_that_was_recorded_by_mistake_and_corrected_to_nothing_takes_no_hour(city):
    cancelled = cancelled_late(city, slot(day=2))
    log = usage_by_hand(city, cancelled.starts_at, 2)
    assert charge_of(cancelled) == 0
    correct(city, log, cancelled.ends_at + HOUR, measuring_seconds=0, amount_yuan=Decimal(0))
    assert charge_of(cancelled) == 100


@pytest.mark.parametrize(("hours", "left"), [(1, Decimal(50)), (2, Decimal(0))])
def test_charge_leaves_a_draft_and_what_is_left_comes_onto_it_again(city, hours, left):
    cancelled = cancelled_late(city, slot(day=2))
    (march,) = draft(city)
    usage_by_hand(city, cancelled.starts_at, hours, is_confirmed=False)
    march.refresh_from_db()
    assert (charges(march), march.total_yuan) == ([], 0)
    draft(city)
    assert charges(march) == ([(cancelled.pk, left)] if left else [])
    assert list(find_broken_statements()) == []


@pytest.mark.parametrize(("hours", "left"), [(1, Decimal(50)), (2, Decimal(0))])
def test_charge_on_a_sent_statement_is_given_back_by_the_next(city, see, hours, left):
    cancelled = cancelled_late(city, slot(day=2))
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    usage_by_hand(city, cancelled.starts_at, hours, is_confirmed=False)
    assert charges(march) == [(cancelled.pk, Decimal(100))]
    assert list(find_broken_statements()) == []
    told = journal.notifications(city.researcher).filter(message=CHARGE_GIVEN_BACK).get()
    assert (told.params["charge"], told.params["amount"]) == (f"{left:.2f}", f"{100 - left:.2f}")
    (april,) = draft(city, APRIL, MAY_1)
    assert draft(city, APRIL, MAY_1) == []
    assert charges(april) == [(cancelled.pk, left - 100)]
    assert list(find_broken_statements()) == []
    for statement, words in ((march, "此后登记该时段已有人使用"), (april, "事后登记该时段已有人使用")):
        assert words in text_of(see(city.manager, "statement", statement.public_id, now=MAY_1))
    sheet = see(city.manager, "statement_xlsx", april.public_id, now=MAY_1)
    row = [cell.value for cell in load_workbook(BytesIO(sheet.content)).worksheets[0][2]]
    assert row[8] == "冲减结算单 2026-0001：该时段已有人使用"


def test_uses_of_one_sheet_are_given_back_together_and_then_nothing_changes(city):
    cancelled = cancelled_late(city, slot(day=2))
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    for start in (cancelled.starts_at, cancelled.starts_at + HOUR / 2):
        usage_by_hand(city, start, 0.5, is_confirmed=False)
    (april,) = draft(city, APRIL, MAY_1)
    assert charges(april) == [(cancelled.pk, Decimal(-50))]
    usage_by_hand(city, cancelled.starts_at + HOUR, 1, is_confirmed=False)
    assert charge_of(cancelled) == 50
    with pytest.raises(NothingToWaive):
        charge_waive(actor=city.manager, booking_id=cancelled.pk, reason="当日停电", now=MAY_1 + DAY)
    assert list(find_broken_statements()) == []
