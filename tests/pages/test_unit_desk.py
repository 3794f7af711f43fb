"""What must my unit do next."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse

from bookings.requests.services.bookings import booking_create
from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import membership_request
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.city_time import CITY_TIME
from providers.terms.domain.choices import ServiceMode
from providers.units.domain.publications import PublicationKind
from providers.units.models import Reminder, ServiceCase, UnitNews, UnitProfile
from providers.units.services.publications import publication_withdraw
from rewards.cycle.models import AssessmentCycle
from rewards.policy.models import RewardPolicy
from tests import factories
from tests.bookings.samples.steps import submitted
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

DAY = timedelta(days=1)


@pytest.fixture
def book(city):
    def book(day=1):
        return booking_create(
            actor=city.researcher,
            instrument_id=city.instrument.pk,
            interval=slot(day=day),
            service_mode=ServiceMode.OPERATED,
            payer_organization_id=city.company.pk,
            subject="断口形貌",
            now=NOW,
        )

    return book


def test_unit_desk_lists_missing_items_with_links(see, city):
    response = see(city.manager, "unit_desk")
    page, links = text_of(response), response.content.decode()
    unit = city.owner.public_id
    assert "0% · 已完善 0/6 类" in page or "已完善 1/6 类" in page
    assert "单位简介 缺失 单位简介未发布。" in page or "单位简介尚未发布" in page
    assert f'href="/unit/{unit}/profile/"' in links
    assert f'href="/unit/{unit}/publish/news/"' in links
    assert f'href="/unit/{unit}/statement/"' in links
    assert f'href="/units/{unit}/"' not in links  # the unit has no page yet


def test_returned_instruments_stand_before_other_drafts_with_the_reason(see, city):
    factories.instrument(city.owner, state="draft", name_zh="甲仪器")
    factories.instrument(city.owner, state="draft", name_zh="乙仪器", return_reason="请补充型号")
    page = text_of(see(city.manager, "unit_desk"))
    assert page.index("乙仪器 已退回 请补充型号") < page.index("甲仪器 草稿")
    assert "待完善草稿 2" in page


def test_a_part_that_is_there_is_called_incomplete_or_too_few(see, city):
    factories.instrument(city.owner, state="draft", published_at=None)
    for _ in range(3):
        UnitNews.objects.create(
            organization=city.owner, title_zh="开放日", created_at=NOW - DAY, published_at=NOW - DAY
        )
    page = text_of(see(city.manager, "unit_desk"))
    assert "仪器设备 不完整 " in page
    assert "单位动态 数量不足 " in page


def test_progress_names_what_it_measures_not_a_state(see, city):
    assert "信息完整度 0% · 已完善 0/6 类" in text_of(see(city.manager, "unit_desk"))


def test_requests_that_wait_are_counted_and_linked(see, city, book):
    booking = book()
    response = see(city.manager, "unit_desk")
    assert "待审批预约 1" in text_of(response)
    assert f'href="/bookings/{booking.public_id}/"' in response.content.decode()


def test_who_asks_to_join_the_unit_is_a_task(see, city):
    membership_request(actor=factories.user(), organization_id=city.owner.pk, now=NOW)
    page = see(city.manager, "unit_desk")
    assert f"待审批的加入申请 1 · {city.owner.name_zh}" in text_of(page)
    assert f'href="{reverse("members", args=[city.owner.public_id])}#requests"' in page.content.decode()


def test_manager_of_several_units_selects_one(see, city):
    other = factories.organization("云屏第二研究所", owns_instruments=True)
    factories.member(other, Role.UNIT_MANAGER, city.manager)
    assert "云屏测试大学" in text_of(see(city.manager, "unit_desk"))[:120]
    assert "云屏第二研究所" in text_of(see(city.manager, "unit_desk", unit=other.public_id))[:60]


def test_manager_of_several_units_sees_how_much_waits_in_each(see, city, book):
    quiet, second = (
        factories.organization(name, owns_instruments=True) for name in ("云屏第三研究所", "云屏第二研究所")
    )
    for unit in (quiet, second):
        factories.member(unit, Role.UNIT_MANAGER, city.manager)
    book()
    book(2)
    submitted(city)
    membership_request(actor=factories.user(), organization_id=city.owner.pk, now=NOW)
    factories.instrument(second)  # published, and nobody has set the terms
    for shown in (city.owner, quiet, second):
        units = see(city.manager, "unit_desk", unit=shown.public_id).context["units"]
        assert {name: count for name, _address, _is_shown, count in units} == {
            "云屏测试大学": 4,
            "云屏第三研究所": None,
            "云屏第二研究所": 1,
        }


def test_tabs_of_many_units_take_as_many_statements_as_those_of_two(see, city, statements):
    def manage(*names):
        for name in names:
            unit = factories.organization(name, owns_instruments=True)
            factories.member(unit, Role.UNIT_MANAGER, city.manager)
            factories.instrument(unit)

    manage("云屏第二研究所")
    statements.assert_unchanged(
        lambda: see(city.manager, "unit_desk", unit=city.owner.public_id),
        by=lambda: manage("云屏第三研究所", "云屏第四研究所", "云屏第五研究所"),
    )


@pytest.mark.parametrize(
    ("who", "status"), [("manager", 200), ("keeper", 403), ("researcher", 403), (None, 302)]
)
def test_unit_desk_visibility_depends_on_role(see, city, who, status):
    assert see(who and getattr(city, who), "unit_desk").status_code == status


def test_unit_desk_query_count_is_constant(see, city, book, statements):
    book()
    factories.instrument(city.owner, state="draft")

    def more():
        for day in range(2, 7):
            book(day)
        for number in range(5):
            factories.instrument(city.owner, state="draft", name_zh=f"仪器{number}")

    statements.assert_unchanged(lambda: see(city.manager, "unit_desk", now=NOW + timedelta(hours=1)), by=more)


# --- What the bureau asked for, returned and took down ------------------------------------------------------


@pytest.fixture
def bureau(city):
    return factories.officer()


def remind(city, bureau, **more):
    return Reminder.objects.create(
        organization=city.owner, kinds=["case"], sent_by=bureau, sent_at=NOW - DAY, **more
    )


def test_a_reminder_stands_on_the_desk_until_it_is_done(see, city, bureau):
    remind(city, bureau, note="请在月底前完成")
    page = text_of(see(city.manager, "unit_desk"))
    assert "科技局请贵单位完善信息 2026年3月1日已催办 请在月底前完成 尚未完善： 开放服务案例" in page
    for _ in range(2):
        ServiceCase.objects.create(organization=city.owner, title_zh="案例", created_at=NOW, published_at=NOW)
    assert "已催办" not in text_of(see(city.manager, "unit_desk"))


def test_withdrawn_and_returned_items_show_reason(see, city, bureau):
    UnitProfile.objects.create(organization=city.owner, return_reason="请补充电话", submitted_at=NOW)
    news = UnitNews.objects.create(
        organization=city.owner, title_zh="开放日", created_at=NOW - DAY, published_at=NOW - DAY
    )
    publication_withdraw(
        actor=bureau, kind=PublicationKind.NEWS, publication_id=news.pk, reason="内容不实", now=NOW
    )
    page = text_of(see(city.manager, "unit_desk"))
    assert "单位简介 已退回 请补充电话 单位动态 · 开放日 已撤下 内容不实 己, 2026年3月2日 08:00" in page
    assert "已撤下" not in text_of(see(city.manager, "unit_desk", now=NOW + 31 * DAY))


def test_soon_expiring_items_are_listed(see, city):
    for age in (340, 300):
        ServiceCase.objects.create(
            organization=city.owner,
            title_zh="案例",
            created_at=NOW - age * DAY,
            published_at=NOW - age * DAY,
        )
    page = text_of(see(city.manager, "unit_desk"))
    assert "30 天内过期： 开放服务案例 2026年3月28日" in page


def test_stale_item_links_to_confirmation(see, city):
    factories.instrument(city.owner, confirmed_at=None)
    address = f"/unit/{city.owner.public_id}/instruments/?state=to_confirm"
    assert f'href="{address}"' in see(city.manager, "unit_desk").content.decode()


def test_instrument_is_to_be_confirmed_from_the_day_on_which_it_counts_as_stale(see, city):
    city.instrument.confirmed_at = datetime(2025, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in the city
    city.instrument.save(update_fields=["confirmed_at"])
    address = [city.owner.public_id]

    def listed(now):
        page = see(city.manager, "unit_instruments", *address, now=now, state="to_confirm")
        return [one.pk for one in page.context["page"].items]

    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert listed(midnight - timedelta(seconds=1)) == []
    assert listed(midnight) == [city.instrument.pk]


def test_reminders_and_take_downs_take_no_more_statements(see, city, bureau, statements):
    remind(city, bureau)
    down = {"action": "news.withdrawn", "organization_id": city.owner.pk, "subject_type": "", "at": NOW}
    AuditEntry.objects.create(subject_id="NEW-1", **down)

    def more():
        for number in range(6):
            remind(city, bureau)
            AuditEntry.objects.create(subject_id=f"NEW-{number}", **down)

    statements.assert_unchanged(lambda: see(city.manager, "unit_desk"), by=more)


def test_requests_that_wait_are_found_on_the_same_page(see, city):
    page = see(city.manager, "unit_desk").content.decode()
    assert 'href="#requests"' in page
    assert 'id="waiting"' in page
    assert 'href="/keeper/"' not in page


def test_due_items_are_first_with_date(see, city, book):
    booking = book()
    page = see(city.manager, "unit_desk", now=booking.decide_by - timedelta(hours=1))
    text = text_of(page)
    due = booking.decide_by.astimezone(CITY_TIME)
    assert f"当前待办 审批“场发射扫描电子显微镜”的预约申请 今天 {due:%H:%M} 截止" in text
    assert text.index("当前待办") < text.index("待审批预约 1")
    early = text_of(see(city.manager, "unit_desk", now=booking.decide_by - timedelta(days=1, hours=12)))
    assert "今天没有到期事项" in early


def test_due_request_is_approved_or_declined_on_the_desk(see, city, book):
    booking = book()
    page = see(city.manager, "unit_desk", now=booking.decide_by - timedelta(hours=1)).content.decode()
    desk = f"/unit/?unit={city.owner.public_id}"
    assert f'action="/bookings/{booking.public_id}/approve/"' in page
    assert f'name="next" value="{desk}"' in page
    assert f'href="/bookings/{booking.public_id}/reject/?next={quote(desk)}"' in page


def test_due_requests_take_no_more_statements(see, city, book, statements):
    first = book()
    soon = first.decide_by - timedelta(hours=1)

    def more():
        for day in range(2, 7):
            due = book(day)
            due.decide_by = first.decide_by
            due.save(update_fields=["decide_by"])

    statements.assert_unchanged(lambda: see(city.manager, "unit_desk", now=soon), by=more)


def test_published_instruments_that_lack_something_for_bookings_are_tasks(see, city):
    bare = factories.instrument(city.owner, name_zh="无人照管的仪器")
    factories.instrument(city.owner, name_zh="草稿仪器", state="draft")
    response = see(city.manager, "unit_desk")
    page, links = text_of(response), response.content.decode()
    without_rule = "无人照管的仪器 预约设置不全 暂不可预约：无生效的开放服务规则。未指定机组负责人，"
    assert without_rule + "预约由单位管理员审批。" in page
    for route in ("rule_new", "instrument_people"):
        assert f'href="{reverse(route, args=[bare.public_id])}"' in links
    listed = see(city.manager, "unit_instruments", city.owner.public_id, state="incomplete")
    assert "无人照管的仪器" in text_of(listed)
    assert "草稿仪器" not in text_of(listed)
    assert "预约设置不全 1" in text_of(listed)
    factories.rule(bare)
    only_a_keeper = text_of(see(city.manager, "unit_desk"))
    assert "无人照管的仪器 预约设置不全 未指定机组负责人，预约由单位管理员审批。" in only_a_keeper
    assert "不可预约" not in only_a_keeper
    factories.keeper(bare)
    assert "今天没有到期事项" in text_of(see(city.manager, "unit_desk"))


def test_facts_are_declared_for_last_year_until_its_data_are_frozen(see, city):
    def leads_to():
        return re.findall(r'href="/facts/(\d+)/"', see(city.manager, "unit_desk").content.decode())

    assert leads_to() == ["2025"]
    policy = RewardPolicy.objects.create(code="p", version="1", title_zh="办法", created_at=NOW)
    AssessmentCycle.objects.create(year=2025, policy=policy, budget_yuan=1, frozen_at=NOW)
    assert leads_to() == ["2026"]


def test_members_and_keepers_are_one_click_away(see, city):
    links = see(city.manager, "unit_desk").content.decode()
    assert f'href="/organizations/{city.owner.public_id}/members/"' in links
    listed = see(city.manager, "unit_instruments", city.owner.public_id)
    assert city.keeper.name in text_of(listed)
    people = reverse("instrument_people", args=[city.instrument.public_id])
    assert f'href="{people}"' in listed.content.decode()


def test_the_running_month_is_marked(see, city):
    course = see(city.manager, "unit_desk", now=NOW).context["course"]
    assert [month for month in course["categories"] if "截至今日" in month] == [course["categories"][-1]]
