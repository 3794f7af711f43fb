"""A unit waives the charge of a missed or late-cancelled booking, wherever it stands, and for good."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.invariants import find_broken_statements
from bookings.requests.models import CreditEvent
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.notifications import CHARGE_WAIVED, HOURS_INSTEAD_OF_NO_SHOW, NOT_CHARGED
from bookings.statements.domain.errors import NothingToWaive
from bookings.statements.services.statements import statement_send
from bookings.statements.services.waiving import charge_waive
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from tests.bookings.requests.booking import book
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    cancelled_late,
    charges,
    draft,
    not_attended,
    usage_by_hand,
)
from tests.bookings.statements.test_charges import APRIL, MAY_1
from tests.factories import slot
from tests.page_fixtures import text_of


def waive(city, booking, now=APRIL_1):
    return charge_waive(actor=city.manager, booking_id=booking.pk, reason="当日停电", now=now)


def test_charge_on_no_statement_is_waived_once_and_never_billed(city, see):
    missed = not_attended(city, slot(day=2))
    with pytest.raises(ReasonMissing):
        charge_waive(actor=city.manager, booking_id=missed.pk, reason=" ", now=APRIL_1)
    waive(city, missed)
    with pytest.raises(NothingToWaive):
        waive(city, missed)
    assert "不收取费用" in text_of(see(city.researcher, "booking", missed.public_id, now=APRIL_1))
    assert draft(city) == []
    assert CreditEvent.objects.get().booking == missed
    act = journal.history(missed).last()
    assert (act.action, act.actor) == ("booking.charge_waived", city.manager)
    assert act.details == {"from": "200.00", "charged_yuan": "0.00", "reason": "当日停电"}
    told = journal.notifications(city.researcher).first()
    assert (told.message, told.params["reason"]) == (CHARGE_WAIVED, "当日停电")


def test_waived_no_show_that_is_taken_back_is_said_to_cost_nothing(city):
    missed = not_attended(city, slot(day=2))
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    waive(city, missed)
    usage_by_hand(city, missed.starts_at, 1)
    told = journal.notifications(city.researcher).filter(message=HOURS_INSTEAD_OF_NO_SHOW).get()
    assert told.params["charge"]["message"] == NOT_CHARGED


def test_revision_tells_that_the_charge_was_waived_and_that_the_user_came(city):
    waived, came = not_attended(city, slot(day=2)), not_attended(city, slot(day=4))
    before = waived.revision, came.revision
    waive(city, waived)
    usage_by_hand(city, came.starts_at, 1)
    waived.refresh_from_db()
    came.refresh_from_db()
    assert (waived.charged_yuan, came.charged_yuan, came.checked_in_at) == (0, 0, came.starts_at)
    assert (waived.revision - before[0], came.revision - before[1]) == (1, 2)


def test_charge_on_a_draft_leaves_it(city):
    missed, kept = not_attended(city, slot(day=2)), not_attended(city, slot(day=4))
    (march,) = draft(city)
    waive(city, missed)
    march.refresh_from_db()
    assert (charges(march), march.total_yuan) == ([(kept.pk, Decimal(200))], 200)


def test_charge_on_a_sent_statement_is_given_back_by_the_next(city, see):
    missed = not_attended(city, slot(day=2))
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    waive(city, missed, now=APRIL_1 + DAY)
    assert list(find_broken_statements()) == []
    (april,) = draft(city, APRIL, MAY_1)
    assert charges(april) == [(missed.pk, Decimal(-200))]
    assert list(find_broken_statements()) == []
    for statement, words in ((march, "此后已免除"), (april, "管理单位已免除")):
        assert words in text_of(see(city.manager, "statement", statement.public_id, now=MAY_1))
    type(missed).objects.filter(pk=missed.pk).update(charged_yuan=200)
    assert list(find_broken_statements()) == [
        f"line 1 of {april.public_id} gives back what was not charged, or is charged still"
    ]


def test_waived_charge_of_a_late_cancellation_does_not_come_back(city, see):
    interval = slot(day=2)
    cancelled = cancelled_late(city, interval)
    early = interval.start - timedelta(minutes=50)
    waive(city, cancelled, now=early)
    page = text_of(see(city.researcher, "booking", cancelled.public_id, now=early))
    assert "该预约逾期取消，不收取费用" in page
    taker = book(city, interval, payer=False, now=early)
    booking_cancel(actor=city.keeper, booking_id=taker.pk, reason="停电", now=early)
    cancelled.refresh_from_db()
    assert cancelled.charged_yuan == 0


def test_a_charge_that_another_took_over_does_not_come_back_as_that_is_waived(city):
    interval = slot(day=2)
    first = cancelled_late(city, interval)
    early = interval.start - timedelta(minutes=50)
    second = book(city, interval, payer=False, now=early)
    booking_cancel(actor=city.researcher, booking_id=second.pk, now=early)
    waive(city, second, now=early)
    taker = book(city, interval, payer=False, now=early)
    booking_cancel(actor=city.keeper, booking_id=taker.pk, reason="停电", now=early)
    for one in (first, second):
        one.refresh_from_db()
        assert (one.late_cancel, one.charged_yuan) == (True, 0)


@pytest.mark.parametrize("cancels", [True, False])
def test_who_waives_reads_that_the_credit_stays_only_while_it_does(city, see, cancels):
    charged = (cancelled_late if cancels else not_attended)(city, slot(day=2))

    def is_said(now):
        page = see(city.manager, "charge_waive", charged.public_id, now=now)
        return "仍计入戊的信用记录" in text_of(page)

    assert (is_said(APRIL_1), is_said(CreditEvent.objects.get().ends_at)) == (True, False)


def test_unit_is_offered_to_waive_what_is_charged_and_nobody_waives_their_own(city, see):
    missed = not_attended(city, slot(day=2))
    address = f"/bookings/{missed.public_id}/waive/"
    assert address in see(city.manager, "booking", missed.public_id, now=APRIL_1).content.decode()
    assert address not in see(city.keeper, "booking", missed.public_id, now=APRIL_1).content.decode()
    type(missed).objects.filter(pk=missed.pk).update(user=city.manager)
    assert address not in see(city.manager, "booking", missed.public_id, now=APRIL_1).content.decode()
    with pytest.raises(Forbidden):
        waive(city, missed)
