"""A year’s money from the freeze to the certificate, by clicking, every person with a login of their own."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

from instrument_share.accounts.models import User
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.findings.services.checking import cycle_check
from rewards.policy.services import policy_load
from rewards.report.models import FinanceReport
from tests.factories import jpeg
from tests.journeys.walk import PASSWORD, axe, go
from tests.rewards.builders import AFTER, POLICY, YEAR, build_year, local

DAY = timedelta(days=1)
SEED_DAY, NOTICE_OVER = AFTER + 3 * DAY, AFTER + 11 * DAY
"""Thursday 8 January, on which the notice begins too, and Friday 16 January."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def year(transactional_db, clock):
    """The builders' year with one overlap in it, open under a policy, on Monday 5 January."""
    year = build_year()
    year.city.account(year.second, "6222020000005678")
    year.city.log(
        year.first_instrument, local(YEAR, 1, 2, 9), payer=year.client, external=True, amount=Decimal(1000)
    )
    people = {name: getattr(year.city, name) for name in ("officer", "reviewer", "auditor", "finance")}
    for name, person in {**people, "manager": year.manager}.items():
        person.username, person.email = name, f"{name}@example.org"
        person.set_password(PASSWORD)
        person.save()
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    policy = policy_load(actor=year.city.officer, document=POLICY, now=AFTER)
    cycle_open(
        actor=year.city.officer, year=YEAR, policy_id=policy.pk, budget_yuan=Decimal(100_000), now=AFTER
    )
    clock.set(AFTER)
    return year


def step(page, name, button="", **typed):
    """Press the page's one button, read what will happen, and mean it."""
    page.get_by_role("link", name=name).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").first).to_be_visible()
    for label, text in typed.items():
        dialog.get_by_label(label).fill(text)
    go(dialog.get_by_role("button", name=button or name))


@pytest.fixture
def long_step(run_worker):
    """`long_step(page, name)` takes a step that a worker does; the page shows its end by itself."""

    def long_step(page, name):
        step(page, name)
        expect(page.locator("#step")).to_contain_text(f"正在执行：{name}")
        axe(page)
        run_worker()
        expect(page.locator("#step.note-success")).to_be_visible(timeout=15_000)

    return long_step


def test_the_indicators_of_a_unit_fit_a_phone(year, enter):
    """Curves and the words below them stand under their heads, not beside them beyond the edge."""
    cycle_id, officer = AssessmentCycle.objects.get().pk, year.city.officer
    for number, take in enumerate((cycle_freeze, cycle_check, cycle_score)):
        take(actor=officer, cycle_id=cycle_id, now=AFTER + number * DAY)
    for language in ("zh-hans", "en"):
        User.objects.filter(pk=officer.pk).update(language=language)
        page = enter("officer", viewport={"width": 375, "height": 800})
        page.goto(f"/bureau/assessments/{year.first.assessments.get().public_id}/")
        axe(page)
        assert (
            page.locator(".table-region:has(.table-cards)").evaluate_all(
                "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
            )
            == []
        )


