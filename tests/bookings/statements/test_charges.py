"""Charges for late cancellations and no-shows stand on a statement, once, when nobody can take the time."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.held_time import late_charges_refresh
from bookings.statements.domain.errors import NothingToSend
from bookings.statements.models import StatementLine
from bookings.statements.schemas import serialize_with_lines
from bookings.statements.selectors.statements import get_statement, unsettled_statements
from bookings.statements.services.statements import statement_send, statements_send
from instrument_share.kernel.interval import Interval
from tests.bookings.requests.booking import book
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    cancelled_late,
    charges,
    confirmed_use,
    draft,
    not_attended,
    open_at_the_end_of_march,
    usage_by_hand,
)
from tests.factories import slot
from tests.page_fixtures import text_of

APRIL, MAY_1 = date(2026, 4, 1), APRIL_1 + 30 * DAY


def test_charges_stand_among_the_uses_of_a_payer(city):
    missed = not_attended(city, slot(day=2))
    cancelled = cancelled_late(city, slot(day=4))
    log = confirmed_use(city, slot(day=3))
    (march,) = draft(city)
    assert charges(march) == [(missed.pk, Decimal(200)), (None, Decimal(200)), (cancelled.pk, Decimal(100))]
    assert march.total_yuan == 500
    assert [line.source for line in march.lines.order_by("position")] == [missed, log, cancelled]
    assert draft(city) == []


def test_charge_is_for_the_part_that_nobody_took(city):
    interval = slot(day=2)
    booking = cancelled_late(city, interval)
    taken = Interval(interval.start, interval.start + timedelta(minutes=30))
    taker = book(city, taken, payer=False, now=interval.start - timedelta(minutes=50))
    booking_cancel(actor=city.keeper, booking_id=taker.pk, reason="停电", now=interval.start)
    book(city, taken, payer=False, now=interval.start)
    statements = {one.payer_organization_id: one for one in draft(city)}
    assert charges(statements[city.company.pk]) == [(booking.pk, Decimal(75))]


@pytest.mark.parametrize("is_free", ["in time", "own unit", "taken"])
def test_what_costs_nothing_or_stays_inside_has_no_line(city, is_free):
    interval = slot(day=2)
    if is_free == "in time":
        booking = book(city, interval, now=interval.start - 3 * DAY)
        booking_cancel(actor=city.researcher, booking_id=booking.pk, now=interval.start - 2 * DAY)
    if is_free == "own unit":
        cancelled_late(city, interval)
        city.instrument.organization = city.company
        city.instrument.save()
    if is_free == "taken":
        cancelled_late(city, interval)
        book(city, interval, payer=False, now=interval.start - timedelta(minutes=50))
    assert draft(city) == []


def test_charge_belongs_to_the_month_in_which_the_booked_time_ends(city):
    open_at_the_end_of_march(city)
    over_midnight = cancelled_late(city, slot(day=29, hour=23))
    assert draft(city, now=APRIL_1 + DAY) == []
    (april,) = draft(city, APRIL, MAY_1)
    assert charges(april) == [(over_midnight.pk, Decimal(100))]


def test_charge_of_a_booking_that_ends_with_the_month_belongs_to_it(city):
    open_at_the_end_of_march(city)
    booking = cancelled_late(city, slot(day=29, hour=22))
    (march,) = draft(city)
    assert charges(march) == [(booking.pk, Decimal(100))]
    assert draft(city, APRIL, MAY_1) == []


def test_no_show_that_is_found_late_comes_onto_the_next_statement(city):
    found_late = not_attended(city, slot(day=20), now=APRIL_1 + DAY)
    (april,) = draft(city, APRIL, MAY_1)
    assert charges(april) == [(found_late.pk, Decimal(200))]


def test_charge_of_a_month_before_the_first_statement_is_not_billed(city):
    not_attended(city, slot(day=2))
    assert draft(city, APRIL, MAY_1) == []


def test_draft_whose_charge_was_taken_back_is_not_sent(city, see):
    missed = not_attended(city, slot(day=2), payer=False)
    confirmed_use(city, slot(day=3))
    emptied, kept = draft(city)
    usage_by_hand(city, missed.starts_at, 1)
    emptied.refresh_from_db()
    assert (emptied.total_yuan, emptied.state) == (0, "draft")
    with pytest.raises(NothingToSend):
        statement_send(actor=city.manager, statement_id=emptied.pk, now=APRIL_1)
    page = text_of(see(city.manager, "statement", emptied.public_id, now=APRIL_1))
    assert "本草稿已无明细" in page and "发送…" not in page
    assert see(city.manager, "statement_send", emptied.public_id, now=APRIL_1).status_code == 409
    sent = statements_send(actor=city.manager, organization_id=city.owner.pk, now=APRIL_1)
    assert sent == [kept]
    page = text_of(see(city.manager, "unit_statements", city.owner.public_id, now=APRIL_1))
    assert "发送全部草稿" not in page
    assert not unsettled_statements(city.researcher).exists()
    assert "核对并发送" not in text_of(see(city.manager, "unit_desk", now=APRIL_1))


def test_lines_are_numbered_without_a_gap_where_a_charge_has_left_the_draft(city, see):
    missed = not_attended(city, slot(day=2))
    log = confirmed_use(city, slot(day=3))
    (march,) = draft(city)
    usage_by_hand(city, missed.starts_at, 1)
    sheet = see(city.manager, "statement_xlsx", march.public_id, now=APRIL_1)
    rows = [row[:2] for row in load_workbook(BytesIO(sheet.content)).worksheets[0].values]
    assert rows[1:] == [("1", log.public_id), ("合计", None)]


def test_billed_charge_does_not_rise(city):
    interval = slot(day=2)
    booking = cancelled_late(city, interval)
    half = Interval(interval.start, interval.start + timedelta(hours=1))
    taker = book(city, half, payer=False, now=interval.start - timedelta(minutes=50))
    draft(city)
    type(taker).objects.filter(pk=taker.pk).update(state="cancelled")
    late_charges_refresh(city.instrument.pk, interval, actor=None, now=APRIL_1)
    booking.refresh_from_db()
    assert booking.charged_yuan == 50


def test_line_is_of_a_log_or_of_a_booking_and_each_stands_once(city):
    booking = not_attended(city, slot(day=2))
    log = confirmed_use(city, slot(day=3))
    draft(city)
    line = StatementLine.objects.get(booking=booking)
    for facts in ({"log": log}, {"booking": None}, {"corrects": line}, {}):
        copy = StatementLine.objects.get(booking=booking)
        copy.pk, copy.position = None, 9
        for name, value in facts.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


def test_charge_is_given_back_once_by_a_line_that_names_its_statement(city, see):
    missed, kept = not_attended(city, slot(day=2)), not_attended(city, slot(day=4))
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    usage_by_hand(city, missed.starts_at, 1)
    assert draft(city, now=APRIL_1 + DAY) == []
    (april,) = draft(city, APRIL, MAY_1)
    assert draft(city, APRIL, MAY_1) == []
    assert charges(april) == [(missed.pk, Decimal(-200)), (None, Decimal(100))]
    shown = get_statement(city.manager, april.public_id)
    (credit, _use) = serialize_with_lines(shown).lines
    assert (credit.usage_log, credit.booking, credit.corrects) == (None, missed.public_id, march.public_id)
    sheet = see(city.manager, "statement_xlsx", april.public_id, now=MAY_1)
    row = [cell.value for cell in load_workbook(BytesIO(sheet.content)).worksheets[0][2]]
    assert (row[1], row[7], row[8]) == (missed.public_id, -200, "冲减结算单 2026-0001：爽约已撤销")
    assert not any(one.booking_id == kept.pk for one in april.lines.all())


def test_api_tells_whether_a_use_or_a_booking_is_billed(city):
    booking = cancelled_late(city, slot(day=2), payer=False)
    log = confirmed_use(city, slot(day=3), payer=False)
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    shown = serialize_with_lines(get_statement(city.researcher, march.public_id)).lines
    assert [(line.usage_log, line.booking) for line in shown] == [
        (None, booking.public_id),
        (log.public_id, None),
    ]
