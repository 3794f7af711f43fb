"""Is this report right, and what is paid."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.journal.guards import guards_lifted
from instrument_share.web.text.formats import date_only
from rewards.assessment.models import UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.payments.domain.bank_sheet import BankRow
from rewards.payments.models import Payment
from rewards.payments.services.accounts import account_enter
from rewards.payments.services.batches import batch_make, batch_settle
from rewards.report.models import FinanceReport
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER
from tests.rewards.reading import text_of


@pytest.fixture
def sent(steps, year, clock):
    """The report of the year, sent on 20 January; it is the 21st."""
    report = steps.through("send")
    steps.city.account(year.first)
    steps.city.account(year.second, "6222020000005678")
    clock.set(AFTER + timedelta(days=16))
    return report


def address(name, report, *more):
    return reverse(name, args=[report.public_id, *more])


def award(organization):
    return UnitAssessment.objects.get(organization=organization).award.public_id


def pay(client, report, organization, *, follow=True, **typed):
    typed = {"paid_date": "2026-01-21", "voucher": f"ZF-{organization.pk}", **typed}
    return client.post(address("payment_new", report, award(organization)), typed, follow=follow)


def test_finance_receives_a_report_accepts_it_and_pays(login, year, sent):
    client = login(year.city.finance)
    desk = text_of(client.get(reverse("finance")))
    assert "2025年度报送件（第 1 次） 已报送财政局 核验一致 请核对后接收或退回" in desk
    answer = client.post(address("report_accept", sent), {"note": "同意"}, follow=True)
    assert "已接收并通知科技局。下一步请登记拨付。" in text_of(answer)
    paid = text_of(pay(client, sent, year.first))
    assert "已登记：2026年1月21日向云屏大学拨付 ¥91,933.00。" in paid
    assert "已拨付 ¥91,933.00 2 家单位中已拨付 1 家 尚未拨付 ¥8,067.00" in paid
    assert "已拨付 2026年1月21日 · 尾号 1234" in paid
    assert "6222020000001234" not in paid
    assert "请登记拨付，尚余 ¥8,067.00" in text_of(client.get(reverse("finance")))
    pay(client, sent, year.second)
    cycle = AssessmentCycle.objects.get()
    assert cycle.state == "paid"
    assert "拨付 (已完成) 2026年1月21日" in text_of(client.get(reverse("cycle", args=[cycle.year])))
    assert "尚余" not in text_of(client.get(reverse("finance")))


def test_every_amount_of_a_report_leads_to_its_assessment(login, year, sent):
    answer = login(year.city.finance).get(address("report", sent))
    for unit in UnitAssessment.objects.select_related("award"):
        assert f'href="{reverse("assessment", args=[unit.public_id])}"' in answer.content.decode()
        assert login(year.city.finance).get(reverse("assessment", args=[unit.public_id])).status_code == 200
    assert "各单位金额之和与报送总额一致。" in text_of(answer)
    assert "年度 2025 查看年度评价" in text_of(answer)
    parts = [file for file in sent.manifest["files"] if file["name"].startswith("年度数据/")]
    assert f"年度数据 {len(parts)} 份" in text_of(answer)
    for file in sent.manifest["files"]:
        assert (file["sha256"] in answer.content.decode()) == (file not in parts)


def test_a_report_is_returned_with_a_reason(login, year, sent):
    client = login(year.city.finance)
    missing = client.post(address("report_return", sent), {"reason": ""})
    assert missing.status_code == 422
    assert "将通知各单位（不含退回理由）；各单位由此出具的证书和评价表不再有效。" in text_of(missing)
    answer = client.post(address("report_return", sent), {"reason": "附件二缺单位公章。"}, follow=True)
    assert "由财政局经办退回：附件二缺单位公章。" in text_of(answer)
    officer = login(year.city.officer)
    page = officer.get(reverse("cycle", args=[2025]))
    assert "退回报送件：附件二缺单位公章。" in text_of(page)
    assert page.context["primary"][0] == "生成报送件预览稿"


def test_a_returned_report_shows_no_payment_of_the_one_that_replaced_it(login, small, clock):
    accepted = small.steps.through("send")
    small.city.account(small.unit)
    clock.set(AFTER + timedelta(days=16))
    report_accept(actor=small.city.finance, report_id=accepted.pk, now=AFTER + timedelta(days=16))
    with guards_lifted():
        _another_report(small, 0)
    returned = FinanceReport.objects.get(state="returned")
    batch = batch_make(
        actor=small.city.finance,
        report_id=accepted.pk,
        awards=[award(small.unit)],
        now=AFTER + timedelta(days=16),
    )

    def shown(report):
        page = login(small.city.finance).get(address("report", report))
        text = text_of(page)
        waits = address("batch", report, batch.public_id) in page.content.decode()
        return waits, "不凭本报告拨付" in text, "2 家单位中" in text or "尚未拨付" in text

    assert shown(accepted) == (True, False, True)
    assert shown(returned) == (False, True, False)


def test_a_payment_is_recorded_once_and_not_before_it_was_made(login, year, sent):
    client = login(year.city.finance)
    early = pay(client, sent, year.first)
    assert early.status_code == 409
    client.post(address("report_accept", sent))
    future = pay(client, sent, year.first, paid_date="2026-02-01")
    assert future.status_code == 422
    assert "拨付日期晚于今天。请在拨付之后登记。" in text_of(future)
    twice = [pay(client, sent, year.first, form_token="x", follow=False) for _ in range(2)]
    assert [answer["Location"] for answer in twice] == [address("report", sent) + "#units"] * 2
    again = pay(client, sent, year.first, form_token="y")
    assert again.status_code == 409
    paid = date_only(Payment.objects.get().paid_date)
    assert f"{year.first.name_zh}的奖励已于{paid}拨付，未重复登记。" in text_of(again)
    assert Payment.objects.count() == 1


def test_a_payment_is_recorded_to_the_account_that_the_page_showed(login, year, sent):
    client = login(year.city.finance)
    client.post(address("report_accept", sent))
    page = client.get(address("payment_new", sent, award(year.first)))
    shown = page.context["form"]["account"].value()
    year.city.account(year.first, "6222020000009999")
    refused = pay(client, sent, year.first, account=shown)
    assert refused.status_code == 409
    assert "6222020000009999" in text_of(refused)
    assert refused.context["form"]["voucher"].value() == f"ZF-{year.first.pk}"
    assert not Payment.objects.exists()
    pay(client, sent, year.first, account=refused.context["form"]["account"].value())
    assert Payment.objects.get().account == "6222020000009999"


def test_the_files_come_as_they_were_sent(login, year, sent):
    client = login(year.city.finance)
    pdf = client.get(address("report_pdf", sent))
    assert pdf.getvalue().startswith(b"%PDF-")
    assert (pdf["Content-Type"], pdf["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert pdf["Content-Disposition"] == f"inline; filename*=UTF-8''{sent.code}.pdf"
    assert pdf["ETag"] == f'"{sent.pdf_sha256}"'
    assert "private" in pdf["Cache-Control"]
    saved = client.get(address("report_pdf", sent) + "?download")
    assert saved["Content-Disposition"].startswith("attachment;")
    assert saved.getvalue().startswith(b"%PDF-")
    package = client.get(address("report_package", sent))
    assert (package.getvalue()[:2], package["Content-Type"]) == (b"PK", "application/zip")


def test_a_changed_file_in_storage_is_not_genuine(login, year, sent):
    with default_storage.open(sent.pdf_file) as file:
        content = file.read()
    default_storage.delete(sent.pdf_file)
    default_storage.save(sent.pdf_file, _changed(content))
    client = login(year.city.finance)
    page = text_of(client.get(address("report", sent)))
    assert "核验不符：存储的文件与报送时不一致，请勿据此拨付。" in page
    assert "接收报送件" not in page
    assert "核验不符" in text_of(client.get(reverse("finance")))
    default_storage.delete(sent.pdf_file)
    assert "报送件的文件已不在存储中，请从备份恢复。" in text_of(client.get(address("report", sent)))
    assert client.get(address("report_pdf", sent)).status_code == 404


def test_a_changed_package_is_not_genuine_though_its_pdf_is(login, year, sent):
    with default_storage.open(sent.package_file) as file:
        content = file.read()
    default_storage.delete(sent.package_file)
    default_storage.save(sent.package_file, _changed(content))
    page = text_of(login(year.city.finance).get(address("report", sent)))
    assert "文件的 SHA-256 与任何已报送的文件都不一致。" in page
    assert "接收报送件" not in page


def _changed(content):
    return ContentFile(content[:2000] + bytes([content[2000] ^ 1]) + content[2001:])


def test_the_bureau_reads_a_report_and_does_not_answer_it(login, year, sent):
    client = login(year.city.officer)
    page = text_of(client.get(address("report", sent)))
    assert "退回并说明理由" not in page
    assert "接收报送件" not in page
    assert client.post(address("report_accept", sent)).status_code == 403
    assert pay(client, sent, year.first).status_code == 403
    assert FinanceReport.objects.get().state == "sent"


def test_more_units_and_reports_take_no_more_statements(login, small, statements, clock):
    """Each report is read from storage; the database is asked the same."""
    small.steps.through("send")
    client = login(small.city.finance)
    clock.set(AFTER + timedelta(days=16))
    report = FinanceReport.objects.get()

    def more():
        with guards_lifted():
            for number in range(5):
                _another_unit(small, number)
                _another_report(small, number)

    def read():
        client.get(reverse("finance"))
        client.get(address("report", report))

    statements.assert_unchanged(read, by=more)


def _another_unit(small, number):
    unit = UnitAssessment.objects.select_related("award").first()
    awarded = unit.award
    unit.pk, unit.public_id = None, f"ASM-{number}"
    unit.organization = small.city.unit(f"第{number}院")
    unit.save()
    awarded.pk, awarded.public_id, awarded.assessment = None, f"AWD-{number}", unit
    awarded.save()


def _another_report(small, number):
    report = FinanceReport.objects.first()
    report.pk, report.public_id, report.code = None, f"RPT-{number}", f"CODE-{number}"
    report.number, report.state = number + 5, "returned"
    report.pdf_sha256, report.package_sha256 = f"{number}p", f"{number}z"
    report.answered_at, report.answered_by, report.answer_note = AFTER, small.city.finance, "重报"
    report.save()


def test_who_took_part_in_the_results_is_offered_neither_answer_nor_payment(login, year, sent):
    treasury = year.city.finance.memberships.get().organization
    year.city.officer.memberships.create(
        organization=treasury, role=Role.FINANCE_OFFICER.value, state="active", created_at=AFTER
    )
    taken, page = "您参与了2025年度结果的编制，须由财政局其他人员答复和拨付。", address("report", sent)

    def shown(user):
        answer = login(user).get(page)
        offers = [name for name in ("can_answer", "can_pay", "can_batch") if answer.context[name]]
        return offers, taken in text_of(answer)

    assert shown(year.city.officer) == ([], True)
    assert shown(year.city.finance) == (["can_answer"], False)
    report_accept(actor=year.city.finance, report_id=sent.pk, now=AFTER + timedelta(days=16))
    assert shown(year.city.officer) == ([], True)
    assert shown(year.city.finance) == (["can_pay", "can_batch"], False)
    batch = batch_make(
        actor=year.city.finance,
        report_id=sent.pk,
        awards=[award(year.first)],
        now=AFTER + timedelta(days=16),
    )
    rows = address("batch", sent, batch.public_id)
    assert not login(year.city.officer).get(rows).context["can_settle"]
    assert login(year.city.finance).get(rows).context["can_settle"]


def test_who_belongs_to_a_unit_is_offered_no_payment_to_it(login, year, sent):
    now = AFTER + timedelta(days=16)
    treasury = year.city.finance.memberships.get().organization
    bound = year.city.person("财政局兼职", treasury, Role.FINANCE_OFFICER)
    year.city.give(bound, year.first, Role.RESEARCHER)
    report_accept(actor=bound, report_id=sent.pk, now=now)
    why = "您属于云屏大学，或离开该单位未满三年，应当回避。请由财政局其他人员登记对其拨付。"
    own, other = award(year.first), award(year.second)

    def read(name, *ids, user=bound):
        return login(user).get(address(name, sent, *ids))

    shown = read("report")
    assert why in text_of(shown)
    assert address("payment_new", sent, own) not in shown.content.decode()
    assert address("payment_new", sent, other) in shown.content.decode()
    assert f'value="{own}"' not in shown.content.decode()
    assert f'value="{other}"' in shown.content.decode()
    refused = read("payment_new", own)
    assert refused.status_code == 409
    assert why in text_of(refused)
    assert "请登记拨付，尚余 ¥8,067.00" in text_of(login(bound).get(reverse("finance")))
    batch = batch_make(actor=year.city.finance, report_id=sent.pk, awards=[own, other], now=now)
    rows = read("batch", batch.public_id)
    assert why in text_of(rows)
    assert rows.context["can_settle"]
    assert not rows.context["can_withdraw"]
    assert read("batch", batch.public_id, user=year.city.finance).context["can_withdraw"]
    batch_settle(
        actor=year.city.finance,
        batch_id=batch.pk,
        answers=[BankRow(other, paid=True, voucher="ZF-2", day=date(2026, 1, 21))],
        now=now,
    )
    assert not read("batch", batch.public_id).context["can_settle"]
    desk = "等待财政局登记拨付，尚余 ¥91,933.00"
    assert desk in text_of(login(bound).get(reverse("finance")))
    assert "请登记拨付，尚余 ¥91,933.00" in text_of(login(year.city.finance).get(reverse("finance")))


def test_a_report_waits_for_who_may_answer_it(login, year, sent):
    treasury = year.city.finance.memberships.get().organization
    year.city.give(year.city.officer, treasury, Role.FINANCE_OFFICER)
    assert "请核对后接收或退回" in text_of(login(year.city.finance).get(reverse("finance")))
    for viewer in (year.city.officer, year.city.auditor):
        words = text_of(login(viewer).get(reverse("finance")))
        assert "等待财政局答复" in words
        assert "请核对后接收或退回" not in words


def test_the_account_of_a_suspended_unit_is_checked(login, year, sent):
    entered = account_enter(
        actor=year.manager,
        organization_id=year.first.pk,
        holder=year.first.name_zh,
        bank="云屏银行科苑支行",
        number="6222020000009999",
        now=AFTER + timedelta(days=15),
    )
    Organization.objects.filter(pk=year.first.pk).update(state="suspended")
    client = login(year.city.finance)
    page = reverse("payee_account", args=[year.first.public_id])
    assert page in client.get("/finance/").content.decode()
    assert client.get(page).status_code == 200
    check = reverse("payee_account_check", args=[year.first.public_id, entered.public_id])
    assert client.post(check).status_code == 302
    entered.refresh_from_db()
    assert entered.checked_by == year.city.finance


def test_an_account_is_listed_for_who_may_check_it(login, year, sent):
    """Who manages a unit and works at Finance too does not check what he or she entered."""
    treasury = year.city.finance.memberships.get().organization
    year.city.give(year.manager, treasury, Role.FINANCE_OFFICER)
    account_enter(
        actor=year.manager,
        organization_id=year.first.pk,
        holder="云屏大学",
        bank="云屏银行",
        number="6222020000009999",
        now=AFTER + timedelta(days=15),
    )
    page = reverse("payee_account", args=[year.first.public_id])
    assert page in login(year.city.finance).get(reverse("finance")).content.decode()
    assert page not in login(year.manager).get(reverse("finance")).content.decode()
