"""What units and payers see of statements, and what they do there."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from bookings.statements.models import Statement
from bookings.statements.schemas import serialize_statement, serialize_with_lines
from bookings.statements.selectors.statements import get_statement
from bookings.statements.services.statements import (
    statement_answer,
    statement_confirm,
    statement_dispute,
    statement_send,
)
from bookings.usage.services.usage import usage_confirm
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from tests import factories
from tests.bookings.requests.booking import use
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    cancelled_late,
    confirmed_use,
    correct,
    draft,
    not_attended,
    reload,
)
from tests.bookings.statements.test_steps import TODAY, pay, send_over_nothing
from tests.factories import slot
from tests.page_fixtures import text_of

LATER = APRIL_1 + 40 * DAY
APRIL = date(2026, 4, 1)


def test_unit_drafts_a_month_and_sends_everything(city, see, send):
    confirmed_use(city)
    unit = city.owner.public_id
    page = text_of(see(city.manager, "unit_statements", unit, now=APRIL_1))
    assert "暂无结算单" in page
    form = {"month": "2026-03-01", "now": APRIL_1}
    assert send(city.manager, "statements_draft", unit, **form).status_code == 302
    page = text_of(see(city.manager, "unit_statements", unit, now=APRIL_1))
    assert "2026-0001" in page and "云屏测试科技有限公司" in page and "¥200.00" in page
    assert "已生成或更新 1 份草稿，请核对后发送。" in page
    send(city.manager, "statements_draft", unit, **form)
    page = text_of(see(city.manager, "unit_statements", unit, now=APRIL_1))
    assert "该月没有待结算的费用，草稿未变动。" in page
    assert "发送全部草稿" in page
    desk = text_of(see(city.manager, "unit_desk", now=APRIL_1))
    assert "核对并发送2026年3月结算单" in desk
    shown = shown_on(see(city.manager, "statements_send", unit, now=APRIL_1))
    assert send(city.manager, "statements_send", unit, now=APRIL_1, shown=shown).status_code == 302
    assert Statement.objects.get().state == "sent"
    page = text_of(see(city.manager, "unit_statements", unit, now=APRIL_1))
    assert "发送全部草稿" not in page


def test_unit_reads_that_a_use_confirmed_after_sending_comes_onto_the_next_statement(city, see, send):
    confirmed_use(city)
    late, unit = use(city, slot(day=2)), city.owner.public_id
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    usage_confirm(actor=city.researcher, log_id=late.pk, now=APRIL_1)
    assert "付款方的当月结算单已发送的，新增费用列入其下一份结算单。" in text_of(
        see(city.manager, "statements_draft", unit, now=APRIL_1)
    )
    send(city.manager, "statements_draft", unit, month="2026-03-01", now=APRIL_1)
    page = text_of(see(city.manager, "unit_statements", unit, now=APRIL_1))
    assert "该月尚未结算的费用，其付款方的当月结算单均已发送，将列入下一份结算单。" in page
    assert "该月没有待结算的费用" not in page
    assert [one.month for one in Statement.objects.all()] == [date(2026, 3, 1)]


def test_lines_lead_only_to_what_the_reader_may_open(city, see):
    log, charged = confirmed_use(city), cancelled_late(city, slot(day=4))
    (march,) = draft(city)
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    links = [f'href="/usage/{log.public_id}/"', f'href="/bookings/{charged.public_id}/"']
    administrator = factories.member(city.company, Role.ORG_ADMIN)
    manager = factories.member(city.company, Role.UNIT_MANAGER)
    for payer in (administrator, manager):
        page = see(payer, "statement", march.public_id, now=APRIL_1).content.decode()
        assert [link in page for link in links] == [True, True]
        answers = (see(payer, "usage_log", log.public_id), see(payer, "booking", charged.public_id))
        assert [answer.status_code for answer in answers] == [200, 200]


def test_desk_of_a_unit_says_what_it_owes_others_and_what_of_it_is_overdue(city, see):
    confirmed_use(city)
    (march,) = draft(city)
    manager = factories.member(city.company, Role.UNIT_MANAGER)
    assert "确认或付款的结算单" not in text_of(see(manager, "unit_desk", now=APRIL_1))
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    desk = text_of(see(manager, "unit_desk", now=APRIL_1))
    assert "应由本单位确认或付款的结算单：1（列表含您应付的其他结算单）" in desk
    assert "其中逾期" not in desk
    assert "应由本单位确认或付款的结算单：1（列表含您应付的其他结算单） 其中逾期 1" in text_of(
        see(manager, "unit_desk", now=LATER)
    )
    assert "确认或付款的结算单" not in text_of(see(city.manager, "unit_desk", now=LATER))


def test_nothing_is_outstanding_on_a_draft(city, see):
    confirmed_use(city)
    (march,) = draft(city)
    page = see(city.manager, "unit_statements", city.owner.public_id, now=APRIL_1)
    assert "2026年3月 ¥200.00 — — 草稿" in text_of(page)
    assert "已付 ¥0.00 未付 —" in text_of(see(city.manager, "statement", march.public_id, now=APRIL_1))
    told = serialize_statement(get_statement(city.manager, march.public_id))
    assert (told["total_yuan"], told["owed_yuan"]) == (Decimal("200.00"), Decimal("0.00"))
    exported = see(city.manager, "unit_statements", city.owner.public_id, now=APRIL_1, format="csv")
    assert ",2026-03,草稿,200.00,0.00,,\r\n" in b"".join(exported).decode()
    statement_send(actor=city.manager, statement_id=march.pk, now=APRIL_1)
    page = see(city.manager, "unit_statements", city.owner.public_id, now=APRIL_1)
    assert "2026年3月 ¥200.00 ¥200.00 " in text_of(page)


def test_tabs_of_a_unit_count_the_statements_of_the_payers_searched_for(billed, see):
    def counted(**chosen):
        page = see(billed.city.manager, "unit_statements", billed.city.owner.public_id, now=APRIL_1, **chosen)
        return [number for _name, _address, _is_shown, number in page.context["state_tabs"]][:3]

    name = billed.city.company.name_zh
    assert counted() == counted(q=name) == counted(q=name, state="paid") == [1, 1, 0]
    assert counted(q=f"{name}外") == [0, 0, 0]
    assert counted(q=f"{name}外", state="owed") == [0, 0, 0]


def test_a_manager_who_answers_for_the_payer_reads_that_a_colleague_records_payments(billed, see):
    manager, number = billed.city.manager, billed.statement.public_id
    record = reverse("statement_payment", args=[number])
    said = "异议答复和到账登记、冲销由管理单位的其他管理员办理。"
    page = see(manager, "statement", number, now=APRIL_1)
    assert (record in page.text, said in page.text) == (True, False)
    factories.member(billed.city.company, Role.ORG_ADMIN, person=manager)
    page = see(manager, "statement", number, now=APRIL_1)
    assert (record in page.text, said in page.text) == (False, True)
    assert said not in see(billed.payer, "statement", number, now=APRIL_1).text


def test_settling_is_the_next_step_of_a_statement_that_is_not_paid(billed, see):
    statement_confirm(actor=billed.payer, statement_id=billed.statement.pk, now=APRIL_1)
    shown = text_of(see(billed.city.manager, "statement", billed.statement.public_id, now=LATER))
    assert "已结清 下一步" in " ".join(shown.split())


def shown_on(page):
    """The amounts that a page holds to send with its form."""
    return page.context["form"]["shown"].value()


def test_drafts_are_not_sent_with_other_amounts_than_were_shown(city, see, send):
    confirmed_use(city)
    (march,) = draft(city)
    single, every = ("statement_send", march.public_id), ("statements_send", city.owner.public_id)
    pages = {address: see(city.manager, *address, now=APRIL_1) for address in (single, every)}
    assert all(
        "云屏测试科技有限公司" in text_of(page) and "¥200.00" in text_of(page) for page in pages.values()
    )
    confirmed_use(city, slot(day=2))
    confirmed_use(city, slot(day=3), payer=False)
    draft(city)
    for address, page in pages.items():
        for stale in ({"shown": shown_on(page)}, {}):
            refused = send(city.manager, *address, now=APRIL_1, **stale)
            assert refused.status_code == 409
            assert "草稿、金额或收款账户已有变化" in text_of(refused) and "¥400.00" in text_of(refused)
    assert set(Statement.objects.values_list("state", flat=True)) == {"draft"}
    assert "2026-0002 " in text_of(refused)
    done = send(city.manager, *every, now=APRIL_1, shown=shown_on(refused))
    assert done.status_code == 302
    assert set(Statement.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("of", ["all", "one"])
def test_who_sends_reads_that_a_suspended_payer_is_not_notified(city, see, of):
    confirmed_use(city)
    (march,) = draft(city)
    every, one = ("statements_send", city.owner.public_id), ("statement_send", march.public_id)
    address = every if of == "all" else one
    words = "已被暂停，在恢复之前其人员不会收到通知，也无法打开结算单；付款期限自恢复之日起算。"
    assert words not in text_of(see(city.manager, *address, now=APRIL_1))
    Organization.objects.filter(pk=city.company.pk).update(state="suspended")
    assert f"{city.company.name_zh}{words}" in text_of(see(city.manager, *address, now=APRIL_1))


def test_month_that_is_not_over_is_not_offered(city, see, send):
    form = see(city.manager, "statements_draft", city.owner.public_id, now=APRIL_1).context["form"]
    assert next(iter(form.fields["month"].choices))[0] == "2026-03-01"
    answer = send(city.manager, "statements_draft", city.owner.public_id, month="2026-04-01", now=APRIL_1)
    assert answer.status_code == 422


def test_drafting_says_from_which_day_on_uses_are_billed(city, see, settings):
    address = (city.manager, "statements_draft", city.owner.public_id)
    page = text_of(see(*address, now=APRIL_1))
    assert "不列入结算" not in page and "生成草稿" in page
    settings.STATEMENTS_SINCE = TODAY.replace(day=1)
    assert "2026年4月1日前的上机记录和费用不列入结算。" in text_of(see(*address, now=APRIL_1))


def test_payer_finds_confirms_and_disputes(billed, see, send):
    number = billed.statement.public_id
    assert "待确认或付款的结算单 1" in text_of(see(billed.payer, "me", now=APRIL_1))
    assert "¥200.00" in text_of(see(billed.payer, "my_statements", now=APRIL_1))
    page = text_of(see(billed.payer, "statement", number, now=APRIL_1))
    assert "确认…" in page and "提出异议…" in page and "登记到账" not in page
    assert send(billed.payer, "statement_dispute", number, reason="第1行有误", now=APRIL_1).status_code == 302
    manager = billed.city.manager
    assert "的异议" in text_of(see(manager, "unit_desk", now=APRIL_1))
    assert "第1行有误" in text_of(see(manager, "statement", number, now=APRIL_1))
    assert send(manager, "statement_answer", number, reason="已核对", now=APRIL_1).status_code == 302
    assert send(billed.payer, "statement_confirm", number, now=APRIL_1).status_code == 302
    assert reload(billed.statement).state == "confirmed"
    assert send(billed.payer, "statement_confirm", number, now=APRIL_1).status_code == 409
    late = send(billed.payer, "statement_dispute", number, reason="第2行也有误", now=APRIL_1)
    assert (late.status_code, ">\n第2行也有误</textarea>" in late.content.decode()) == (409, True)
    assert "已确认，待付款" in text_of(see(billed.payer, "me", now=APRIL_1))
    pay(billed, 200)
    assert "确认或付款的结算单" not in text_of(see(billed.payer, "me", now=APRIL_1))


def test_desk_of_several_units_counts_the_dispute_and_the_statement_to_pay_where_they_wait(billed, see, send):
    manager = billed.city.manager
    factories.member(billed.city.company, Role.UNIT_MANAGER, person=manager)
    colleague = factories.member(billed.city.owner, Role.UNIT_MANAGER, name="壬")
    factories.member(factories.organization("云屏质检院"), Role.UNIT_MANAGER, person=colleague)

    def count(person):
        units = see(person, "unit_desk", now=APRIL_1).context["units"]
        return {name: count for name, _address, _is_shown, count in units}

    assert count(manager) == {"云屏测试大学": None, "云屏测试科技有限公司": 1}
    number = billed.statement.public_id
    assert send(billed.payer, "statement_dispute", number, reason="第1行有误", now=APRIL_1).status_code == 302
    assert count(manager) == {"云屏测试大学": None, "云屏测试科技有限公司": None}
    assert count(colleague) == {"云屏测试大学": 1, "云屏质检院": None}


def test_payer_of_a_credit_confirms_what_the_unit_pays_back(billed, see, send):
    may_1, city = APRIL_1 + 30 * DAY, billed.city
    pay(billed, 200)
    correct(city, billed.log, APRIL_1 + DAY, amount_yuan=Decimal(150))
    (credit,) = draft(city, month=APRIL, now=may_1)
    statement_send(actor=city.manager, statement_id=credit.pk, now=may_1)
    told = text_of(see(billed.payer, "inbox", now=may_1))
    assert "金额 -50.00 元。无需付款，请确认或提出异议。" in told
    desk = text_of(see(billed.payer, "me", now=may_1))
    assert "待确认或付款的结算单 1" in desk and "-¥50.00 · 待确认" in desk.replace("−", "-")
    asked = text_of(see(billed.payer, "statement_confirm", credit.public_id, now=may_1))
    assert "您确认由云屏测试大学退还 ¥50.00。" in asked and "费用以银行转账支付" not in asked
    assert send(billed.payer, "statement_confirm", credit.public_id, now=may_1).status_code == 302
    assert "确认或付款的结算单" not in text_of(see(billed.payer, "me", now=may_1))


def test_unit_is_told_of_a_confirmed_credit_until_it_has_paid_it_back(billed, see):
    may_1, city = APRIL_1 + 30 * DAY, billed.city
    pay(billed, 50)
    correct(city, billed.log, APRIL_1 + DAY, amount_yuan=Decimal(150))
    (credit,) = draft(city, month=APRIL, now=may_1)
    billed.statement = statement_send(actor=city.manager, statement_id=credit.pk, now=may_1)
    statement_confirm(actor=billed.payer, statement_id=credit.pk, now=may_1)
    told = text_of(see(city.manager, "inbox", now=may_1))
    assert "已确认结算单 2026-0002 的应退款 50.00 元，请本单位退还。" in told
    desk = text_of(see(city.manager, "unit_desk", now=may_1))
    assert "向云屏测试科技有限公司退还结算单 2026-0002 的应退款 已确认，待退还" in desk
    assert "结算单未付金额 ¥150.00 另有应退款 ¥50.00" in desk
    page = see(city.manager, "unit_statements", city.owner.public_id, now=may_1, state="credit")
    assert [(debt.payer, debt.owed_yuan) for debt in page.context["debts"]] == [(city.company, 150)]
    (tab,) = [one for one in page.context["state_tabs"] if one[2]]
    assert (tab[0], tab[3], list(page.context["page"].items)) == ("待退还", 1, [credit])
    told = serialize_statement(get_statement(city.manager, credit.public_id))
    assert (told["owed_yuan"], told["due_date"]) == (Decimal("-50.00"), None)
    listed = text_of(see(city.manager, "unit_statements", city.owner.public_id, now=may_1))
    assert "-¥50.00 — 已确认，待退还" in listed.replace("−", "-")
    pay(billed, -50, "ZF-2", now=may_1)
    desk = text_of(see(city.manager, "unit_desk", now=may_1))
    assert "应退款" not in desk


def test_payer_of_nothing_reads_that_confirming_settles_it(billed, see):
    may_1 = APRIL_1 + 30 * DAY
    number = send_over_nothing(billed, may_1).public_id
    asked = text_of(see(billed.payer, "statement_confirm", number, now=may_1))
    assert "您确认无应付款项，结算单随即结清。" in asked


def test_payment_form_offers_what_is_outstanding(billed, see, send):
    manager, number = billed.city.manager, billed.statement.public_id
    form = see(manager, "statement_payment", number, now=APRIL_1).context["form"]
    assert form["amount_yuan"].value() == 200
    typed = {
        "amount_yuan": "250",
        "paid_date": TODAY,
        "voucher": "ZF-9",
        "invoice_number": "FP-9",
        "invoice_date": TODAY,
    }
    refused = send(manager, "statement_payment", number, now=APRIL_1, **typed)
    assert refused.status_code == 422 and "未付金额为 200.00 元" in text_of(refused)
    done = send(manager, "statement_payment", number, now=APRIL_1, **(typed | {"amount_yuan": "80.5"}))
    assert done.status_code == 302
    page = text_of(see(manager, "statement", number, now=APRIL_1))
    assert "ZF-9" in page and "FP-9" in page and "¥119.50" in page


def test_no_payment_of_a_statement_over_nothing_is_offered(billed, see, send):
    manager, may_1 = billed.city.manager, APRIL_1 + 30 * DAY
    assert "登记到账…" in text_of(see(manager, "statement", billed.statement.public_id, now=may_1))
    number = send_over_nothing(billed, may_1).public_id
    page = text_of(see(manager, "statement", number, now=may_1))
    assert "¥0.00" in page and "登记到账" not in page
    assert "确认…" in text_of(see(billed.payer, "statement", number, now=may_1))
    refused = see(manager, "statement_payment", number, now=may_1)
    assert refused.status_code == 409
    assert "没有未付金额，无需登记到账。付款方确认后，结算单转为“已结清”。" in text_of(refused)


def test_charges_are_told_by_booking_and_kind(city, see):
    missed, cancelled = not_attended(city, slot(day=2)), cancelled_late(city, slot(day=3))
    (march,) = draft(city)
    page = text_of(see(city.manager, "statement", march.public_id, now=APRIL_1))
    assert f"{missed.public_id} 爽约" in page and f"{cancelled.public_id} 逾期取消" in page
    pdf = PdfReader(BytesIO(see(city.manager, "statement_pdf", march.public_id, now=APRIL_1).content))
    text = pdf.pages[0].extract_text()
    assert "爽约" in text and "逾期取消" in text


def test_unit_takes_back_a_mistaken_payment(billed, see, send):
    manager, number = billed.city.manager, billed.statement.public_id
    payment = pay(billed, 200)
    assert "冲销…" in text_of(see(manager, "statement", number, now=APRIL_1))
    assert "冲销…" not in text_of(see(billed.payer, "statement", number, now=APRIL_1))
    address = (manager, "statement_payment_reverse", number, payment.public_id)
    assert "¥200.00" in text_of(see(*address, now=APRIL_1))
    assert send(*address, reason="", now=APRIL_1).status_code == 422
    assert send(*address, reason="登记到了别的结算单", now=APRIL_1).status_code == 302
    page = text_of(see(billed.payer, "statement", number, now=APRIL_1))
    assert "已冲销" in page and "登记到了别的结算单" in page
    assert "冲销…" not in text_of(see(manager, "statement", number, now=APRIL_1))
    assert send(*address, reason="再次", now=APRIL_1).status_code == 409
    pdf = PdfReader(BytesIO(see(manager, "statement_pdf", number, now=APRIL_1).content))
    assert "已冲销：登记到了别的结算单" in pdf.pages[0].extract_text().replace("\n", "")
    (told,) = billed_in_api(billed)["payments"]
    assert (told["reversal_reason"], told["amount_yuan"]) == ("登记到了别的结算单", "200.00")


def billed_in_api(billed):
    return serialize_with_lines(get_statement(billed.payer, billed.statement.public_id)).model_dump(
        mode="json"
    )


def test_disputed_statement_is_not_overdue_while_the_unit_is_silent(billed, see, send):
    number = billed.statement.public_id
    assert see(billed.payer, "statement", number, now=LATER).context["is_overdue"] is True
    assert "逾期" in text_of(see(billed.payer, "my_statements", now=LATER))
    send(billed.payer, "statement_dispute", number, reason="第1行有误", now=APRIL_1)
    assert see(billed.payer, "statement", number, now=LATER).context["is_overdue"] is False
    assert "逾期" not in text_of(see(billed.payer, "my_statements", now=LATER))


def test_the_desk_sums_what_is_owed_and_overdue_and_links_to_lists_that_add_up_to_it(billed, see):
    """A draft counts for neither, a disputed statement is owed and not overdue."""
    city = billed.city
    pay(billed, 50)
    confirmed_use(city, slot(day=12), payer=False)
    (private,) = draft(city)
    statement_send(actor=city.manager, statement_id=private.pk, now=LATER)
    confirmed_use(city, slot(day=13), confirmed_at=APRIL_1 + DAY)
    (disputed,) = draft(city, APRIL, LATER)
    statement_send(actor=city.manager, statement_id=disputed.pk, now=LATER)
    statement_dispute(actor=billed.payer, statement_id=disputed.pk, reason="第1行有误", now=LATER)
    Statement.objects.filter(pk=disputed.pk).update(due_date=APRIL)
    confirmed_use(city, slot(day=14), payer=False, confirmed_at=APRIL_1 + DAY)
    draft(city, APRIL, LATER)
    desk = see(city.manager, "unit_desk", now=LATER)
    words, links = text_of(desk), desk.content.decode()
    assert "结算单未付金额 ¥550.00" in words
    assert "其中：已逾期 ¥150.00" in words
    listed = {}
    for state in ("owed", "overdue"):
        address = f"/unit/{city.owner.public_id}/statements/?state={state}"
        assert f'href="{address}"' in links
        page = see(city.manager, "unit_statements", city.owner.public_id, state=state, now=LATER)
        listed[state] = [one.owed_yuan for one in page.context["page"].items]
        (tab,) = [one for one in page.context["state_tabs"] if one[2]]
        assert tab[3] == len(listed[state])
    assert sum(listed["owed"]) == 550
    assert listed["overdue"] == [150]
    debts = see(city.manager, "unit_statements", city.owner.public_id, now=LATER).context["debts"]
    assert sum(debt.owed_yuan for debt in debts) == 550


def test_debts_stand_by_age_with_their_payer(billed, see):
    pay(billed, 50)
    manager, unit = billed.city.manager, billed.city.owner.public_id
    page = text_of(see(manager, "unit_statements", unit, now=LATER))
    assert "应收账龄" in page and "31–60 天" in page
    assert page.count("逾期") == 2  # the tab and the row
    assert text_of(see(manager, "unit_statements", unit, now=APRIL_1 + 30 * DAY)).count("逾期") == 1
    listed = see(manager, "unit_statements", unit, now=LATER, state="settled")
    assert "没有此状态的结算单" in text_of(listed)
    csv = b"".join(see(manager, "unit_statements", unit, now=LATER, format="csv")).decode()
    assert "2026-0001,云屏测试大学,云屏测试科技有限公司,2026-03,待确认,200.00,50.00,150.00" in csv


def test_correction_names_the_statement_that_it_corrects(billed, see):
    city = billed.city
    correct(city, billed.log, APRIL_1 + DAY, amount_yuan=Decimal(150))
    (april,) = draft(city, TODAY.replace(day=1), LATER)
    page = text_of(see(city.manager, "statement", april.public_id, now=LATER))
    assert "更正结算单 2026-0001：登记有误" in page and "-¥50.00" in page.replace("−", "-")
    statement_send(actor=city.manager, statement_id=april.pk, now=LATER)
    pdf = see(billed.payer, "statement_pdf", april.public_id, now=LATER)
    assert "更正结算单" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()


def test_paper_and_workbook_say_the_same(billed, see):
    pay(billed, "50.25")
    number = billed.statement.public_id
    pdf = see(billed.payer, "statement_pdf", number, now=APRIL_1)
    assert pdf["Content-Type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    for words in ("2026-0001", "云屏测试科技有限公司", "200.00", "贰佰元整", "50.25", "ZF-1", "FP-1"):
        assert words in text
    sheet = see(billed.payer, "statement_xlsx", number, now=APRIL_1)
    lines, payments = load_workbook(BytesIO(sheet.content)).worksheets
    row = [cell.value for cell in lines[2]]
    assert row[1] == billed.log.public_id
    assert row[5:8] == [2, "2 × ¥100.00 /小时", 200]
    assert [cell.value for cell in payments[2]][4] == 50.25


def test_paper_is_offered_in_both_languages_whatever_the_language_of_the_page(billed, see):
    number = billed.statement.public_id
    page = see(billed.payer, "statement", number, now=APRIL_1).content.decode()
    for language, words in (("zh-hans", "仪器使用费结算单"), ("en", "Statement of instrument use")):
        assert f'/pdf/?language={language}"' in page
        pdf = see(billed.payer, "statement_pdf", number, language=language, now=APRIL_1)
        assert words in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    unknown = see(billed.payer, "statement_pdf", number, language="xx", now=APRIL_1)
    assert "仪器使用费结算单" in PdfReader(BytesIO(unknown.content)).pages[0].extract_text()


def test_api_lists_and_shows_statements(billed, client, clock, see):
    see(billed.payer, "me", now=APRIL_1)
    (one,) = client.get("/api/v1/statements?state=sent").json()["items"]
    assert (one["number"], one["total_yuan"], one["owed_yuan"]) == ("2026-0001", "200.00", "200.00")
    whole = client.get(f"/api/v1/statements/{one['id']}").json()
    assert [line["usage_log"] for line in whole["lines"]] == [billed.log.public_id]
    assert client.get("/api/v1/statements?state=draft").json()["items"] == []
    client.force_login(factories.user())
    assert client.get(f"/api/v1/statements/{one['id']}").status_code == 404


def test_api_says_why_a_statement_is_disputed_and_what_was_answered(billed, client, clock, see):
    statement, payer, unit = billed.statement, billed.payer, billed.city.manager
    statement_dispute(actor=payer, statement_id=statement.pk, reason="只用了一小时", now=APRIL_1)
    statement_answer(actor=unit, statement_id=statement.pk, text="门禁记录为两小时", now=APRIL_1 + DAY)
    see(payer, "me", now=APRIL_1)
    notes = client.get(f"/api/v1/statements/{statement.public_id}").json()["notes"]
    assert notes == [
        {
            "kind": "dispute",
            "text": "只用了一小时",
            "written_at": "2026-03-31T16:00:00Z",
            "written_by": {"id": payer.public_id, "name": payer.name},
        },
        {
            "kind": "answer",
            "text": "门禁记录为两小时",
            "written_at": "2026-04-01T16:00:00Z",
            "written_by": {"id": unit.public_id, "name": unit.name},
        },
    ]


@pytest.mark.parametrize("name", ["unit_statements", "my_statements"])
def test_lists_take_as_many_statements_for_many_rows(billed, see, statements, name):
    city = billed.city
    person, args = {
        "unit_statements": (city.manager, [city.owner.public_id]),
        "my_statements": (billed.payer, []),
    }[name]

    def more():
        for number in range(2, 9):
            Statement.objects.create(
                organization=city.owner,
                payer_organization=city.company,
                month=TODAY.replace(year=2020 + number % 4, month=number),
                year=2020 + number % 4,
                number=number,
                state="sent",
                total_yuan=number,
                drafted_at=APRIL_1,
                sent_at=APRIL_1 - timedelta(days=number * 20),
                due_date=TODAY,
            )

    statements.assert_unchanged(lambda: see(person, name, *args, now=LATER), by=more)


def test_statement_takes_as_many_statements_for_many_lines(city, see, statements):
    confirmed_use(city)
    (statement,) = draft(city)

    def more():
        for day in (2, 3):
            confirmed_use(city, slot(day=day))
        draft(city)

    statements.assert_unchanged(
        lambda: see(city.manager, "statement", statement.public_id, now=APRIL_1), by=more
    )
