"""Send, confirm, question, answer, pay, and remind."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.statements.domain.errors import (
    InvoicedInFuture,
    NothingOwed,
    PaidInFuture,
    PaperMissing,
    PaymentExceeds,
    PaymentReversed,
    VoucherRecorded,
)
from bookings.statements.schemas import serialize_statement
from bookings.statements.selectors.statements import (
    Owed,
    filter_overdue,
    get_debts,
    get_statement,
    statements_of_unit,
    statements_to_answer,
    statements_to_pay_back,
    sum_owed,
)
from bookings.statements.services.notifications import ANSWERED_DUE, CONFIRMED, SENT
from bookings.statements.services.payments import statement_payment_record, statement_payment_reverse
from bookings.statements.services.reinstatement import organization_reinstate
from bookings.statements.services.statements import (
    statement_answer,
    statement_confirm,
    statement_dispute,
    statement_send,
    statements_remind_due,
    statements_send,
)
from bookings.usage.services.usage import usage_confirm
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.accounts.services import organization_suspend
from instrument_share.accounts.services.organizations import REINSTATED
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, NotFound, ReasonMissing
from tests import factories
from tests.bookings.requests.booking import use
from tests.bookings.statements.conftest import APRIL_1, DAY, confirmed_use, correct, draft, reload
from tests.factories import slot

pytestmark = pytest.mark.django_db
TODAY = APRIL_1.date() + DAY
"""1 April in the city."""


def confirm(billed, now=APRIL_1):
    return statement_confirm(actor=billed.payer, statement_id=billed.statement.pk, now=now)


def pay(billed, amount, voucher="ZF-1", *, actor=None, now=APRIL_1, day=TODAY, **changes):
    facts = {"invoice_number": "FP-1", "invoice_date": day, "paid_date": day, **changes}
    return statement_payment_record(
        actor=actor or billed.city.manager,
        statement_id=billed.statement.pk,
        amount_yuan=Decimal(amount),
        voucher=voucher,
        now=now,
        **facts,
    )


def reverse(billed, payment, reason="登记到了别的结算单", *, actor=None, now=APRIL_1):
    return statement_payment_reverse(
        actor=actor or billed.city.manager, payment_id=payment.pk, reason=reason, now=now
    )


def messages(person):
    return [one.message for one in Notification.objects.filter(user=person).order_by("pk")]


def test_a_manager_who_answers_for_the_payer_leaves_money_and_disputes_to_a_colleague(billed):
    payment = pay(billed, 50)
    factories.member(billed.city.company, Role.ORG_ADMIN, person=billed.city.manager)
    with pytest.raises(Forbidden):
        pay(billed, 150, voucher="ZF-2")
    with pytest.raises(Forbidden):
        reverse(billed, payment)
    statement_dispute(actor=billed.payer, statement_id=billed.statement.pk, reason="机时有误", now=APRIL_1)
    answer = {"statement_id": billed.statement.pk, "text": "机时无误", "now": APRIL_1}
    with pytest.raises(Forbidden):
        statement_answer(actor=billed.city.manager, **answer)
    colleague = factories.member(billed.city.owner, Role.UNIT_MANAGER, name="壬")
    statement_answer(actor=colleague, **answer)
    reverse(billed, payment, actor=colleague)
    pay(billed, 200, voucher="ZF-2", actor=colleague)
    assert reload(billed.statement).state == "settled"


def test_what_a_colleague_answers_or_pays_back_is_no_task_of_who_answers_for_the_payer(billed):
    colleague, may_1 = factories.member(billed.city.owner, Role.UNIT_MANAGER, name="壬"), APRIL_1 + 30 * DAY
    correct(billed.city, billed.log, APRIL_1 + DAY, amount_yuan=Decimal(150))
    (credit,) = draft(billed.city, month=TODAY, now=may_1)
    statement_send(actor=colleague, statement_id=credit.pk, now=may_1)
    statement_confirm(actor=billed.payer, statement_id=credit.pk, now=may_1)
    statement_dispute(actor=billed.payer, statement_id=billed.statement.pk, reason="机时有误", now=may_1)
    factories.member(billed.city.company, Role.ORG_ADMIN, person=billed.city.manager)
    assert list(statements_to_answer(billed.city.manager)) == []
    assert list(statements_to_answer(colleague)) == [billed.statement]
    assert list(statements_to_pay_back(billed.city.manager)) == []
    assert list(statements_to_pay_back(colleague)) == [credit]


def test_sent_statement_is_due_in_30_days_and_its_payer_is_told(billed):
    assert (billed.statement.state, billed.statement.due_date) == ("sent", TODAY + 30 * DAY)
    (told,) = Notification.objects.filter(user=billed.payer)
    assert told.path == f"/statements/{billed.statement.public_id}/"
    assert told.params["amount"] == "200.00"
    with pytest.raises(IllegalMove):
        statement_send(actor=billed.city.manager, statement_id=billed.statement.pk, now=APRIL_1)


def test_all_drafts_of_a_unit_are_sent_together(city):
    confirmed_use(city)
    confirmed_use(city, slot(day=2), payer=False)
    draft(city)
    sent = statements_send(actor=city.manager, organization_id=city.owner.pk, now=APRIL_1)
    assert [str(one) for one in sent] == ["2026-0001", "2026-0002"]
    assert statements_send(actor=city.manager, organization_id=city.owner.pk, now=APRIL_1) == []


def test_payer_sees_a_statement_from_its_sending_on(city):
    confirmed_use(city, payer=False)
    (statement,) = draft(city)
    with pytest.raises(NotFound):
        get_statement(city.researcher, statement.public_id)
    statement_send(actor=city.manager, statement_id=statement.pk, now=APRIL_1)
    assert get_statement(city.researcher, statement.public_id).owed_yuan == Decimal(200)
    with pytest.raises(NotFound):
        get_statement(factories.user(), statement.public_id)


def test_payer_confirms_once(billed):
    with pytest.raises(Forbidden):
        statement_confirm(actor=billed.city.manager, statement_id=billed.statement.pk, now=APRIL_1)
    statement = confirm(billed)
    assert (statement.state, statement.confirmed_by) == ("confirmed", billed.payer)
    with pytest.raises(IllegalMove):
        confirm(billed)
    assert messages(billed.city.manager).count(CONFIRMED) == 1


def test_question_waits_for_an_answer_with_a_new_term(billed):
    facts = {"statement_id": billed.statement.pk}
    with pytest.raises(ReasonMissing):
        statement_dispute(actor=billed.payer, reason=" ", now=APRIL_1, **facts)
    statement_dispute(actor=billed.payer, reason="第1行时长有误", now=APRIL_1, **facts)
    with pytest.raises(IllegalMove):
        confirm(billed)
    with pytest.raises(IllegalMove):
        pay(billed, 200)
    later = APRIL_1 + 20 * DAY
    statement_answer(actor=billed.city.manager, text="已核对", now=later, **facts)
    statement = reload(billed.statement)
    assert (statement.state, statement.due_date) == ("sent", TODAY + 50 * DAY)
    told = Notification.objects.filter(user=billed.payer).order_by("id").last()
    assert (told.message, told.params["text"]) == (ANSWERED_DUE, "已核对")
    notes = statement.notes.order_by("pk").values_list("kind", "text", "written_by")
    assert list(notes) == [
        ("dispute", "第1行时长有误", billed.payer.pk),
        ("answer", "已核对", billed.city.manager.pk),
    ]
    assert confirm(billed, later).state == "confirmed"
    acts = AuditEntry.objects.filter(subject_id=statement.public_id).order_by("pk")
    assert [one.action for one in acts] == [
        f"statement.{act}" for act in ("drafted", "sent", "disputed", "answered", "confirmed")
    ]


def test_partial_payments_settle_when_nothing_is_open(billed):
    confirm(billed)
    pay(billed, "50.50")
    assert reload(billed.statement).state == "confirmed"
    with pytest.raises(PaymentExceeds):
        pay(billed, "149.51", "ZF-2")
    pay(billed, "149.50", "ZF-2")
    statement = reload(billed.statement)
    assert (statement.state, statement.settled_at) == ("settled", APRIL_1)
    with pytest.raises(IllegalMove):
        pay(billed, 1, "ZF-3")


def test_payer_who_pays_need_not_confirm(billed):
    pay(billed, 200)
    assert reload(billed.statement).state == "settled"


def test_payment_that_is_sent_twice_is_recorded_once(billed):
    pay(billed, 100)
    with pytest.raises(VoucherRecorded):
        pay(billed, 100)
    assert billed.statement.payments.count() == 1


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_reversal_opens_a_settled_statement_again(billed, is_confirmed):
    if is_confirmed:
        confirm(billed)
    first, second = pay(billed, 50), pay(billed, 150, "ZF-2")
    assert reload(billed.statement).state == "settled"
    reversal = reverse(billed, second)
    statement = get_statement(billed.payer, billed.statement.public_id)
    assert (statement.state, statement.settled_at) == ("confirmed" if is_confirmed else "sent", None)
    assert (statement.paid_yuan, statement.owed_yuan) == (50, 150)
    assert list(statement.payments.order_by("pk")) == [first, second]
    assert (reversal.payment, reversal.recorded_by) == (second, billed.city.manager)
    entry = AuditEntry.objects.get(action="statement.payment_reversed")
    assert entry.details == {
        "payment": second.public_id,
        "amount_yuan": "150.00",
        "voucher": "ZF-2",
        "reason": "登记到了别的结算单",
    }
    told = Notification.objects.filter(user=billed.payer).order_by("pk").last()
    assert told.params["reason"] == "登记到了别的结算单"
    (debt,) = get_debts(statements_of_unit(billed.city.manager, billed.city.owner.pk), TODAY)
    assert debt.owed_yuan == 150
    pay(billed, 150, "ZF-3")
    assert reload(statement).state == "settled"


def test_reversal_of_a_part_leaves_the_state(billed):
    payment = pay(billed, 50)
    statement_dispute(actor=billed.payer, statement_id=billed.statement.pk, reason="有误", now=APRIL_1)
    reverse(billed, payment)
    assert reload(billed.statement).state == "disputed"


def test_voucher_is_recorded_again_once_it_is_reversed(billed):
    wrong = pay(billed, 20)
    reverse(billed, wrong, "金额录错")
    right = pay(billed, 200)
    assert right.replaces == wrong
    reverse(billed, right)
    with pytest.raises(VoucherRecorded):
        assert pay(billed, 180).replaces == right
        pay(billed, 20)


def test_reversal_needs_a_reason_a_manager_and_a_payment_that_counts(billed):
    payment = pay(billed, 200)
    with pytest.raises(ReasonMissing):
        reverse(billed, payment, " ")
    with pytest.raises(Forbidden):
        reverse(billed, payment, actor=billed.payer)
    reverse(billed, payment)
    with pytest.raises(PaymentReversed):
        reverse(billed, payment)


def test_payment_needs_its_papers_and_a_day_that_has_come(billed):
    with pytest.raises(PaidInFuture):
        pay(billed, 200, day=TODAY + DAY)
    with pytest.raises(InvoicedInFuture) as refused:
        pay(billed, 200, invoice_date=TODAY + DAY)
    assert refused.value.field == "invoice_date"
    with pytest.raises(PaperMissing):
        pay(billed, 200, " ")
    with pytest.raises(PaperMissing):
        pay(billed, 200, invoice_number="")
    with pytest.raises(Forbidden):
        pay(billed, 200, actor=billed.payer)


def test_credit_is_confirmed_and_paid_back(billed):
    city = billed.city
    correct(city, billed.log, APRIL_1 + DAY, amount_yuan=Decimal(150))
    may_1 = APRIL_1 + 30 * DAY
    (credit,) = draft(city, month=TODAY.replace(day=1), now=may_1)
    billed.statement = statement_send(actor=city.manager, statement_id=credit.pk, now=may_1)
    with pytest.raises(PaymentExceeds):
        pay(billed, 50, now=may_1)
    pay(billed, -50, now=may_1)
    assert reload(credit).state == "settled"


def send_over_nothing(billed, now):
    """A second statement, of a use of 200 yuan and of as much that is taken back."""
    city = billed.city
    correct(city, billed.log, APRIL_1 + DAY, amount_yuan=Decimal(0))
    confirmed_use(city, slot(day=2), confirmed_at=APRIL_1 + DAY)
    (even,) = draft(city, month=TODAY.replace(day=1), now=now)
    assert even.total_yuan == 0
    return statement_send(actor=city.manager, statement_id=even.pk, now=now)


def test_statement_over_nothing_is_settled_by_its_confirmation(billed):
    may_1 = APRIL_1 + 30 * DAY
    billed.statement = send_over_nothing(billed, may_1)
    for amount in (0, 10, -10):
        with pytest.raises(NothingOwed):
            pay(billed, amount, now=may_1)
    assert confirm(billed, may_1).state == "settled"


def test_overdue_statement_is_reminded_of_once_a_week(billed):
    last_day = APRIL_1 + 30 * DAY
    assert statements_remind_due(last_day) == 0
    assert statements_remind_due(last_day + DAY) == 1
    assert statements_remind_due(last_day + DAY) == 0
    assert statements_remind_due(last_day + 8 * DAY - timedelta(seconds=1)) == 0
    pay(billed, 40)
    assert statements_remind_due(last_day + 8 * DAY) == 1
    told = Notification.objects.filter(user=billed.payer).order_by("pk").last()
    assert told.params["owed"] == "160.00"


def test_questioned_or_paid_statements_are_not_reminded_of(billed):
    late = APRIL_1 + 60 * DAY
    statement_dispute(actor=billed.payer, statement_id=billed.statement.pk, reason="有误", now=APRIL_1)
    assert statements_remind_due(late) == 0
    statement_answer(actor=billed.city.manager, statement_id=billed.statement.pk, text="无误", now=APRIL_1)
    pay(billed, 200)
    assert statements_remind_due(late) == 0


@pytest.mark.parametrize("of", ["owner", "company"])
def test_nobody_is_reminded_while_unit_or_payer_is_suspended(billed, of):
    """The unit can record no payment, and the payer's people open no statement; afterwards they are told."""
    late = APRIL_1 + 60 * DAY
    organizations = Organization.objects.filter(pk=getattr(billed.city, of).pk)
    organizations.update(state="suspended")
    assert statements_remind_due(late) == 0
    organizations.update(state="admitted")
    assert statements_remind_due(late) == 1


