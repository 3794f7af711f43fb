"""The bureau suspends an organization; its people read what happened and whom to ask."""

import pytest
from django.urls import reverse

from bookings.usage.models import UsageLog
from bookings.usage.services.attendance import booking_check_in
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.accounts.services import membership_request
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.city()


@pytest.fixture
def officer():
    bureau = factories.organization("云屏市科学技术局", kind="bureau", contact="准入处", phone="0570-8800")
    return factories.member(bureau, Role.BUREAU_OFFICER)


def running_use(city):
    booking = book(city, slot(day=0, hour=8))
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=NOW)
    return booking


def test_the_question_lists_bookings_uses_and_people(see, city, officer):
    running_use(city)
    book(city, slot(day=5))
    page = text_of(see(officer, "organization_suspend", city.owner.public_id))
    assert "2 名成员将无法以其名义办理业务" in page
    assert "1 项尚未开始的预约 一律取消，不收取费用" in page
    assert "1 项正在进行的使用 继续进行" in page
    assert page.count("戊") == 2


def test_the_question_says_how_many_ask_to_join(see, city, officer):
    for number in range(3):
        person = factories.user(f"申请{number}")
        membership_request(actor=person, organization_id=city.company.pk, now=NOW)
    page = text_of(see(officer, "organization_suspend", city.company.public_id))
    assert "3 名申请加入者将收到通知" in page
    assert "名申请加入者" not in text_of(see(officer, "organization_suspend", city.owner.public_id))
    Organization.objects.exclude(kind="bureau").update(state="suspended")
    page = text_of(see(officer, "organization_reinstate", city.company.public_id))
    assert "3 名申请加入者将收到通知：其申请可继续处理。" in page
    assert "名申请加入者" not in text_of(see(officer, "organization_reinstate", city.owner.public_id))


def test_without_bookings_the_question_says_so(see, city, officer):
    page = text_of(see(officer, "organization_suspend", city.company.public_id))
    assert "没有尚未开始的预约，也没有正在进行的使用" in page
    assert "项尚未开始的预约" not in page


@pytest.mark.parametrize(
    ("person", "address"), [("manager", "unit_desk"), ("keeper", "keeper"), ("manager", "me")]
)
def test_people_of_a_suspended_unit_read_why_and_whom_to_ask(see, send, city, officer, person, address):
    send(officer, "organization_suspend", city.owner.public_id, reason="未按要求整改")
    page = text_of(see(getattr(city, person), address))
    assert "“云屏测试大学”已被暂停" in page
    assert "未按要求整改" in page
    assert "请咨询云屏市科学技术局 · 准入处 · 0570-8800" in page


def test_people_of_a_suspended_company_read_why_and_whom_to_ask(see, send, city, officer):
    send(officer, "organization_suspend", city.company.public_id, reason="证照已过期")
    page = text_of(see(city.researcher, "me"))
    assert "“云屏测试科技有限公司”已被暂停" in page
    assert "证照已过期" in page
    assert "请咨询云屏市科学技术局 · 准入处 · 0570-8800" in page
    assert "已被暂停" not in text_of(see(city.keeper, "me"))


def test_suspensions_stand_in_the_order_of_the_readers_language(see, client, city):
    names = {"甲公司": "Zinc Works", "乙公司": "Alloy Works", "丙公司": ""}
    for zh, en in names.items():
        factories.member(factories.organization(zh, name_en=en, state="suspended"), person=city.researcher)
    page = see(city.researcher, "me").content.decode()
    assert sorted(names, key=page.index) == sorted(names)
    page = client.get(reverse("me"), headers={"Accept-Language": "en"}).content.decode()
    shown = ["Alloy Works", "Zinc Works", "丙公司"]
    assert sorted(shown, key=page.index) == shown


def test_the_keeper_finds_the_use_under_way_and_checks_it_out(see, send, city, officer):
    running = running_use(city)
    send(officer, "organization_suspend", city.owner.public_id, reason="未按要求整改")
    city.keeper.__dict__.pop("_standing", None)
    assert reverse("booking_check_out", args=[running.public_id]) in see(city.keeper, "me").content.decode()
    end = slot(day=0, hour=8).end
    page = see(city.keeper, "booking_check_out", running.public_id, now=end)
    send(
        city.keeper,
        "booking_check_out",
        running.public_id,
        now=end,
        ends_at="2026-03-02T10:00",
        samples=0,
        shown=page.context["shown"],
    )
    assert UsageLog.objects.get().booking_id == running.pk
    assert "待签退的使用" not in text_of(see(city.keeper, "me"))
