"""The whole product in one walk: from an instrument that a unit enters to the report that Finance opens.

Every person has a window of their own. The hours and the amounts that the report is asked for come from the
one booking that is made here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from bookings.usage.models import UsageLog
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.models import District, User
from providers.instruments.models import InstrumentCategory
from providers.units.models import UnitProfile
from tests import factories
from tests.factories import LONG_AGO
from tests.journeys.walk import PASSWORD, axe, confirm, go

NOW = datetime(2025, 3, 3, tzinfo=UTC)
"""Monday 3 March 2025, 08:00 in the city; its year is assessed in January 2026."""
NAME = "飞行时间质谱仪"
UNIT = "云屏行旅研究所"
POLICY = """
format = "reward-policy/1"
code = "journey"
version = "1"
title_zh = "行旅测试奖励办法"
title_en = "Policy of a journey"
source_zh = "测试"
source_en = "A test"

[counting]
value_threshold = 200000
exclude = ["related"]

[money]
unit = "分"

[[groups]]
title_zh = "运行使用"
title_en = "Use"

[[groups.indicators]]
code = "external"
measure = "external_share"
title_zh = "对外服务机时占比"
title_en = "External share"
points = 60
shape = { kind = "linear", zero = 0, full = 0.5 }

[[groups.indicators]]
code = "utilization"
measure = "utilization"
title_zh = "有效机时率"
title_en = "Utilization"
points = 40
shape = { kind = "steps", steps = [[0, 0], [0.001, 20], [1, 40]] }

[[grades]]
code = "good"
title_zh = "良好"
title_en = "Good"
at_least = 60

[[grades]]
code = "poor"
title_zh = "较差"
title_en = "Poor"
at_least = 0

