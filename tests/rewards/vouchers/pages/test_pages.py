"""What each reader finds on the pages of vouchers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bookings.usage.services.usage import usage_confirm
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.accounts.services import user_update
from instrument_share.kernel.city_time import CITY_TIME
from rewards.cycle.models import AssessmentCycle
from rewards.findings.models import Finding
from rewards.policy.models import RewardPolicy
from rewards.vouchers.domain.codes import get_list_code
from rewards.vouchers.models import VoucherPayout, VoucherPayoutList
from rewards.vouchers.services.granting import voucher_application_refuse, voucher_grant
from rewards.vouchers.views import overview
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, correct, usage_by_hand
from tests.documents.reading import places, reader, text
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import (
    DAY,
    LATER,
    add_statements,
    claim_of_paid,
    local_date,
    pay_statement,
    proof,
    relate,
    reverse_payment,
    statement_of,
)

ADDRESSES = ("check", "audit", "refuse")


@pytest.fixture
def read(clock):
    clock.set(LATER)

    def read(person, name, *args):
        client = Client()
        if person is not None:
            client.force_login(person)
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def add_finding(claimable, state="upheld", invalidated=()):
    """A decided finding on the use of the claim."""
    policy, _ = RewardPolicy.objects.get_or_create(code="yp", defaults={"version": "1", "created_at": LATER})
    cycle, _ = AssessmentCycle.objects.get_or_create(
        year=2026, defaults={"policy": policy, "budget_yuan": Decimal(1)}
    )
    return Finding.objects.create(
        cycle=cycle,
        organization=claimable.statement.organization,
        kind="no_booking",
        evidence_hash=f"{Finding.objects.count():064}",
        logs=[claimable.log.public_id],
        invalidated_logs=list(invalidated),
        state=state,
        reason="没有原始记录",
        answer_due_date=local_date(LATER),
        found_at=LATER,
        decided_at=LATER,
    )


def offered_moves(page, claim):
    return {move for move in ADDRESSES if reverse(f"voucher_claim_{move}", args=[claim.public_id]) in page}


def test_visitor_reads_the_terms(vouchers, read):
    scheme = vouchers.open()
    assert "云屏市科技创新券" in read(None, "vouchers")
    page = read(None, "voucher_scheme", scheme.public_id)
    assert "研发项目名称" in page
    assert "¥3,000.00" in page
    assert ("用券时间" in page, "2027年2月28日" in page) == (True, True)
    assert "兑付金额按结算单所属年度计入单位年度上限" in page
    assert reverse("voucher_apply", args=[scheme.public_id]) not in page


def test_batch_that_has_not_begun_says_when_it_does(vouchers, read):
    vouchers.open(apply_from=date(2026, 6, 1), apply_until=date(2026, 6, 30))
    page = read(None, "vouchers")
    assert "2026年6月1日起受理" in page
    assert "仅可兑付" not in page


def test_administrator_sees_balance_and_what_can_be_claimed(vouchers, claimable, read):
    page = read(vouchers.admin, "voucher", claimable.grant.public_id)
    new = [claimable.grant.public_id, claimable.statement.public_id]
    assert reverse("voucher_claim_new", args=new) in page
    form = read(vouchers.admin, "voucher_claim_new", *new)
    assert claimable.log.public_id in form
    assert 'value="100.00"' in form


def test_claim_of_december_that_was_confirmed_in_january_names_the_new_years_cap(vouchers, clock):
    """The uses stand on the statement of January, whose year counts."""
    log = usage_by_hand(vouchers.city, datetime(2026, 12, 30, 2, tzinfo=UTC), 2, is_confirmed=False)
    usage_confirm(actor=vouchers.city.researcher, log_id=log.pk, now=datetime(2027, 1, 4, 2, tzinfo=UTC))
    grant = vouchers.grant(vouchers.open())
    now = datetime(2027, 2, 2, 2, tzinfo=UTC)
    statement = statement_of(vouchers.city, vouchers.admin, month=date(2027, 1, 1), over=now)
    clock.set(now)
    client = Client()
    client.force_login(vouchers.admin)
    page = text_of(client.get(reverse("voucher_claim_new", args=[grant.public_id, statement.public_id])))
    assert "2027年度上限余额 ¥1,000.00 按结算单所属年度计" in page
    assert vouchers.claim(grant, statement, now=now).year == 2027


def test_page_of_a_voucher_that_is_used_up_says_why_no_statement_is_offered(vouchers, claimable, read):
    grant = vouchers.grant(vouchers.open(code="EJ"), amount=100)
    vouchers.claim(grant, claimable.statement)
    page = read(vouchers.admin, "voucher", grant.public_id)
    assert "在创新券和年度上限有余额时显示在此" in page


def test_the_account_that_is_lacking_is_linked_for_whom_it_is_open_to(vouchers, claimable, read):
    account = reverse("payee_account", args=[vouchers.city.company.public_id])
    page = read(vouchers.admin, "voucher", claimable.grant.public_id)
    assert "没有账户就无法兑付" in page
    assert (account in page, "收款账户由贵单位的管理单位管理员维护。" in page) == (True, False)
    Organization.objects.filter(pk=vouchers.city.company.pk).update(owns_instruments=True)
    page = read(vouchers.admin, "voucher", claimable.grant.public_id)
    assert (account in page, "收款账户由贵单位的管理单位管理员维护。" in page) == (False, True)


def test_the_word_on_other_support_is_asked_for_with_all_else_that_is_missing(vouchers, claimable, clock):
    """A form that comes back for the box alone has lost the files that were chosen."""
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.admin)
    address = reverse("voucher_claim_new", args=[claimable.grant.public_id, claimable.statement.public_id])
    refused = client.post(address, {"invoice_number": "26510000000001"})
    assert {"invoice_date", "documents", "sole_support"} <= refused.context["form"].errors.keys()
    assert "已由其他财政资金支持的机时不能兑付。" in text_of(refused)


def test_what_was_stated_comes_back_where_nobody_can_apply_any_more(vouchers, clock):
    clock.set(LATER)
    scheme = vouchers.open()
    client = Client()
    client.force_login(vouchers.admin)
    address = reverse("voucher_apply", args=[scheme.public_id])
    assert client.get(address).status_code == 200
    vouchers.apply(scheme)  # a colleague was faster

    def send():
        typed = {"organization": vouchers.city.company.pk, "amount_yuan": "800", "fact_0": "低温涂层研发"}
        return client.post(address, {**typed, "documents": proof()})

    assert client.get(address).status_code == 409
    late = send()
    assert (late.status_code, 'value="低温涂层研发"' in late.text) == (422, True)
    assert "已申请" in text_of(late)
    clock.set(datetime(2026, 7, 1, tzinfo=CITY_TIME))
    over = send()
    assert (over.status_code, 'value="低温涂层研发"' in over.text) == (422, True)


def test_what_was_typed_comes_back_where_a_colleague_claimed_meanwhile(vouchers, claimable, clock):
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.admin)
    address = reverse("voucher_claim_new", args=[claimable.grant.public_id, claimable.statement.public_id])
    assert client.get(address).status_code == 200
    vouchers.claim(claimable.grant, claimable.statement)
    assert client.get(address).status_code == 409
    typed = {"invoice_number": "2651 7", "invoice_date": local_date(APRIL_1), "sole_support": "on"}
    late = client.post(address, {**typed, "documents": proof(), "shown_yuan": "100.00"})
    assert (late.status_code, 'value="2651 7"' in late.text) == (422, True)


def test_nothing_can_be_claimed_after_the_last_day(vouchers, claimable, read, clock):
    new = reverse("voucher_claim_new", args=[claimable.grant.public_id, claimable.statement.public_id])
    about = (vouchers.admin, "voucher", claimable.grant.public_id)
    client = Client()
    clock.set(datetime(2027, 2, 28, 23, 59, tzinfo=CITY_TIME))
    client.force_login(vouchers.admin)
    assert (new in read(*about), client.get(new).status_code) == (True, 200)
    clock.move(timedelta(minutes=1))
    page, over = read(*about), client.get(new)
    assert (new in page, "已过期" in page, over.status_code) == (False, True, 409)
    assert "该创新券的兑付申请已于2027年2月28日截止。" in text_of(over)


def test_uses_of_a_claim_lead_to_their_logs(vouchers, claimable, read):
    link = f'<a href="{reverse("usage_log", args=[claimable.log.public_id])}">'
    new = [claimable.grant.public_id, claimable.statement.public_id]
    assert link in read(vouchers.admin, "voucher_claim_new", *new)
    claim = vouchers.claim(claimable.grant, claimable.statement)
    for person in (vouchers.admin, vouchers.officer, vouchers.finance):
        assert link in read(person, "voucher_claim", claim.public_id)


def test_moves_are_offered_to_whom_they_are_open(vouchers, claimable, read):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    about = ("voucher_claim", claim.public_id)
    assert offered_moves(read(vouchers.officer, *about), claim) == {"check", "refuse"}
    assert offered_moves(read(vouchers.admin, *about), claim) == set()
    vouchers.check(claim)
    assert offered_moves(read(vouchers.officer, *about), claim) == {"refuse"}
    assert offered_moves(read(vouchers.auditor, *about), claim) == {"audit", "refuse"}
    vouchers.audit(claim)
    assert offered_moves(read(vouchers.auditor, *about), claim) == {"refuse"}
    vouchers.list(claimable.scheme)
    assert offered_moves(read(vouchers.auditor, *about), claim) == set()


def test_a_claim_that_cannot_be_approved_is_not_offered_by_its_own_address_either(vouchers, claimable, clock):
    clock.set(LATER)

    def opened(person, claim, move):
        client = Client()
        client.force_login(person)
        answer = client.get(reverse(f"voucher_claim_{move}", args=[claim.public_id]))
        return answer.status_code, text_of(answer)

    claim = vouchers.check(vouchers.claim(claimable.grant, claimable.statement))
    assert opened(vouchers.second, claim, "audit")[0] == 200
    status, said = opened(vouchers.officer, claim, "audit")
    assert (status, "您已初审该申请，须由他人复审。" in said) == (409, True)
    change_uses(vouchers, claimable)
    status, said = opened(vouchers.second, claim, "audit")
    assert (status, "现计费 150.00 元，原为 200.00 元。" in said) == (409, True)
    assert opened(vouchers.second, claim, "refuse")[0] == 200


def change_uses(vouchers, claimable):
    """A use of the claimed statement is corrected to 150 yuan, and the correction billed."""
    correct(vouchers.city, claimable.log, APRIL_1 + 8 * DAY, amount_yuan=Decimal(150))
    statement_of(vouchers.city, vouchers.admin, month=date(2026, 4, 1), over=APRIL_1 + 30 * DAY)


def test_only_a_refusal_is_offered_of_a_claim_whose_uses_were_corrected(vouchers, claimable, read):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    about = ("voucher_claim", claim.public_id)
    change_uses(vouchers, claimable)
    page = read(vouchers.officer, *about)
    assert offered_moves(page, claim) == {"refuse"}
    assert "用券时间内现计费 150.00 元，原为 200.00 元。" in page


def test_a_claim_whose_unit_is_related_by_now_is_only_refused_and_keeps_no_list_waiting(
    vouchers, claimable, read
):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    scheme, new = ("voucher_scheme", claimable.scheme.public_id), "voucher_list_new"
    assert reverse(new, args=scheme[1:]) in read(vouchers.officer, *scheme)
    relate(vouchers)
    said = "已登记为关联单位，其机时不予支持。请以此为由不予通过。"
    page = read(vouchers.officer, "voucher_claim", claim.public_id)
    assert (offered_moves(page, claim), said in page) == ({"refuse"}, True)
    page = read(vouchers.officer, *scheme)
    assert (reverse(new, args=scheme[1:]) in page, said in page) == (False, True)


def test_a_claim_whose_correction_is_not_billed_says_for_whom_it_waits(vouchers, claimable, read):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    scheme = ("voucher_scheme", claimable.scheme.public_id)
    new = reverse("voucher_list_new", args=[claimable.scheme.public_id])
    correct(vouchers.city, claimable.log, APRIL_1 + 8 * DAY, amount_yuan=Decimal(150))
    unit = claim.seller.name_zh
    page = read(vouchers.officer, *scheme)
    assert (new in page, f"等待{unit}的下一份结算单" in page) == (False, True)
    for person in (vouchers.officer, vouchers.admin):
        page = read(person, "voucher_claim", claim.public_id)
        assert f"须待{unit}在下一份结算单中结算更正后" in page
    assert offered_moves(read(vouchers.officer, "voucher_claim", claim.public_id), claim) == {"refuse"}
    client = Client()
    client.force_login(vouchers.officer)
    assert client.get(new).status_code == 409
    month = date(2026, 4, 1)
    statement_of(vouchers.city, vouchers.admin, month=month, over=APRIL_1 + 30 * DAY)
    assert "结算更正后" not in read(vouchers.admin, "voucher_claim", claim.public_id)


def test_a_claim_whose_payment_was_reversed_says_until_when_it_waits(vouchers, read):
    claim, payment = claim_of_paid(vouchers)
    reversing = ("statement_payment_reverse", claim.statement.public_id, payment.public_id)
    assert "据此提出的创新券兑付申请不列入兑付清单" in read(vouchers.city.manager, *reversing)
    reverse_payment(vouchers.city, payment)
    said = f"{claim.seller.name_zh}已冲销结算单的到账登记，本申请须待结算单重新付清或确认后才能列入兑付清单。"
    for person, moves in ((vouchers.officer, {"check", "refuse"}), (vouchers.admin, set())):
        page = read(person, "voucher_claim", claim.public_id)
        assert (said in page, offered_moves(page, claim)) == (True, moves)
    vouchers.approve(claim)
    scheme = claim.grant.scheme
    page = read(vouchers.officer, "voucher_scheme", scheme.public_id)
    assert (claim.public_id in page, "到账登记已冲销" in page) == (True, True)
    assert reverse("voucher_list_new", args=[scheme.public_id]) not in page
    waits = "1 笔复审通过的申请须待结算单（到账登记已冲销）重新付清或确认"
    assert waits in read(vouchers.officer, "vouchers")


def test_whoever_decides_on_a_claim_reads_which_of_its_uses_an_assessment_has_invalidated(
    vouchers, claimable, read
):
    """The firm agreed to the statement; whether the use took place, an auditor has looked into."""
    claim = vouchers.claim(claimable.grant, claimable.statement)
    about = ("voucher_claim", claim.public_id)
    dismissed, other = (
        add_finding(claimable, state="dismissed"),
        add_finding(claimable, invalidated=["USE-1"]),
    )
    said = "请先查明机时是否属实"
    assert said not in read(vouchers.officer, *about)
    upheld = add_finding(claimable, invalidated=[claimable.log.public_id])
    for person in (vouchers.officer, vouchers.auditor, vouchers.finance):
        page = read(person, *about)
        assert said in page
        assert reverse("finding", args=[upheld.public_id]) in page
        assert dismissed.public_id not in page
        assert other.public_id not in page
    assert said not in read(vouchers.admin, *about)


def test_no_list_is_made_of_no_claim(vouchers, claimable):
    client = Client()
    client.force_login(vouchers.officer)
    asked = client.get(reverse("voucher_list_new", args=[claimable.scheme.public_id]))
    assert asked.status_code == 409
    assert "本方案没有复审通过、待列入清单的申请。" in text_of(asked)


def test_a_list_is_made_of_the_sum_that_its_page_showed(vouchers, claimable, clock):
    (other,) = add_statements(vouchers.city, vouchers.admin, [300])
    clock.set(LATER)
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    client = Client()
    client.force_login(vouchers.officer)
    address = reverse("voucher_list_new", args=[claimable.scheme.public_id])
    asked = client.get(address)
    shown = {"shown_yuan": asked.context["form"]["shown_yuan"].value()}
    assert "共 1 笔，合计 ¥100.00。" in text_of(asked)
    vouchers.approve(vouchers.claim(claimable.grant, other, invoice="2650 0002"))  # meanwhile
    refused = client.post(address, shown)
    assert refused.status_code == 409
    assert "现有合计 250.00 元的申请待列入清单，请重新核对后再生成。" in text_of(refused)
    assert client.post(address).status_code == 409
    assert not VoucherPayoutList.objects.exists()
    client.post(address, {"shown_yuan": refused.context["form"]["shown_yuan"].value()})
    assert VoucherPayoutList.objects.get().total_yuan == 250


def test_no_list_is_offered_while_uses_of_an_audited_claim_were_corrected(vouchers, claimable, read, clock):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    about = ("voucher_scheme", claimable.scheme.public_id)
    new = reverse("voucher_list_new", args=[claimable.scheme.public_id])
    address = reverse("voucher_claim", args=[claim.public_id])
    page = read(vouchers.officer, *about)
    assert (new in page, address in page) == (True, False)
    change_uses(vouchers, claimable)
    page = read(vouchers.officer, *about)
    assert (new in page, address in page) == (False, True)
    assert "用券时间内现计费 150.00 元，原为 200.00 元。" in page
    client = Client()
    client.force_login(vouchers.officer)
    refused = client.get(new)
    said = "请以此为由不予通过，申领单位可在2027年2月28日前（含当日）重新申请。"
    assert (refused.status_code, said in text_of(refused)) == (409, True)
    page = read(vouchers.officer, "voucher_claim", claim.public_id)
    assert offered_moves(page, claim) == {"refuse"}
    assert "用券时间内现计费 150.00 元，原为 200.00 元。" in page
    refuse = reverse("voucher_claim_refuse", args=[claim.public_id])
    for day, said, reason in (
        (28, "所涉机时、发票和创新券额度将释放，可重新申请。", "申领单位可在2027年2月28日前"),
        (29, "兑付申请已于2027年2月28日截止，申领单位不能再次申请。", "兑付申请已于2027年2月28日截止。"),
    ):
        clock.set(datetime(2027, 2, 27, tzinfo=CITY_TIME) + (day - 27) * DAY)
        asked = text_of(client.get(refuse))
        assert (said in asked, "可重新申请" in asked) == (True, day == 28)
        assert f"用券时间内现计费 150.00 元，原为 200.00 元。请以此为由不予通过，{reason}" in text_of(
            client.get(new)
        )
    clock.set(LATER)
    vouchers.refuse(claim)
    assert address not in read(vouchers.officer, *about)
    late = client.post(refuse, {"reason": "发票已作废"})
    assert (late.status_code, ">\n发票已作废</textarea>" in late.text) == (409, True)


def test_the_list_says_what_an_account_lacks_before_a_payout_is_recorded(vouchers, claimable, read):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    pay = reverse("voucher_payout_new", args=[made.public_id, claim.public_id])
    about = ("voucher_list", made.public_id)
    page = read(vouchers.finance, *about)
    assert (pay in page, "尚未登记收款账户" in page) == (False, True)
    client = Client()
    client.force_login(vouchers.finance)
    assert client.get(pay).status_code == 409
    vouchers.enter_account()
    page = read(vouchers.finance, *about)
    assert (pay in page, "尚待另一人复核" in page) == (False, True)
    account = reverse("payee_account", args=[vouchers.city.company.public_id])
    assert account in page
    assert account not in read(vouchers.officer, *about)
    vouchers.account()
    assert pay in read(vouchers.finance, *about)


def test_who_pays_a_list_reads_that_a_payment_of_the_statement_was_reversed(vouchers, read):
    claim, payment = claim_of_paid(vouchers)
    vouchers.approve(claim)
    about = ("voucher_list", vouchers.list(claim.grant.scheme).public_id)
    said = f"{claim.seller.name_zh}已冲销结算单的到账登记，结算单尚未重新付清或确认。"
    assert said not in read(vouchers.finance, *about)
    reverse_payment(vouchers.city, payment)
    assert said in read(vouchers.finance, *about)
    pay_statement(vouchers.city, claim.statement)
    assert said not in read(vouchers.finance, *about)


def test_the_list_shows_the_account_to_which_a_claim_was_paid(vouchers, claimable, read):
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    payout = vouchers.pay(made.rows.get())
    vouchers.enter_account(number="6222020000009999")
    page = read(vouchers.finance, "voucher_list", made.public_id)
    assert ("尾号 2345" in page, "尾号 9999" in page, "待核对" in page) == (True, False, False)
    vouchers.come_back(payout)
    page = read(vouchers.finance, "voucher_list", made.public_id)
    assert ("尾号 2345" in page, "尾号 9999" in page) == (False, True)


def test_what_hinders_a_grant_stands_in_its_place(vouchers, read):
    scheme = vouchers.open(budget_yuan=Decimal(1000))
    first = vouchers.apply(scheme)
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    application = vouchers.apply(scheme, of=firm, actor=admin)
    voucher_grant(actor=vouchers.officer, application_id=first.pk, now=LATER)
    grant = reverse("voucher_application_grant", args=[application.public_id])
    page = read(vouchers.officer, "voucher_application", application.public_id)
    assert (grant in page, "本批预算已用完" in page) == (False, True)
    Organization.objects.filter(pk=firm.pk).update(size_class="large")
    page = read(vouchers.officer, "voucher_application", application.public_id)
    said = "本方案不面向这类性质和规模的单位。如单位性质或规模登记有误，请先更正。"
    assert (grant in page, said in page) == (False, True)
    refuse = reverse("voucher_application_refuse", args=[application.public_id])
    assert refuse in page
    client = Client()
    client.force_login(vouchers.officer)
    asked = client.get(grant)  # in a tab that was opened before
    assert (asked.status_code, "不面向这类性质和规模" in asked.text) == (422, True)
    voucher_application_refuse(
        actor=vouchers.officer, application_id=application.pk, reason="不符合条件", now=LATER
    )
    assert [client.get(each).status_code for each in (grant, refuse)] == [409, 409]
    late = client.post(refuse, {"reason": "规模不符"})
    assert (late.status_code, ">\n规模不符</textarea>" in late.text) == (409, True)


def test_no_voucher_is_granted_after_the_last_day_of_claims(vouchers, read, clock):
    scheme = vouchers.open()
    first = vouchers.apply(scheme)
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    application = vouchers.apply(scheme, of=firm, actor=admin)
    clock.set(datetime(2027, 3, 1, tzinfo=CITY_TIME))
    grant, refuse = (
        reverse(f"voucher_application_{move}", args=[application.public_id]) for move in ("grant", "refuse")
    )
    page = read(vouchers.officer, "voucher_application", application.public_id)
    said = "本批创新券的兑付申请已于2027年2月28日截止，请以此为由不予发放。"
    assert (grant in page, refuse in page, said in page) == (False, True, True)
    assert first.public_id not in page
    client = Client()
    client.force_login(vouchers.officer)
    assert client.get(grant).status_code == 409
    assert "申请期已结束，该单位不能再次申请。" in client.get(refuse).text


def test_later_application_is_granted_after_the_earlier_one(vouchers, read):
    scheme = vouchers.open()
    first = vouchers.apply(scheme)
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    second = vouchers.apply(scheme, of=firm, actor=admin)
    pages = [read(vouchers.officer, "voucher_application", one.public_id) for one in (first, second)]
    grants = [reverse("voucher_application_grant", args=[one.public_id]) for one in (first, second)]
    assert grants[0] in pages[0]
    assert grants[1] not in pages[1]
    assert reverse("voucher_application", args=[first.public_id]) in pages[1]


def test_finance_pays_from_the_list_and_the_firm_sees_it(vouchers, claimable, read):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    pay = reverse("voucher_payout_new", args=[made.public_id, claim.public_id])
    vouchers.account()
    page = read(vouchers.finance, "voucher_list", made.public_id)
    assert pay in page
    address = reverse("voucher_list", args=[made.public_id])
    assert address in read(vouchers.finance, "finance")
    assert pay not in read(vouchers.officer, "voucher_list", made.public_id)
    payout = vouchers.pay(made.rows.get())
    back = reverse("voucher_payout_back", args=[made.public_id, payout.public_id])
    assert address not in read(vouchers.finance, "finance")
    page = read(vouchers.finance, "voucher_list", made.public_id)
    assert (pay in page, back in page) == (False, True)
    assert "HK-1" in read(vouchers.admin, "voucher_claim", claim.public_id)


def test_a_payout_is_recorded_to_the_account_that_the_page_showed(vouchers, claimable, clock):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.finance)
    pay = reverse("voucher_payout_new", args=[made.public_id, claim.public_id])
    typed = {"amount_yuan": claim.amount_yuan, "paid_date": local_date(LATER), "bank_reference": "HK-1"}
    shown = client.get(pay).context["form"]["account"].value()
    vouchers.account(number="6222020000009999")
    refused = client.post(pay, {**typed, "account": shown})
    assert refused.status_code == 409
    assert "6222020000009999" in text_of(refused)
    assert not VoucherPayout.objects.exists()
    client.post(pay, {**typed, "account": refused.context["form"]["account"].value()})
    assert VoucherPayout.objects.get().payee_account.number == "6222020000009999"


def test_what_was_entered_of_a_payout_comes_back_where_a_colleague_recorded_it(vouchers, claimable, clock):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    vouchers.account()
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.finance)
    pay = reverse("voucher_payout_new", args=[made.public_id, claim.public_id])
    payout = vouchers.pay(made.rows.get())
    typed = {"amount_yuan": claim.amount_yuan, "paid_date": local_date(LATER), "bank_reference": "HK-7"}
    late = client.post(pay, typed)
    assert (late.status_code, 'value="HK-7"' in late.text) == (409, True)
    back = reverse("voucher_payout_back", args=[made.public_id, payout.public_id])
    vouchers.come_back(payout)
    entered = {"reversed_date": local_date(LATER), "bank_reference": "TH-7", "reason": "户名不符"}
    late = client.post(back, entered)
    assert (late.status_code, ">\n户名不符</textarea>" in late.text) == (409, True)


def test_payout_list_is_a_signed_paper(vouchers, claimable, clock):
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.finance)
    paper = client.get(reverse("voucher_list_pdf", args=[made.public_id]))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert b"/ByteRange" in paper.content


def test_payout_list_prints_codes_and_numbers_whole(vouchers, claimable, clock):
    """Neither the number of an invoice nor the code of a firm is broken into two lines."""
    clock.set(LATER)
    claim = vouchers.claim(claimable.grant, claimable.statement, invoice="26517000000123456789")
    vouchers.approve(claim)
    made = vouchers.list(claimable.scheme)
    client = Client()
    client.force_login(vouchers.finance)
    paper = reader(client.get(reverse("voucher_list_pdf", args=[made.public_id])).content).pages[0]
    pieces = {words for words, *_ in places(paper)}
    assert {"序号", "合计", vouchers.city.company.uscc, "26517000000123456789"} <= pieces


def test_payout_list_is_verified_by_its_code_and_its_file(vouchers, claimable, clock):
    clock.set(LATER)
    claim = vouchers.claim(claimable.grant, claimable.statement)
    vouchers.approve(claim)
    made = vouchers.list(claimable.scheme)
    code = get_list_code(made.public_id)
    client = Client()
    words = client.get(reverse("verify"), {"code": code.lower().replace("-", " ")}).content.decode()
    assert "核验码真实有效" in words
    assert "¥100.00" in words
    assert vouchers.city.company.name_zh not in words
    assert "核验码真实有效" not in client.get(reverse("verify"), {"code": "0000-0000-00"}).content.decode()
    client.force_login(vouchers.officer)
    paper = client.get(reverse("voucher_list_pdf", args=[made.public_id])).content
    for content, is_genuine in ((paper, True), (paper.replace(b"%%EOF", b"%%EOX", 1), False)):
        file = SimpleUploadedFile("清单.pdf", content)
        words = Client().post(reverse("verify"), {"file": file}).content.decode()
        assert ("note-success" in words) == is_genuine
        assert (code in words) == is_genuine


def test_signed_payout_list_keeps_the_names_with_which_it_was_made(vouchers, claimable, clock):
    """Whoever has checked a claim can change their own name, to that of a colleague too."""
    clock.set(LATER)
    claim = vouchers.claim(claimable.grant, claimable.statement)
    vouchers.approve(claim)
    made = vouchers.list(claimable.scheme)
    claim.refresh_from_db()
    checker, company = claim.checked_by, vouchers.city.company
    before = checker.name, company.name_zh
    user_update(actor=checker, name="欧阳别人", phone="", language="zh-hans", now=LATER)
    Organization.objects.filter(pk=company.pk).update(name_zh="云屏别家公司")
    client = Client()
    client.force_login(vouchers.officer)
    paper = text(reader(client.get(reverse("voucher_list_pdf", args=[made.public_id])).content).pages[0])
    assert [name in paper for name in before] == [True, True]
    assert "别人" not in paper
    assert "别家" not in paper


def test_lists_take_as_many_statements_however_long(vouchers, statements, clock):
    clock.set(LATER)
    grant = vouchers.grant(vouchers.open())
    found = add_statements(vouchers.city, vouchers.admin, [100, 120, 140, 160])
    vouchers.claim(grant, found[0])
    bureau, firm = Client(), Client()
    bureau.force_login(vouchers.officer)
    firm.force_login(vouchers.admin)

    def read_all():
        for name in ("vouchers", "voucher_claims", "voucher_grants", "voucher_applications"):
            bureau.get(reverse(name))
            firm.get(reverse(name))
        firm.get(reverse("voucher", args=[grant.public_id]))

    statements.assert_unchanged(read_all, by=lambda: vouchers.claim(grant, found[1]))


def test_list_of_many_claims_is_made_with_as_many_statements(vouchers, statements, clock):
    clock.set(LATER)
    scheme, (firm, admin) = vouchers.open(), vouchers.firm("云屏小微科技有限公司")
    grant, other = vouchers.grant(scheme), vouchers.grant(scheme, of=firm, actor=admin)
    found = add_statements(vouchers.city, vouchers.admin, [100, 120])
    payer = SimpleNamespace(company=firm, researcher=factories.member(firm, Role.RESEARCHER, name="丁"))
    (of_other,) = add_statements(payer, admin, [140])
    vouchers.approve(vouchers.claim(grant, found[0]))
    bureau = Client()
    bureau.force_login(vouchers.officer)

    def ask():
        return bureau.get(reverse("voucher_list_new", args=[scheme.public_id])).content.decode()

    def add_claims():
        vouchers.approve(vouchers.claim(grant, found[1]))
        vouchers.approve(vouchers.claim(other, of_other, actor=admin))

    statements.assert_unchanged(ask, by=add_claims)
    assert "共 3 笔，合计 ¥180.00" in ask()


def test_what_waits_says_how_many_and_goes_on_behind_the_first_page(vouchers, clock, monkeypatch):
    monkeypatch.setattr(overview, "PER_PAGE", 1)
    clock.set(LATER)
    grant = vouchers.grant(vouchers.open())
    found = add_statements(vouchers.city, vouchers.admin, [100, 120])
    first, second = [vouchers.claim(grant, one) for one in found]
    bureau, address = Client(), reverse("vouchers")
    bureau.force_login(vouchers.officer)
    page = bureau.get(address)
    assert [one.public_id for one in page.context["claims"].items] == [first.public_id]
    assert page.context["claims"].count == 2
    after = {"claims": page.context["claims"].next_cursor}
    assert [one.public_id for one in bureau.get(address, after).context["claims"].items] == [second.public_id]


def test_lists_are_narrowed_sorted_and_exported_as_they_are_shown(vouchers, clock):
    clock.set(LATER)
    grant = vouchers.grant(vouchers.open())
    found = add_statements(vouchers.city, vouchers.admin, [100, 120])
    small, large = [vouchers.claim(grant, one).public_id for one in found]
    bureau, firm = Client(), Client()
    bureau.force_login(vouchers.officer)
    firm.force_login(vouchers.admin)

    def shown(client, **query):
        rows = client.get(reverse("voucher_claims"), query).context["claims"].items
        lines = client.get(reverse("voucher_claims"), {**query, "format": "csv"}).getvalue().decode()
        assert [line.split(",")[0] for line in lines.splitlines()[1:]] == [one.public_id for one in rows]
        return [one.public_id for one in rows]

    assert shown(bureau) == shown(firm) == [large, small]
    assert shown(bureau, sort="amount") == [small, large]
    assert shown(bureau, q=small.lower(), state="submitted", scheme=grant.scheme.public_id) == [small]
    assert shown(bureau, state="paid") == shown(bureau, q="nobody") == []
    for name in ("voucher_grants", "voucher_applications"):
        assert len(bureau.get(reverse(name), {"format": "csv"}).getvalue().decode().splitlines()) == 2
        assert bureau.get(reverse(name)).status_code == 200