def test_term_of_what_a_suspended_payer_was_sent_begins_when_it_is_reinstated(billed):
    """Nobody there was told, or could open it; what was sent before has its term."""
    city, back = billed.city, APRIL_1 + 80 * DAY
    organization = {"actor": factories.officer(), "organization_id": city.company.pk}
    log = use(city, slot(day=2))
    organization_suspend(**organization, reason="核查", now=APRIL_1 + DAY)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=APRIL_1 + 2 * DAY)
    (april,) = draft(city, month=TODAY.replace(day=1), now=APRIL_1 + 30 * DAY)
    statement_send(actor=city.manager, statement_id=april.pk, now=APRIL_1 + 30 * DAY)
    before = messages(billed.payer)
    found = statements_of_unit(city.manager, city.owner.pk)
    assert list(filter_overdue(found, TODAY + 79 * DAY)) == [billed.statement]
    assert sum_owed(found, TODAY + 79 * DAY) == Owed(Decimal(400), Decimal(200), Decimal(0))
    assert serialize_statement(get_statement(city.manager, april.public_id))["due_date"] is None
    organization_reinstate(**organization, now=back)
    assert list(filter_overdue(found, TODAY + 111 * DAY).order_by("pk")) == [billed.statement, april]
    dues = [reload(one).due_date for one in (billed.statement, april)]
    assert dues == [TODAY + 30 * DAY, TODAY + 110 * DAY]
    assert messages(billed.payer)[len(before) :] == [REINSTATED, SENT]
    assert Notification.objects.filter(user=billed.payer).last().params["due"] == {"date": "2026-07-20"}
    entry = AuditEntry.objects.get(action="statement.due_anew")
    assert (entry.subject_id, entry.details) == (april.public_id, {"due_date": "2026-07-20"})


def test_debts_tell_by_age_what_each_payer_owes(billed):
    city = billed.city
    found = statements_of_unit(city.manager, city.owner.pk)
    pay(billed, 20)
    (debt,) = get_debts(found, TODAY + 30 * DAY)
    assert (debt.payer, debt.since, debt.bands) == (city.company, TODAY, [180, 0, 0, 0])
    assert get_debts(found, TODAY + 31 * DAY)[0].bands == [0, 180, 0, 0]
    assert get_debts(found, TODAY + 91 * DAY)[0].bands == [0, 0, 0, 180]
    confirmed_use(city, slot(day=2), confirmed_at=APRIL_1 + DAY, payer=False)
    (second,) = draft(city, month=TODAY.replace(day=1), now=APRIL_1 + 30 * DAY)
    assert len(get_debts(found, TODAY + 31 * DAY)) == 1
    statement_send(actor=city.manager, statement_id=second.pk, now=APRIL_1 + 30 * DAY)
    debts = get_debts(found, TODAY + 31 * DAY)
    assert [one.payer for one in debts] == [city.researcher, city.company]
    pay(billed, 180, "ZF-2")
    assert [one.payer for one in get_debts(found, TODAY)] == [city.researcher]