[[rules]]
code = "income"
kind = "income_rate"
clause_zh = "按对外服务收入的20%奖励"
clause_en = "20 % of the external income"
rate = 0.20
over_budget = "scale"
"""


@dataclass
class People:
    manager: User
    keeper: User
    researcher: User
    officer: User
    reviewer: User
    finance: User


@pytest.fixture
def people(transactional_db, clock) -> People:
    """Bodies and accounts, and nothing else: no instrument, no rule, no booking, no year."""
    clock.set(NOW)
    district = District.objects.create(code="990101", name_zh="望江区")
    top = None
    for code, name in (("010000", "分析仪器"), ("010300", "质谱仪器"), ("010303", "飞行时间质谱仪")):
        top = InstrumentCategory.objects.create(version="1", code=code, name_zh=name, parent=top)
    owner = factories.organization(UNIT, owns_instruments=True, district=district)
    UnitProfile.objects.create(
        organization=owner, state="published", published_at=LONG_AGO, introduction_zh="介绍" * 50
    )
    company = factories.organization(
        "云屏行旅科技有限公司",
        kind=OrganizationKind.ENTERPRISE.value,
        size_class=SizeClass.SMALL.value,
        district=district,
    )
    bureau = factories.organization("云屏市科学技术局", kind=OrganizationKind.BUREAU.value)
    treasury = factories.organization("云屏市财政局", kind=OrganizationKind.FINANCE.value)
    people = People(
        manager=factories.member(owner, Role.UNIT_MANAGER, name="管理员"),
        keeper=factories.member(owner, Role.KEEPER, name="机组负责人"),
        researcher=factories.member(company, Role.RESEARCHER, name="企业用户"),
        officer=factories.member(bureau, Role.BUREAU_OFFICER, name="经办"),
        reviewer=factories.member(bureau, Role.BUREAU_OFFICER, name="审定"),
        finance=factories.member(treasury, Role.FINANCE_OFFICER, name="财政"),
    )
    for person in vars(people).values():
        person.set_password(PASSWORD)
        person.save()
    return people


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#id_{name}").fill(value)


def enter_an_instrument(page: Page) -> str:
    """The unit's manager enters an instrument and hands it in. Its address ends with its public id."""
    page.goto("/unit/")
    page.locator("main a[href$='/instruments/']").first.click()
    page.locator("a[href$='/instruments/new/']").first.click()
    fill(
        page,
        name_zh=NAME,
        inner_number="J-001",
        model="TOF-J1",
        manufacturer="行旅仪器厂",
        value_yuan="1850000",
        in_service_date="2024-05-01",
        specification_zh="分辨率 40000",
        functions_zh="精确质量测定",
        services_zh="样品测试与数据解析",
        samples_zh="液体样品",
        achievements_zh="无",
        user_requirement_zh="提前三天预约",
        fee_text_zh="按小时收费",
        place_zh="望江区科苑路 8 号",
        contact="王工",
        phone="0999-1234567",
    )
    page.get_by_role("combobox", name="学科领域").fill("huaxue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="移除 150 化学", exact=True)).to_be_visible()
    page.locator("#id_category").select_option("010303")
    page.locator("#id_country").select_option("CN")
    page.locator("form[data-form] button.btn-primary").click()
    page.wait_for_url("**/edit/")
    public_id = page.url.split("/")[-3]
    confirm(page, "/submit/")
    return public_id


def publish(page: Page, public_id: str) -> None:
    """The bureau looks at what was handed in and publishes it."""
    page.goto("/bureau/")
    page.locator(f"a[href$='/bureau/reviews/{public_id}/']").first.click()
    expect(page.locator("h1")).to_contain_text(NAME)
    confirm(page, "/publish/")


def name_the_keeper_and_set_the_rule(page: Page, public_id: str, keeper: User) -> None:
    page.goto(f"/unit/instruments/{public_id}/edit/")
    page.locator("a[href$='/people/']").first.click()
    page.get_by_label(keeper.name).check()
    go(page.locator("form[action$='/keepers/'] button[type=submit]"))
    page.goto(f"/unit/instruments/{public_id}/rule/")
    for box in page.locator("input[name='patterns-0-weekdays']").all():
        box.check()
    fill(page, **{"patterns-0-opens": "08:00", "patterns-0-closes": "20:00", "prices-0-price_yuan": "250.50"})
    for name in ("user_kinds", "service_modes"):
        for box in page.locator(f"input[name='{name}']").all():
            box.check()
    page.locator("summary", has_text="时长与时限").click()
    fill(page, max_length="8", lead="0", minimum_charge_yuan="0", turnaround="0")
    fill(page, applies_from="2025-03-03T09:00")
    page.locator("button[name=act][value=preview].btn").click()
    expect(page.locator("#preview")).to_contain_text("250.5")
    page.locator("button[name=act][value=publish]").click()
    expect(page.locator("#versions")).to_contain_text("250.5")


def find_and_book(page: Page, public_id: str) -> None:
    """A visitor finds it by its pinyin, sees when it is free, logs in and books four hours."""
    page.goto("/")
    page.locator("main input[name=q]").fill("zhipu")
    page.locator("main input[name=q]").press("Enter")
    page.get_by_role("link", name=NAME, exact=True).click()
    expect(page.locator(".calendar .time-open").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("¥250.50")
    page.locator("a[href$='/book/']").click()
    page.locator("form:not([hidden]) input[name=login]:visible").fill(
        User.objects.get(name="企业用户").username
    )
    page.locator("input[name=password]:visible").fill(PASSWORD)
    page.locator("input[name=password]:visible").press("Enter")
    page.wait_for_url(f"**/{public_id}/book/")
    fill(page, starts_at="2025-03-04T09:00", ends_at="2025-03-04T13:00", subject="蛋白样品精确质量")
    page.locator("#id_ends_at").dispatch_event("change")
    expect(page.locator("#quote")).to_contain_text("¥1,002.00")
    page.locator("form[data-form] button[type=submit].btn-primary").click()
    page.wait_for_url("**/bookings/**")


def approve(page: Page) -> None:
    page.goto("/keeper/")
    page.locator("#decide form[action$='/approve/'] button").first.click()
    expect(page.locator("#decide form[action$='/approve/']")).to_have_count(0)


def check_in(page: Page) -> None:
    page.goto("/keeper/")
    go(page.locator("form[action$='/check-in/'] button").first)


def check_out(page: Page) -> None:
    page.goto("/keeper/")
    page.locator("a[href*='/check-out/']").first.click()
    expect(page.locator("#amount")).to_contain_text("¥1,002.00")
    page.locator("form[data-form] button[type=submit].btn-primary").click()
    expect(page.locator("#notes")).to_contain_text("¥1,002.00")


def confirm_the_hours(page: Page) -> None:
    page.goto("/me/")
    page.locator("form[action$='/confirm/'] button").first.click()
    expect(page.locator("form[action$='/confirm/']")).to_have_count(0)


def open_the_year(page: Page) -> None:
    page.goto("/bureau/policies/new/")
    page.locator("input[type=file]").set_input_files(
        {"name": "journey.toml", "mimeType": "application/toml", "buffer": POLICY.encode()}
    )
    go(page.locator("form[data-form] button.btn-primary"))
    page.goto("/bureau/cycles/2025/open/")
    fill(page, budget_yuan="100000")
    page.locator("form[data-form] button.btn-primary").click()
    page.wait_for_url("**/bureau/cycles/2025/")


def announce(page: Page) -> None:
    """The officer puts the results out for public notice, and says whom to write to."""
    page.goto("/bureau/cycles/2025/announce/")
    fill(page, person="经办", phone="0999-6180010", address="望江区科苑路 1 号")
    go(page.locator("main form[method=post] button[type=submit]"))


def step(page: Page, verb: str) -> None:
    """The officer takes the next step of the year."""
    page.goto("/bureau/cycles/2025/")
    confirm(page, f"/cycles/2025/{verb}/")
    expect(page.locator("#notes .note-success")).to_be_visible()


def long_step(page: Page, verb: str, run_worker: Callable[[], None]) -> None:
    """The officer asks for a step that a worker takes, and stays on the page until it is done."""
    step(page, verb)
    run_worker()
    expect(page.locator("#step.note-success")).to_be_visible(timeout=15_000)


def look_through(page: Page, run_worker: Callable[[], None]) -> None:
    """The officer makes the preview of the report and says that it was looked through."""
    long_step(page, "preview", run_worker)
    page.goto("/bureau/cycles/2025/report-preview/")
    go(page.locator("main form[method=post] button[type=submit]"))


def correct_the_log_afterwards(people: People, clock) -> None:
    """Hours of the frozen year are changed: half an hour instead of four, confirmed by the user."""
    log = UsageLog.objects.get()
    correction = usage_correct(
        actor=people.keeper,
        log_id=log.pk,
        changes={"measuring_seconds": 1800},
        reason="记录有误",
        now=clock.now(),
    )
    usage_confirm(actor=people.researcher, log_id=log.pk, correction_id=correction.pk, now=clock.now())


def follow_the_amount_down(page: Page) -> None:
    """From the amount to the indicators, the instrument, the log and the booking behind it, by links."""
    page.goto("/bureau/cycles/2025/")
    page.locator("table a[href*='/bureau/assessments/']").first.click()
    expect(page.locator("main")).to_contain_text("¥200.40")
    page.locator("main a[href*='/instruments/']").first.click()
    log = UsageLog.objects.get()
    expect(page.locator("main")).to_contain_text(NAME)
    page.locator(f"a[href='/usage/{log.public_id}/']").first.click()
    expect(page.locator("main")).to_contain_text("4 小时")
    page.locator(f"a[href='/bookings/{log.booking.public_id}/']").first.click()
    expect(page.locator("main")).to_contain_text("蛋白样品精确质量")


def open_the_report(page: Page) -> bytes:
    """Finance opens what was sent, and reads the PDF itself."""
    page.goto("/finance/")
    go(page.locator("a[href*='/finance/reports/']").first)
    axe(page)
    address = page.locator("a[href$='/pdf/']").first.get_attribute("href")
    return page.request.get(address).body()


def follow_the_code(page: Page, text: str) -> None:
    """The code that is printed on the paper, typed in by anybody."""
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    page.goto("/verify/")
    fill(page, code=code.group())
    page.get_by_role("button", name="核验码").click()
    expect(page.locator("#answer")).to_contain_text("核验码真实有效")


def answer_to_the_file(page: Page, pdf: bytes) -> Locator:
    page.goto("/verify/")
    page.locator("input[type=file]").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    page.locator("form[enctype] button").click()
    return page.locator("#answer")


def test_from_an_instrument_to_the_report_that_finance_opens(people, enter, clock, watch, run_worker):
    def window(person: User) -> Page:
        page = enter(person.username)
        page.clock.set_fixed_time(clock.now())
        return page

    manager = window(people.manager)
    public_id = enter_an_instrument(manager)
    officer = window(people.officer)
    publish(officer, public_id)
    name_the_keeper_and_set_the_rule(manager, public_id, people.keeper)

    clock.move(timedelta(hours=2))
    researcher = enter()
    researcher.clock.set_fixed_time(clock.now())
    find_and_book(researcher, public_id)
    keeper = window(people.keeper)
    approve(keeper)
    clock.set(NOW + timedelta(days=1, hours=1))
    check_in(keeper)
    clock.move(timedelta(hours=4))
    check_out(keeper)
    confirm_the_hours(researcher)

    clock.set(NOW.replace(year=2026, month=1, day=6))
    officer = window(people.officer)
    open_the_year(officer)
    long_step(officer, "freeze", run_worker)
    correct_the_log_afterwards(people, clock)
    long_step(officer, "check", run_worker)
    long_step(officer, "score", run_worker)
    follow_the_amount_down(officer)
    announce(officer)
    clock.move(timedelta(days=14))
    step(window(people.reviewer), "approve")
    officer = window(people.officer)
    look_through(officer, run_worker)
    long_step(officer, "send", run_worker)

    finance = window(people.finance)
    pdf = open_the_report(finance)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "")
    assert UNIT in text
    assert "4.00小时" in text
    assert "1,002.00" in text
    assert f"{Decimal('1002.00') * 20 / 100:.2f}" in text
    assert "贰佰元肆角" in text

    visitor = enter()
    follow_the_code(visitor, text)
    expect(answer_to_the_file(visitor, pdf)).to_contain_text("核验一致")
    changed = bytearray(pdf)
    changed[len(changed) // 2] ^= 1
    expect(answer_to_the_file(visitor, bytes(changed))).to_contain_text("核验不符")
