"""What the database itself refuses once a statement is sent."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bookings.statements.models import StatementLine, StatementNote
from bookings.statements.services.statements import statement_send
from tests.bookings.requests.booking import use
from tests.bookings.statements.conftest import APRIL_1, confirmed_use, draft, not_attended
from tests.bookings.statements.test_steps import pay, reverse
from tests.factories import slot

pytestmark = pytest.mark.django_db

CHANGES = {
    "a lower total": "UPDATE bookings_statement SET total_yuan = 1",
    "another payer": "UPDATE bookings_statement SET payer_organization_id = organization_id",
    "another number": "UPDATE bookings_statement SET number = 7",
    "another day of sending": "UPDATE bookings_statement SET sent_at = drafted_at",
    "another account": "UPDATE bookings_statement SET account_id = NULL",
    "a changed account": "UPDATE bookings_statementaccount SET number = '62220000'",
    "no account": "DELETE FROM bookings_statementaccount",
    "a draft again": "UPDATE bookings_statement SET state = 'draft', sent_at = NULL",
    "no statement": "DELETE FROM bookings_statement",
    "a lower amount": "UPDATE bookings_statementline SET amount_yuan = 1",
    "no line": "DELETE FROM bookings_statementline",
    "another question": "UPDATE bookings_statementnote SET text = ''",
    "no question": "DELETE FROM bookings_statementnote",
    "a higher payment": "UPDATE bookings_statementpayment SET amount_yuan = 200",
    "no payment": "DELETE FROM bookings_statementpayment",
    "another reason": "UPDATE bookings_statementreversal SET reason = ''",
    "no reversal": "DELETE FROM bookings_statementreversal",
}


def refusal(act):
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        act()
    return str(refused.value)


@pytest.mark.parametrize("change", CHANGES)
def test_sent_statement_stays(billed, change):
    reverse(billed, pay(billed, 50))
    StatementNote.objects.create(
        statement=billed.statement, kind="dispute", text="?", written_at=APRIL_1, written_by=billed.payer
    )
    said = refusal(lambda: connection.cursor().execute(CHANGES[change]))
    assert "append-only" in said or "is sent" in said


def test_sent_statement_gets_no_line(billed):
    log = use(billed.city, slot(day=3))
    line = StatementLine(
        statement=billed.statement,
        position=2,
        log=log,
        starts_at=log.starts_at,
        ends_at=log.ends_at,
        effective_seconds=1,
        amount_yuan=1,
    )
    assert "is sent" in refusal(line.save)


def test_draft_takes_lines_and_a_total_but_keeps_its_payer(city):
    confirmed_use(city)
    (statement,) = draft(city)
    statement.total_yuan = 5
    statement.save(update_fields=["total_yuan"])
    statement.number = 9
    assert "is sent" in refusal(lambda: statement.save(update_fields=["number"]))


def test_of_the_lines_of_a_draft_only_a_charge_leaves(city):
    log, missed = confirmed_use(city), not_attended(city, slot(day=2))
    draft(city)
    StatementLine.objects.get(booking=missed).delete()
    assert "append-only" in refusal(StatementLine.objects.get(log=log).delete)


def test_what_gives_a_charge_back_stays_and_is_less_than_nothing(city):
    not_attended(city, slot(day=2))
    draft(city)
    line = StatementLine.objects.get()
    line.pk, line.position, line.corrects_id = None, 2, line.pk
    with pytest.raises(IntegrityError, match="statement_line_kind"), transaction.atomic():
        line.save(force_insert=True)
    line.amount_yuan = -line.amount_yuan
    line.save(force_insert=True)
    assert "append-only" in refusal(line.delete)
    line.pk, line.position = None, 3
    with pytest.raises(IntegrityError, match=r"statement_credit_once|booking_id"), transaction.atomic():
        line.save(force_insert=True)


def test_charge_on_a_sent_statement_stays(city):
    not_attended(city, slot(day=2))
    (statement,) = draft(city)
    statement_send(actor=city.manager, statement_id=statement.pk, now=APRIL_1)
    assert "append-only" in refusal(StatementLine.objects.get().delete)


def test_log_stands_on_one_statement(city):
    log = confirmed_use(city)
    draft(city)
    line = StatementLine.objects.get(log=log)
    line.pk, line.position = None, 2
    with pytest.raises(IntegrityError, match=r"statement_log_once|log_id"), transaction.atomic():
        line.save(force_insert=True)


def test_payment_is_reversed_and_its_voucher_replaced_once(billed):
    payment = pay(billed, 50)
    reversal = reverse(billed, payment)
    reversal.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        reversal.save(force_insert=True)
    again = pay(billed, 60)
    again.pk, again.public_id = None, "STP-0000000000"
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
    again.replaces = None
    with pytest.raises(IntegrityError, match=r"statement_voucher_once|voucher"), transaction.atomic():
        again.save(force_insert=True)


def test_statement_has_one_payer(city):
    confirmed_use(city)
    (statement,) = draft(city)
    statement.pk, statement.number, statement.public_id = None, 2, "STM-0000000000"
    statement.payer_person = city.researcher
    with pytest.raises(IntegrityError, match="statement_one_payer"), transaction.atomic():
        statement.save(force_insert=True)
