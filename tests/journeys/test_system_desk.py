"""An administrator locks an account and unlocks it; an officer of a district reads the district's journal."""

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import District
from instrument_share.journal import services as journal
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe, go, login

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "多人共用账号，待本人说明"


def with_password(person, username):
    person.username, person.password = username, make_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city()
    east, west = (
        District.objects.create(code=f"99010{number}", name_zh=name)
        for number, name in enumerate(("东区", "西区"), 1)
    )
    city.owner.district, city.company.district = east, west
    city.owner.save()
    city.company.save()
    office = factories.organization(
        "云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value, contact="守一", phone="0572-12345"
    )
    with_password(factories.member(office, Role.SYSADMIN, name="沈守一"), "shen")
    bureau = factories.organization("西区科学技术局", kind=OrganizationKind.BUREAU.value, region=west)
    with_password(factories.member(bureau, Role.BUREAU_OFFICER, name="萧启辰"), "xiao")
    with_password(city.researcher, "wu")
    journal.record(
        actor=city.manager,
        action="instrument.updated",
        subject=city.instrument,
        now=NOW,
        organization_id=city.owner.pk,
    )
    return city


def test_account_is_locked_explained_unlocked_and_found_in_the_journal(enter, city, watch):
    watch.expect("status of 403")  # the login of who is locked
    admin = enter("shen")
    expect(admin.get_by_role("heading", level=1)).to_have_text("系统管理")
    axe(admin)
    admin.locator("main").get_by_role("link", name="账号", exact=True).click()
    admin.get_by_role("searchbox").fill("戊")
    go(admin.get_by_role("button", name="搜索"))
    axe(admin)
    go(admin.get_by_role("link", name="戊"))
    axe(admin)
    admin.get_by_role("link", name="锁定账号").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("理由").fill(REASON)
    dialog.get_by_role("button", name="锁定账号").click()
    expect(admin.locator("#notes")).to_contain_text("已锁定 戊 的账号")

    person = enter()
    person.goto("/accounts/login/")
    person.locator("input[name=login]").fill("wu")
    person.locator("input[name=password]").fill(PASSWORD)
    person.locator("input[name=password]").press("Enter")
    expect(person.get_by_role("heading", level=1)).to_have_text("账号已锁定")
    expect(person.locator("main")).to_contain_text(REASON)
    expect(person.locator("main")).to_contain_text("0572-12345")
    axe(person)

    admin.get_by_role("link", name="解除锁定").click()
    admin.get_by_role("dialog").get_by_role("button", name="解除锁定").click()
    expect(admin.locator("#notes")).to_contain_text("已解除 戊 的账号锁定")
    login(person, "wu")
    expect(person.get_by_role("heading", level=1)).not_to_have_text("账号已锁定")

    admin.goto("/journal/")
    admin.get_by_label("操作对象").fill("戊")
    admin.get_by_role("button", name="搜索").click()
    rows = admin.locator("#results tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("锁定账号")
    rows.nth(1).get_by_text("查看详情").click()
    expect(rows.nth(1)).to_contain_text(REASON)
    axe(admin)


def test_officer_of_a_district_reads_the_journal_of_the_district(enter, city):
    officer = enter("xiao")
    officer.locator("main").get_by_role("link", name="审计日志").click()
    expect(officer.locator("main")).to_contain_text("本区单位及其仪器、预约和人员的审计记录")
    expect(officer.get_by_text("未找到审计记录")).to_be_visible()
    axe(officer)
    journal.record(actor=None, action="user.locked", subject=city.researcher, now=NOW)
    officer.reload()
    rows = officer.locator("#results tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("锁定账号")
