"""Finance pays in a batch: sheet for the bank, the bank's answer, what came back; the unit's account."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.city_time import CITY_TIME
from rewards.assessment.models import Award
from rewards.payments.models import PayeeAccount, Payment, PaymentBatch
from rewards.payments.services.batches import batch_make
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER
from tests.rewards.reading import text_of


@pytest.fixture
def report(steps, year, clock):
    """The report of the year, accepted on 21 January, which it is; two units keep checked accounts."""
    report = steps.through("send")
    steps.city.account(year.first)
    steps.city.account(year.second, "6222020000005678")
    clock.set(AFTER + timedelta(days=16))
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + timedelta(days=16))
    return report


@pytest.fixture
def finance(login, year):
    return login(year.city.finance)


@pytest.fixture
def batch(finance, report):
    """A batch of both awards, made on the page."""
    awards = Award.objects.filter(amount_yuan__gt=0).order_by("pk")
    query = "&".join(f"award={award.public_id}" for award in awards)
    address = f"{reverse('batch_new', args=[report.public_id])}?{query}"
    assert "共 2 家单位，合计 ¥100,000.00。" in text_of(finance.get(address))
    answer = finance.post(address, follow=True)
    assert "批次已生成，请将拨付清单交银行。" in text_of(answer)
    return PaymentBatch.objects.get()


def address(name, batch):
    return reverse(name, args=[batch.report.public_id, batch.public_id])


def sheet_of(finance, batch):
    answer = finance.get(address("batch_sheet", batch))
    return openpyxl.load_workbook(BytesIO(answer.content))


def given(finance, batch, book):
    content = BytesIO()
    book.save(content)
    upload = SimpleUploadedFile("回执.xlsx", content.getvalue())
    return finance.post(address("batch_answer", batch), {"sheet": upload})


def test_a_batch_goes_to_the_bank_and_its_answer_comes_back(finance, batch, year):
    book = sheet_of(finance, batch)
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[0][2:6] == ["收款人", "开户行", "收款账号", "金额（元）"]
    assert [row[2:6] for row in rows[1:]] == [
        ["云屏大学", "云屏银行科苑支行", "6222020000001234", 91933],
        ["云屏材料研究所", "云屏银行科苑支行", "6222020000005678", 8067],
    ]
    page = book.active
    page["H2"], page["I2"], page["J2"] = "ZF-1", "2026-01-21", "成功"
    page["J3"], page["K3"] = "失败", "户名不符"
    shown = given(finance, batch, book)
    text = text_of(shown)
    assert "云屏大学 云屏银行科苑支行 尾号 1234 ¥91,933.00 已拨付 2026年1月21日 · ZF-1" in text
    assert "支付合计 ¥91,933.00" in text
    assert not Payment.objects.exists()
    sent = {"answers": shown.context["signed"], "form_token": "x"}
    places = [finance.post(address("batch_answer", batch), sent)["Location"] for _ in range(2)]
    assert places == [address("batch", batch)] * 2
    answer = finance.get(address("batch", batch))
    assert "已登记 2 笔银行回执。" in text_of(answer)
    assert "支付失败 户名不符" in text_of(answer)
    assert Payment.objects.get().voucher == "ZF-1"


def test_a_wrong_row_of_the_sheet_is_told_and_nothing_recorded(finance, batch):
    book = sheet_of(finance, batch)
    book.active["F2"], book.active["H2"], book.active["I2"] = 91932, "ZF-1", "2026-01-21"
    answer = given(finance, batch, book)
    assert answer.status_code == 422
    assert "第 2 行：金额与批次不符，批次为 91933.00，表格为 91932。" in text_of(answer)
    assert "确认登记" not in text_of(answer)


def test_an_answer_that_cannot_be_recorded_is_told_with_its_unit(finance, batch):
    book = sheet_of(finance, batch)
    for row, day in (("2", "2026-01-20"), ("3", "2027-01-21")):
        book.active[f"H{row}"], book.active[f"I{row}"] = f"ZF-{row}", day
    answer = given(finance, batch, book)
    assert answer.status_code == 422
    assert "云屏大学：第 1 批于 2026年1月21日 生成，拨付日期不能早于该日。" in text_of(answer)
    assert "云屏材料研究所：拨付日期晚于今天" in text_of(answer)
    assert "确认登记" not in text_of(answer)
    assert not Payment.objects.exists()


def test_looking_at_an_answer_records_nothing(finance, batch, year):
    book = sheet_of(finance, batch)
    book.active["H2"], book.active["I2"] = "ZF-2", "2026-01-21"
    book.active["J3"], book.active["K3"] = "失败", "户名不符"
    before = AuditEntry.objects.count(), Notification.objects.count()
    assert given(finance, batch, book).status_code == 200
    assert (AuditEntry.objects.count(), Notification.objects.count()) == before
    assert [(row.payment, row.failed_at) for row in batch.rows.all()] == [(None, None)] * 2


def test_rows_of_a_unit_of_their_own_are_left_to_somebody_else(finance, login, batch, year):
    finance_bureau = year.city.finance.memberships.get().organization
    bound = year.city.person("财政局另一经办", finance_bureau, Role.FINANCE_OFFICER)
    year.city.give(bound, year.first, Role.RESEARCHER)
    book = sheet_of(finance, batch)
    for row in ("2", "3"):
        book.active[f"H{row}"], book.active[f"I{row}"] = f"ZF-{row}", "2026-01-21"
    shown = given(login(bound), batch, book)
    told = "您属于云屏大学，或离开该单位未满三年，应当回避。请由财政局其他人员登记对其拨付。"
    assert (shown.status_code, told in text_of(shown)) == (200, True)
    assert [row.award.assessment.organization for row, _answer in shown.context["answers"]] == [year.second]
    assert (shown.context["total"], shown.context["left"]) == (Decimal(8067), 0)
    answer = login(bound).post(address("batch_answer", batch), {"answers": shown.context["signed"]})
    assert answer["Location"] == address("batch", batch)
    assert [(one.voucher, one.recorded_by) for one in Payment.objects.all()] == [("ZF-3", bound)]
    alone = sheet_of(finance, batch)
    alone.active["H2"], alone.active["I2"] = "ZF-2", "2026-01-21"
    shown = given(login(bound), batch, alone)
    assert shown.context["answers"] == []
    assert "表格中还没有任何回执" not in text_of(shown)


def test_a_batch_says_whose_account_was_replaced_before_the_bank_answers(finance, batch, year):
    said, account = "单位其后更换了收款账户", reverse("payee_account", args=[year.second.public_id])
    assert said not in text_of(finance.get(address("batch", batch)))
    year.city.account(year.second, "6222020000009999")
    page = finance.get(address("batch", batch))
    assert (text_of(page).count(said), account in page.content.decode()) == (1, True)
    year.city.account(year.second, "6222020000005678")
    assert said not in text_of(finance.get(address("batch", batch)))
    year.city.account(year.second, "6222020000009999")
    book = sheet_of(finance, batch)
    book.active["J3"], book.active["K3"] = "失败", "账号已销户"
    finance.post(address("batch_answer", batch), {"answers": given(finance, batch, book).context["signed"]})
    assert said not in text_of(finance.get(address("batch", batch)))


def test_the_sheet_for_the_bank_says_whose_account_was_replaced_since(finance, batch, year):
    assert [cell.value for cell in sheet_of(finance, batch).active["K"]] == ["失败原因", None, None]
    assert sheet_of(finance, batch).active.max_column == 11
    year.city.account(year.second, "6222020000009999")
    book = sheet_of(finance, batch)
    said = "单位其后更换了收款账户；本表尚未送银行的，请撤回未支付的款项，重新生成批次"
    assert [cell.value for cell in book.active["L"]] == ["提示", None, said]
    assert book.active["E3"].value == "6222020000005678"
    book.active["H3"], book.active["I3"] = "ZF-3", "2026-01-21"
    ((_row, read),) = given(finance, batch, book).context["answers"]
    assert (read.paid, read.voucher) == (True, "ZF-3")


def test_a_file_that_is_no_sheet_is_told(finance, batch):
    upload = SimpleUploadedFile("回执.pdf", b"%PDF-1.7")
    answer = finance.post(address("batch_answer", batch), {"sheet": upload})
    assert answer.status_code == 422
    assert "PDF" in text_of(answer)


def test_answers_that_were_not_shown_are_not_recorded(finance, batch):
    answer = finance.post(address("batch_answer", batch), {"answers": "AWD:1"})
    assert answer.status_code == 409
    assert not Payment.objects.exists()


def test_a_payment_that_came_back_stands_on_the_page(finance, report, year):
    award = Award.objects.get(assessment__organization=year.first)
    typed = {"paid_date": "2026-01-20", "voucher": "ZF-1"}
    finance.post(reverse("payment_new", args=[report.public_id, award.public_id]), typed)
    back = reverse("payment_back", args=[report.public_id, Payment.objects.get().public_id])
    typed = {"reversed_date": "2026-01-21", "voucher": "CH-1", "reason": "户名不符"}
    text = text_of(finance.post(back, typed, follow=True))
    assert "退回的款项 云屏大学 · ¥91,933.00 · 2026年1月20日拨付，2026年1月21日退回 · CH-1 户名不符" in text
    assert "已拨付 ¥0.00" in text


def test_days_are_offered_from_the_first_possible_to_today(finance, report, year):
    award = Award.objects.get(assessment__organization=year.first)
    new = reverse("payment_new", args=[report.public_id, award.public_id])

    def offered(page, name):
        attrs = finance.get(page).context["form"].fields[name].widget.attrs
        return attrs["min"], attrs["max"]

    sealed = (AFTER + timedelta(days=15)).date()
    assert report.sealed_at.astimezone(CITY_TIME).date() == sealed
    assert offered(new, "paid_date") == (sealed.isoformat(), "2026-01-21")
    finance.post(new, {"paid_date": "2026-01-20", "voucher": "ZF-1"})
    back = reverse("payment_back", args=[report.public_id, Payment.objects.get().public_id])
    assert offered(back, "reversed_date") == ("2026-01-20", "2026-01-21")
    finance.post(back, {"reversed_date": "2026-01-21", "voucher": "CH-1", "reason": "户名不符"})
    assert offered(new, "paid_date") == ("2026-01-21", "2026-01-21")


def test_a_unit_enters_its_account_and_finance_checks_it(login, report, year):
    manager = year.city.person("管理员", year.third, Role.UNIT_MANAGER)
    page = reverse("payee_account", args=[year.third.public_id])
    typed = {"holder": "云屏海洋研究院", "bank": "云屏银行港口支行", "number": "6222 0200 0000 9999"}
    client = login(manager)
    wrong = client.post(page, {**typed, "number": "12"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors == {"number": ["账号为 8 至 32 位数字，空格和连字符不计。"]}
    assert "账户已登记，经另一人复核后生效。" in text_of(client.post(page, typed, follow=True))
    same = "该账户已是当前账户，未作更改"
    assert f"{same}，仍待复核。" in text_of(client.post(page, typed, follow=True))
    check = reverse("payee_account_check", args=[year.third.public_id, PayeeAccount.objects.last().public_id])
    assert client.post(check).status_code == 409
    client = login(year.city.finance)
    assert "云屏海洋研究院" in text_of(client.get(reverse("finance")))
    assert "账户已复核。" in text_of(client.post(check, follow=True))
    assert "待复核" not in text_of(client.get(reverse("finance")))
    assert f"{same}，且已复核。" in text_of(login(manager).post(page, typed, follow=True))
    assert PayeeAccount.objects.filter(organization=year.third).count() == 1
    assert login(year.city.officer).get(page).status_code == 403


def test_two_rows_of_a_batch_take_as_many_statements_as_one(finance, report, year, statements):
    def shown(*units):
        awards = [Award.objects.get(assessment__organization=unit).public_id for unit in units]
        query = "&".join(f"award={award}" for award in awards)
        finance.post(f"{reverse('batch_new', args=[report.public_id])}?{query}")
        made = PaymentBatch.objects.last()
        finance.post(address("batch_take_back", made), {"reason": "再试"})
        finance.get(address("batch", made))
        return len(statements.of(lambda: finance.get(address("batch", made))))

    assert shown(year.first) == shown(year.first, year.second)


def test_a_batch_is_offered_while_an_award_can_be_paid_and_asked_for_with_one_only(finance, report, year):
    page, new = reverse("report", args=[report.public_id]), reverse("batch_new", args=[report.public_id])
    assert f'action="{new}"' in finance.get(page).content.decode()
    nothing = finance.get(new)
    assert nothing.status_code == 422
    assert "请勾选要拨付的单位。" in text_of(nothing)
    awards = [one.public_id for one in Award.objects.filter(amount_yuan__gt=0)]
    batch_make(actor=year.city.finance, report_id=report.pk, awards=awards, now=AFTER + timedelta(days=16))
    assert f'action="{new}"' not in finance.get(page).content.decode()
