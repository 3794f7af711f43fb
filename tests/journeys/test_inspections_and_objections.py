"""A random inspection and an objection to results, by clicking: officer, auditor, unit, visitor."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from playwright.sync_api import expect

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from rewards.assessment.services.notice import cycle_announce
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.findings.services.checking import cycle_check
from rewards.inspections.models import RandomInspection
from rewards.policy.services import policy_load
from tests.factories import jpeg
from tests.journeys.walk import PASSWORD, axe, send
from tests.rewards.builders import AFTER, CONTACT, POLICY, YEAR, build_year

DAY = timedelta(days=1)


@pytest.fixture
def year(transactional_db, clock):
    """The builders' year, checked, on 5 January; the bureau has two auditors."""
    year = build_year()
    bureau = Organization.objects.get(kind="bureau")
    year.city.second = year.city.person("核查二", bureau, Role.BUREAU_AUDITOR)
    people = {"officer": year.city.officer, "auditor": year.city.auditor, "manager": year.manager}
    for name, person in people.items():
        person.username, person.email = name, f"{name}@example.org"
        person.set_password(PASSWORD)
        person.save()
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    officer = {"actor": year.city.officer, "now": AFTER}
    policy = policy_load(document=POLICY, **officer)
    year.cycle = cycle_open(year=YEAR, policy_id=policy.pk, budget_yuan=Decimal(100_000), **officer)
    cycle_freeze(cycle_id=year.cycle.pk, **officer)
    cycle_check(cycle_id=year.cycle.pk, **officer)
    clock.set(AFTER)
    return year


def test_a_draw_is_announced_made_and_recorded_on_site(year, enter, clock):
    officer = enter("officer")
    officer.goto(f"/bureau/cycles/{YEAR}/")
    officer.get_by_role("link", name="双随机抽查").click()
    officer.get_by_role("link", name="发布抽取公告").click()
    axe(officer)
    officer.get_by_label("管理单位（机会均等）").check()
    officer.get_by_label("抽取数量").fill("3")
    officer.get_by_label("种子来源", exact=False).first.fill("双色球第2026003期开奖号码")
    officer.get_by_label("种子公布日期").fill("2026-01-08")
    officer.get_by_label("科技局核查").check()
    officer.get_by_label("专家").fill("专家甲，云屏理工大学")
    send(officer.get_by_role("button", name="发布公告"))
    expect(officer.locator("#notes")).to_contain_text("公告已发布")
    axe(officer)

    clock.set(AFTER + 3 * DAY)
    officer.reload()
    officer.get_by_role("link", name="录入种子并抽取").click()
    dialog = officer.get_by_role("dialog")
    dialog.get_by_label("种子").fill("03 07 11 18 24 33 + 09")
    send(dialog.get_by_role("button", name="抽取"))
    expect(officer.get_by_role("row", name="云屏大学")).to_contain_text("待实施")

    visitor = enter()
    visitor.goto(officer.url)
    expect(visitor.get_by_role("row", name="云屏大学")).to_contain_text("1")
    expect(visitor.locator("main")).not_to_contain_text("专家甲")
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="抽取名册（JSON）").click()
    assert b'"items"' in download.value.path().read_bytes()
    axe(visitor)

    auditor = enter("auditor")
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
    send(auditor.get_by_role("button", name="登记结果"))
    expect(auditor.locator("#notes")).to_contain_text("已登记")

    manager = enter("manager")
    inspection = RandomInspection.objects.get(organization=year.first)
    manager.goto(f"/bureau/inspections/{inspection.public_id}/")
    expect(manager.locator("main")).to_contain_text("台账缺十二月记录")
    axe(manager)
    manager.get_by_role("link", name="查看核查问题").click()
    expect(manager.get_by_role("heading", level=1)).to_contain_text("双随机抽查发现的问题")


def test_a_visitor_objects_the_unit_comments_and_the_officer_answers(year, enter, clock):
    officer_acts = {"actor": year.city.officer, "cycle_id": year.cycle.pk, "now": AFTER}
    cycle_score(**officer_acts)
    cycle_announce(**CONTACT, **officer_acts)

    visitor = enter()
    visitor.goto(f"/openness/results/{YEAR}/")
    visitor.get_by_role("link", name="在线提出异议").click()
    axe(visitor)
    visitor.get_by_label("以个人名义").check()
    visitor.get_by_label("姓名").fill("张三")
    visitor.get_by_label("邮箱").fill("zhang@example.org")
    visitor.get_by_label("涉及单位").select_option(label="云屏大学")
    visitor.get_by_label("事项").fill("有效机时少计")
    visitor.get_by_label("理由").fill("十二月的机时未计入。")
    send(visitor.get_by_role("button", name="提交异议"))
    expect(visitor.locator("#notes")).to_contain_text("已收到您的异议（第1号）")
    axe(visitor)

    manager = enter("manager")
    manager.goto(f"/openness/results/{YEAR}/objections/")
    manager.get_by_role("link", name="1", exact=True).click()
    manager.get_by_label("单位说明").fill("已核对原始记录。")
    send(manager.get_by_role("button", name="提交说明"))

    clock.set(AFTER + 9 * DAY)
    officer = enter("officer")
    officer.goto(f"/bureau/cycles/{YEAR}/")
    officer.get_by_role("link", name="查看异议").click()
    officer.get_by_role("link", name="1", exact=True).click()
    expect(officer.locator("main")).to_contain_text("已核对原始记录。")
    officer.get_by_label("异议不成立：维持原结果").check()
    officer.get_by_label("答复").fill("经复核，十二月机时均已计入。")
    axe(officer)
    send(officer.get_by_role("button", name="提交答复"))
    expect(officer.locator("#notes")).to_contain_text("已邮件通知异议人")
    officer.goto(f"/bureau/cycles/{YEAR}/")
    expect(officer.get_by_text("须由另一名经办人审定")).to_be_visible()

    (address,) = re.findall(r"https?://[^/]+(/openness/objections/\S+)", str(mail.outbox[-1].body))
    visitor.goto(address)
    expect(visitor.locator("main")).to_contain_text("经复核，十二月机时均已计入。")
    axe(visitor)