def test_a_year_from_the_freeze_to_the_certificate(year, enter, clock, long_step):
    officer, manager, auditor, visitor = enter("officer"), enter("manager"), enter("auditor"), enter()
    officer.goto(f"/bureau/cycles/{YEAR}/")
    long_step(officer, "冻结年度数据")
    expect(officer.locator("#step")).to_contain_text("年度数据已冻结")
    long_step(officer, "核查上机记录")
    expect(officer.get_by_text("还有 1 项核查问题待处理")).to_be_visible()

    announce_draw(officer)
    clock.set(SEED_DAY)
    draw(officer)
    look_at_draw(visitor, officer.url)
    inspect(auditor)

    answer_findings(manager)
    decide_findings(auditor)

    officer.goto(f"/bureau/cycles/{YEAR}/")
    long_step(officer, "计算得分并分配资金")
    row = officer.get_by_role("row", name="云屏大学")
    expect(row).to_contain_text("¥91,933.00")
    axe(officer)
    step(officer, "发布公示", 联系人="方知衡", 电话="0999-6180010", 地址="云屏市望江路 1 号")
    expect(officer.get_by_text("公示至2026年1月15日，自2026年1月16日起可审定。")).to_be_visible()

    object_to_results(visitor)
    comment(manager)
    clock.set(NOTICE_OVER)
    answer_objection(officer)
    read_answer(visitor)

    officer.goto(f"/bureau/cycles/{YEAR}/")
    expect(officer.get_by_text("须由另一名经办人审定")).to_be_visible()
    reviewer = enter("reviewer")
    reviewer.goto(f"/bureau/cycles/{YEAR}/")
    step(reviewer, "审定结果")
    officer.reload()
    look_through(officer, long_step)
    long_step(officer, "封装报送件并报送财政局")
    expect(officer.locator("#step")).to_contain_text("报送件已封装并送达")

    finance = enter("finance")
    finance.goto("/finance/")
    finance.get_by_role("link", name="2025年度报送件（第 1 次）").click()
    expect(finance.get_by_text("核验一致。")).to_be_visible()
    axe(finance)
    follow_an_amount_to_its_booking(finance, year)
    pdf = read_pdf(finance)
    verify(visitor, pdf)

    step(finance, "接收报送件")
    manager.goto("/unit/")
    enter_account(manager, year)
    check_account(finance)
    pay_in_a_batch(finance)
    manager.goto(f"/bureau/assessments/{year.first.assessments.get().public_id}/")
    expect(manager.locator("#award")).to_contain_text("拨付")
    certificate = manager.get_by_role("link", name="评价证书（PDF）")
    assert manager.request.get(certificate.get_attribute("href")).body().startswith(b"%PDF-")
    officer.reload()
    expect(officer.locator(".step-now")).to_have_count(0)
    expect(officer.locator("header.page-head")).to_contain_text("已拨付")


def announce_draw(officer):
    """Say what will be drawn, by which seed and among whom, before anybody knows the seed."""
    officer.get_by_role("link", name="双随机抽查").click()
    go(officer.get_by_role("link", name="发布抽取公告"))
    axe(officer)
    officer.get_by_label("管理单位（机会均等）").check()
    officer.get_by_label("抽取数量").fill("3")
    officer.get_by_label("种子来源", exact=False).first.fill("双色球第2026003期开奖号码")
    officer.get_by_label("种子公布日期").fill("2026-01-08")
    officer.get_by_label("科技局核查").check()
    officer.get_by_label("专家").fill("专家甲，云屏理工大学")
    go(officer.get_by_role("button", name="发布公告"))
    expect(officer.locator("#notes")).to_contain_text("公告已发布")


def draw(officer):
    """Enter the seed that came out."""
    officer.reload()
    step(officer, "录入种子并抽取", button="抽取", 种子="03 07 11 18 24 33 + 09")
    expect(officer.get_by_role("row", name="云屏大学")).to_contain_text("待实施")


def look_at_draw(visitor, address):
    """The public sees units and numbers, no names, and repeats the draw from what is offered."""
    visitor.goto(address)
    expect(visitor.get_by_role("row", name="云屏大学")).to_contain_text("1")
    expect(visitor.locator("main")).not_to_contain_text("专家甲")
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="抽取名册（JSON）").click()
    assert b'"items"' in download.value.path().read_bytes()
    axe(visitor)


def inspect(auditor):
    """The inspector records on site what he saw, with a photo; something is missing."""
    auditor.goto("/bureau/")
    auditor.locator("#inspections").get_by_role("link", name="云屏大学").click()
    for point in auditor.get_by_role("radio", name="是", exact=True).all():
        point.check()
    auditor.get_by_label("现场情况").fill("仪器在位，台账缺十二月记录。")
    auditor.get_by_label("照片").set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    auditor.get_by_label("列为核查问题").check()
    axe(auditor)
    go(auditor.get_by_role("button", name="登记结果"))
    expect(auditor.locator("#notes")).to_contain_text("已登记")


def answer_findings(manager):
    """The unit is told of both findings on its desk: what a check found, and what the inspector saw."""
    manager.goto("/unit/")
    go(manager.get_by_role("link", name="说明核查问题“同一仪器上两条记录时间重叠”"))
    axe(manager)
    manager.get_by_label("对该问题无异议").check()
    go(manager.get_by_role("button", name="提交说明给核查人员"))
    expect(manager.get_by_text("单位无异议。")).to_be_visible()
    manager.goto("/unit/")
    manager.get_by_role("link", name="说明核查问题“双随机抽查发现的问题”").click()
    expect(manager.locator("main")).to_contain_text("台账缺十二月记录")
    manager.get_by_label("单位说明").fill("十二月台账在另一册，已送核查人员。")
    go(manager.get_by_role("button", name="提交说明给核查人员"))


def decide_findings(auditor):
    """One is upheld for the later of two records, the other dismissed."""
    auditor.goto(f"/bureau/cycles/{YEAR}/")
    auditor.get_by_role("link", name="查看待处理的核查问题").click()
    go(auditor.get_by_role("link", name="同一仪器上两条记录时间重叠"))
    axe(auditor)
    auditor.get_by_role("checkbox").nth(1).check()
    auditor.get_by_label("予以认定：上表中勾选的记录不再计入").check()
    auditor.get_by_label("理由", exact=True).fill("登记在后的一条与预约不符。")
    go(auditor.get_by_role("button", name="提交核查决定"))
    expect(auditor.get_by_role("heading", level=1)).to_contain_text("双随机抽查发现的问题")
    expect(auditor.locator("main")).to_contain_text("十二月台账在另一册")
    auditor.get_by_label("不予认定：记录无误").check()
    auditor.get_by_label("理由", exact=True).fill("台账属实。")
    go(auditor.get_by_role("button", name="提交核查决定"))
    expect(auditor.locator("#notes")).to_contain_text("核查问题已全部处理")


def object_to_results(visitor):
    """A citizen reads the notice from the home page, and objects."""
    visitor.goto("/")
    visitor.get_by_role("link", name=f"{YEAR}年度评价结果公示").click()
    expect(visitor.get_by_text("0999-6180010")).to_be_visible()
    expect(visitor.get_by_role("row", name="云屏大学")).to_contain_text("¥91,933.00")
    axe(visitor)
    go(visitor.get_by_role("link", name="在线提出异议"))
    axe(visitor)
    visitor.get_by_label("以个人名义").check()
    visitor.get_by_label("姓名").fill("张三")
    visitor.get_by_label("邮箱").fill("zhang@example.org")
    visitor.get_by_label("涉及单位").select_option(label="云屏大学")
    visitor.get_by_label("事项").fill("有效机时少计")
    visitor.get_by_label("理由").fill("十二月的机时未计入。")
    go(visitor.get_by_role("button", name="提交异议"))
    expect(visitor.locator("#notes")).to_contain_text("已收到您的异议（第 1 号）")


def comment(manager):
    """The unit says what it has to say."""
    manager.goto(f"/openness/results/{YEAR}/objections/")
    manager.get_by_role("link", name="1", exact=True).click()
    manager.get_by_label("单位说明").fill("已核对原始记录。")
    go(manager.get_by_role("button", name="提交说明"))


def answer_objection(officer):
    """The officer finds it where the year waits for it, and decides."""
    officer.reload()
    officer.get_by_role("link", name="查看异议").click()
    officer.get_by_role("link", name="1", exact=True).click()
    expect(officer.locator("main")).to_contain_text("已核对原始记录。")
    officer.get_by_label("异议不成立：维持原结果").check()
    officer.get_by_label("答复").fill("经复核，十二月机时均已计入。")
    axe(officer)
    go(officer.get_by_role("button", name="提交答复"))
    expect(officer.locator("#notes")).to_contain_text("已邮件通知异议人")


def read_answer(visitor):
    """The objector has a mail that leads to the answer."""
    (address,) = re.findall(r"https?://[^/]+(/openness/objections/\S+)", str(mail.outbox[-1].body))
    visitor.goto(address)
    expect(visitor.locator("main")).to_contain_text("经复核，十二月机时均已计入。")
    axe(visitor)


def look_through(officer, long_step):
    """Make the preview, read it, and say so; only then can the report be sealed."""
    long_step(officer, "生成报送件预览稿")
    go(officer.get_by_role("link", name="通览预览稿"))
    axe(officer)
    preview = officer.get_by_role("link", name="查看预览稿").get_attribute("href")
    pdf = officer.request.get(preview).body()
    assert "不得据此拨付" in "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    officer.get_by_role("button", name="已逐页通览，可以封装").click()
    expect(officer.locator("#notes")).to_contain_text("现在可以封装报送件")


def enter_account(manager, year):
    """The unit names its receiving account."""
    manager.goto(f"/unit-accounts/{year.first.public_id}/")
    manager.get_by_label("户名").fill("云屏大学")
    manager.get_by_label("开户行（含支行）").fill("云屏银行科苑支行")
    manager.get_by_label("账号").fill("6222 0200 0000 1234")
    manager.get_by_role("button", name="登记", exact=True).click()
    expect(manager.locator("#notes")).to_contain_text("经另一人复核后生效")
    axe(manager)


def check_account(finance):
    """Finance compares the account."""
    finance.goto("/finance/")
    finance.locator("#accounts").get_by_role("link", name="云屏大学").click()
    step(finance, "复核该账户", button="已核对无误")
    expect(finance.locator("#notes")).to_contain_text("账户已复核")


def pay_in_a_batch(finance):
    """Both awards go to the bank as a sheet, and its answer is read from one."""
    finance.goto("/finance/")
    go(finance.get_by_role("link", name="2025年度报送件（第 1 次）"))
    axe(finance)
    finance.get_by_role("button", name="将勾选的列入一批").click()
    go(finance.get_by_role("button", name="生成批次"))
    finance.get_by_role("link", name="第 1 批").first.click()
    with finance.expect_download() as download:
        finance.get_by_role("link", name="下载拨付清单").click()
    book = load_workbook(BytesIO(download.value.path().read_bytes()))
    for row in (2, 3):
        for column, value in (("H", f"ZF-{row}"), ("I", f"{NOTICE_OVER:%Y-%m-%d}"), ("J", "成功")):
            book.active[f"{column}{row}"] = value
    answered = BytesIO()
    book.save(answered)
    sheet = {"name": "回执.xlsx", "mimeType": XLSX, "buffer": answered.getvalue()}
    finance.get_by_label("银行表格").set_input_files(sheet)
    finance.get_by_role("button", name="读取表格").click()
    expect(finance.get_by_text("支付合计")).to_be_visible()
    axe(finance)
    finance.get_by_role("button", name="确认登记").click()
    expect(finance.locator("#notes")).to_contain_text("已登记 2 笔银行回执")
    axe(finance)


def follow_an_amount_to_its_booking(finance, year):
    """From the amount in the report to its reasons, an instrument, a log, and the booking it came from."""
    report = finance.url
    finance.get_by_role("link", name="¥91,933.00").click()
    expect(finance.locator("#award")).to_contain_text("得91,933.00元")
    finance.locator("#instruments").get_by_role("link", name="扫描电子显微镜").click()
    expect(finance.locator("#logs")).to_contain_text("计入 140 条")
    expect(finance.locator("#logs")).to_contain_text("经核查作废")
    booking = year.first_instrument.usage_logs.earliest("starts_at").booking
    finance.get_by_role("link", name=booking.public_id).click()
    expect(finance).to_have_url(f"/bookings/{booking.public_id}/")
    finance.goto(report)


def read_pdf(finance):
    """The signed PDF as it is downloaded; its text holds units and amounts."""
    with finance.expect_download() as download:
        finance.get_by_role("link", name="下载 PDF").click()
    pdf = download.value.path().read_bytes()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "")
    assert "云屏大学" in text
    assert "91,933.00" in text
    return pdf


def verify(visitor, pdf):
    """By its code, by the file, and by a file in which one byte was changed."""
    code = FinanceReport.objects.get().code
    visitor.goto(f"/verify/?code={code}")
    expect(visitor.locator("#answer")).to_contain_text("对应的文件确已报送")
    axe(visitor)
    changed = pdf[:3000] + bytes([pdf[3000] ^ 1]) + pdf[3001:]
    for content, said in ((pdf, "核验一致。"), (changed, "核验不符。")):
        file = {"name": "报送函.pdf", "mimeType": "application/pdf", "buffer": content}
        visitor.get_by_label("文件", exact=True).set_input_files(file)
        visitor.get_by_role("button", name="比对文件").click()
        expect(visitor.locator("#answer")).to_contain_text(said)
