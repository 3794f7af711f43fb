"""The people of an organization: requests, roles, invitations, leaving; and one's own settings."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from bookings.devices.services.keys import device_key_make
from bookings.feeds.services.external_calendars import external_calendar_connect
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.requests.models import Booking
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Invitation, Membership, Organization
from instrument_share.journal.models import Notification
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.organization("云屏晶体有限公司", name_en="Crystals Ltd.")


@pytest.fixture
def admin(company):
    return factories.member(company, Role.ORG_ADMIN, name="子")


@pytest.fixture
def colleague(company):
    return factories.member(company, name="丑")


def of(person, role="researcher"):
    return Membership.objects.get(user=person, role=role)


def test_a_request_is_admitted_or_refused(see, send, company, admin):
    people = [factories.user("寅"), factories.user("卯")]
    asked = [
        Membership.objects.create(user=one, organization=company, role="researcher", created_at=NOW)
        for one in people
    ]
    assert "加入申请 2 寅" in text_of(see(admin, "members", company.public_id))
    send(admin, "member_admit", company.public_id, asked[0].public_id)
    send(admin, "member_refuse", company.public_id, asked[1].public_id, reason="不认识")
    assert [of(one).state for one in people] == ["active", "refused"]
    page = text_of(see(admin, "members", company.public_id, show="former"))
    assert "未同意加入" in page
    assert "不认识" in page


def test_addresses_of_former_and_refused_members_are_neither_shown_nor_found(see, company, admin):
    """They are the present ones, which people keep to those they belong to."""
    gone, refused = (factories.member(company, name=name) for name in ("寅", "卯"))
    for person, state in ((gone, "ended"), (refused, "refused")):
        person.memberships.update(state=state, ended_at=NOW)
    page = see(admin, "members", company.public_id, show="former")
    table = see(admin, "members", company.public_id, show="former", format="csv")
    for text in (text_of(page), table.getvalue().decode()):
        assert all(name in text for name in ("寅", "卯"))
        assert not any(person.email in text for person in (gone, refused))

    def found(show, text):
        shown = see(admin, "members", company.public_id, show=show, q=text)
        return [one.user for one in shown.context["people"]]

    assert (found("former", gone.email), found("former", "寅")) == ([], [gone])
    assert found("", admin.email) == [admin]
    assert admin.email in see(admin, "members", company.public_id, format="csv").getvalue().decode()


def test_who_was_not_admitted_can_open_what_they_are_told(see, send, company, admin):
    person = factories.user("寅")
    asked = Membership.objects.create(user=person, organization=company, role="researcher", created_at=NOW)
    send(admin, "member_refuse", company.public_id, asked.public_id, reason="不认识")
    assert "不认识" in text_of(open_told(person))


def open_told(person):
    browser = Client()
    browser.force_login(person)
    return browser.get(Notification.objects.filter(user=person).latest("id").path)


def test_managers_open_what_they_are_told_while_nobody_acts_for_the_organization(see, send, company, admin):
    colleague, newcomer = factories.member(company, name="寅"), factories.user("卯")
    Organization.objects.update(state="suspended")
    send(colleague, "organization_leave", company.public_id)
    assert open_told(admin).status_code == 200
    Organization.objects.update(state="pending")
    send(newcomer, "membership_request", company.public_id, note="材料组")
    assert open_told(admin).status_code == 200
    Organization.objects.update(state="admitted")
    send(factories.user("辰"), "membership_request", company.public_id, note="材料组")
    assert "材料组" in text_of(open_told(admin))


def test_list_is_narrowed_to_roles_that_can_be_held_there(see, company, admin):
    def offered():
        form = see(admin, "members", company.public_id).context["filters"]
        return [str(name) for _value, name in form.fields["role"].choices]

    common = ["全部", "科研人员 / 企业用户", "用户单位管理员"]
    assert offered() == [*common, "系统管理员"]
    Organization.objects.filter(pk=company.pk).update(owns_instruments=True)
    assert offered() == [*common, "机组负责人", "管理单位管理员", "系统管理员"]


def test_a_role_is_given_and_taken(see, send, company, admin, colleague):
    held = of(colleague)
    send(admin, "member_role", company.public_id, held.public_id, role="org_admin")
    given = of(colleague, "org_admin")
    assert given.state == "active"
    assert "bookings" not in see(admin, "member_end", company.public_id, given.public_id).content.decode()
    send(admin, "member_end", company.public_id, given.public_id, reason="轮岗")
    answer = send(admin, "member_end", company.public_id, held.public_id, reason="离职", bookings="cancel")
    assert answer["Location"] == reverse("members", args=[company.public_id])
    assert [of(colleague, "org_admin").state, of(colleague).state] == ["ended", "ended"]


@pytest.mark.parametrize("narrowed", [{}, {"role": "researcher"}])
def test_a_role_is_offered_only_to_who_lacks_one_that_is_the_viewers_to_give(
    see, company, admin, colleague, narrowed
):
    factories.member(company, Role.ORG_ADMIN, person=colleague)
    newcomer = factories.member(company, name="寅")
    page = see(admin, "members", company.public_id, **narrowed).content.decode()

    def is_offered(person):
        return reverse("member_role", args=[company.public_id, of(person).public_id]) in page

    assert (is_offered(colleague), is_offered(newcomer)) == (False, True)


def test_the_roles_of_a_former_owner_can_be_ended(see, send, company):
    """The bureau has registered that it owns instruments no more; who left their job still managed it."""
    manager, gone = (factories.member(company, Role.UNIT_MANAGER, name=name) for name in ("辰", "巳"))
    held = of(gone, "unit_manager")
    assert not company.owns_instruments
    end = reverse("member_end", args=[company.public_id, held.public_id])
    assert end in see(manager, "members", company.public_id).content.decode()
    send(manager, "member_end", company.public_id, held.public_id, reason="离职")
    assert of(gone, "unit_manager").state == "ended"
    own = of(manager, "unit_manager")
    assert send(manager, "member_role", company.public_id, own.public_id, role="keeper").status_code == 422


def test_ending_a_role_lists_the_bookings_that_it_ends(see, send):
    city = factories.city(cancel_deadline_minutes=1440, late_cancel_percent=50)
    admin = factories.member(city.company, Role.ORG_ADMIN, name="子")
    held = of(city.researcher)
    asked = ("member_end", city.company.public_id, held.public_id)
    none_yet = see(admin, *asked).content.decode()
    assert 'name="bookings"' not in none_yet
    assert "后续预约" not in none_yet
    book(city, slot(day=5))
    page = see(admin, *asked)
    assert 'name="bookings"' in page.content.decode()
    assert "1 项由该单位付费的后续预约" in text_of(page)
    assert "场发射扫描电子显微镜" in text_of(page)
    assert send(admin, *asked, reason="离职").status_code == 422  # booked since the page was shown
    send(admin, *asked, reason="离职", bookings="keep")
    assert Booking.objects.get().state == "approved"


def test_keys_and_calendars_that_end_with_a_role_are_told_before_it_ends(see, city):
    external_calendar_connect(
        actor=city.keeper, instrument_id=city.instrument.pk, address="https://calendar.example.org/", now=NOW
    )
    kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    held = city.keeper.memberships.get()
    admin = factories.member(city.owner, Role.ORG_ADMIN)
    words = ("2 个终端或自助签到屏将停止工作", "1 个外部日历将停止同步")
    pages = ((admin, "member_end", held.public_id), (city.keeper, "organization_leave"))
    for person, name, *more in pages:
        page = see(person, name, city.owner.public_id, *more).content.decode()
        assert all(one in page for one in words)
    factories.member(city.owner, Role.UNIT_MANAGER, city.keeper)
    page = see(admin, "member_end", city.owner.public_id, held.public_id).content.decode()
    assert not any(word in page for word in ("停止工作", "停止同步"))


def test_leaving_lists_each_booking_with_what_its_cancellation_costs(see):
    city = factories.city(cancel_deadline_minutes=1440, late_cancel_percent=50)
    assert "后续预约" not in text_of(see(city.researcher, "organization_leave", city.company.public_id))
    book(city, slot(day=0, hour=10))
    book(city, slot(day=5))
    page = text_of(see(city.researcher, "organization_leave", city.company.public_id))
    assert "2 项由该单位付费的后续预约" in page
    assert "逾期取消：¥100.00，并计入信用记录" in page
    assert "免费取消" in page


def test_who_leaves_is_asked_again_where_that_costs_more_than_the_page_said(see, send):
    city = factories.city(cancel_deadline_minutes=1440, late_cancel_percent=50)
    asked = ("organization_leave", city.company.public_id)
    booking = book(city, slot(day=5))
    page = see(city.researcher, *asked, now=booking.starts_at - timedelta(days=2))
    seen = page.context["form"]["seen"].value()
    late = booking.starts_at - timedelta(hours=2)
    refused = send(city.researcher, *asked, now=late, seen=seen)
    assert (refused.status_code, "逾期取消：¥100.00" in text_of(refused)) == (422, True)
    assert "再次确认" in text_of(refused)
    send(city.researcher, *asked, now=late, seen=refused.context["form"]["seen"].value())
    booking.refresh_from_db()
    assert (booking.state, booking.charged_yuan) == ("cancelled", Decimal("100.00"))


def test_the_last_administrator_is_told_to_hand_over(see, send, company, admin, colleague):
    assert "请先将该角色授予同事" in text_of(send(admin, "organization_leave", company.public_id))
    asked = see(admin, "organization_leave", company.public_id)
    assert (asked.status_code, "请先将该角色授予同事" in text_of(asked)) == (409, True)
    leave, members = (reverse(name, args=[company.public_id]) for name in ("organization_leave", "members"))
    page = see(admin, "my_organizations").content.decode()
    assert (leave in page, members in page) == (False, True)
    assert "如需退出，请先将角色授予同事" in page
    own = of(admin, "org_admin")
    send(admin, "hand_over", company.public_id, own.public_id, successor=colleague.pk)
    assert of(colleague, "org_admin").state == "active"
    assert leave in see(admin, "my_organizations").content.decode()
    send(admin, "organization_leave", company.public_id)
    assert see(admin, "organization", company.public_id).status_code == 404


def test_a_role_that_one_person_alone_holds_is_not_offered_to_be_withdrawn(see, send, city):
    unit = city.owner
    only = factories.member(unit, Role.UNIT_MANAGER, name="寅")
    Membership.objects.exclude(user=only).filter(role="unit_manager").delete()
    held = of(only, "unit_manager")
    sysadmin = factories.member(
        factories.organization("云屏市科学技术局", kind=OrganizationKind.BUREAU.value), Role.SYSADMIN
    )
    end = reverse("member_end", args=[unit.public_id, held.public_id])

    def show():
        page = see(sysadmin, "members", unit.public_id)
        return end in page.content.decode(), "仅此一人担任，请先授予其同事" in text_of(page)

    assert show() == (False, True)
    asked = see(sysadmin, "member_end", unit.public_id, held.public_id)
    assert (asked.status_code, "请先将该角色授予同事" in text_of(asked)) == (409, True)
    second = factories.member(unit, Role.UNIT_MANAGER, name="卯")
    assert show() == (True, False)
    assert see(sysadmin, "member_end", unit.public_id, held.public_id).status_code == 200
    second.is_active = False
    second.save()
    assert show() == (False, True)
    late = send(sysadmin, "member_end", unit.public_id, held.public_id, reason="该同志已调离")
    assert (late.status_code, ">\n该同志已调离</textarea>" in late.text) == (409, True)


def test_who_is_alone_is_told_to_invite_a_colleague_before_handing_over(see, company, admin):
    asked = ("hand_over", company.public_id, of(admin, "org_admin").public_id)
    link = reverse(asked[0], args=asked[1:])
    assert link not in see(admin, "members", company.public_id).content.decode()
    alone = see(admin, *asked)
    assert (alone.status_code, "该单位暂无其他成员，请先邀请同事加入。" in text_of(alone)) == (409, True)
    factories.member(company)
    assert link in see(admin, "members", company.public_id).content.decode()
    assert see(admin, *asked).status_code == 200


def test_invitation_says_to_the_minute_until_when_and_who_sees_what(
    see, send, company, admin, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(admin, "invitation_send", company.public_id, email="new@example.org", role="researcher")
    secret = re.search(r"/invitations/([\w-]+)/", mail.outbox[0].body)[1]
    end = NOW + timedelta(days=14)
    page = text_of(see(None, "invitation", secret, now=end - timedelta(seconds=1)))
    assert "邀请邮箱：new@example.org，请于 2026年3月16日 08:00 前接受。" in page
    assert "该单位管理员可查看您的姓名、邮箱" in page
    assert "前接受。" not in text_of(see(None, "invitation", secret, now=end))
    assert "有效期至 2026年3月16日 08:00" in text_of(see(admin, "members", company.public_id))


def test_an_invitation_is_sent_again_withdrawn_and_accepted(
    see, send, company, admin, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(admin, "invitation_send", company.public_id, email="new@example.org", role="researcher")
    one = Invitation.objects.get()
    resend = reverse("invitation_resend", args=[company.public_id, one.public_id])
    page = see(admin, "members", company.public_id)
    assert "new@example.org 等待接受" in text_of(page)
    assert (resend in page.text, "2026年3月2日 08:01 后可重新发送" in text_of(page)) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        too_soon = send(admin, "invitation_resend", company.public_id, one.public_id)
        assert too_soon.status_code == 409
        assert "2026年3月2日 08:01 后可再次发送" in text_of(too_soon)
        later = NOW + timedelta(minutes=1)
        page = see(admin, "members", company.public_id, now=later)
        assert (resend in page.text, "后可重新发送" in text_of(page)) == (True, False)
        send(admin, "invitation_resend", company.public_id, one.public_id, now=later)
    first, second = (re.search(r"/invitations/([\w-]+)/", letter.body)[1] for letter in mail.outbox)
    assert see(None, "invitation", first).status_code == 404
    visitor = see(None, "invitation", second).content.decode()
    assert f"?next=%2Finvitations%2F{second}%2F&amp;email=new%40example.org" in visitor
    assert "您当前登录账号的邮箱是" in text_of(see(factories.user("寅"), "invitation", second))
    invited = factories.user("卯")
    invited.emailaddress_set.update(email="new@example.org")
    send(invited, "invitation", second)
    assert of(invited).state == "active"
    over = text_of(see(None, "invitation", second))
    assert "邀请已失效" in over and "该邀请已被接受。如由您本人接受，可在“我的单位”中查看该单位" in over


def test_a_wrong_address_stays_in_the_form(send, company, admin):
    answer = send(admin, "invitation_send", company.public_id, email="nobody", role="researcher")
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.content.decode()


def test_member_page_query_count_is_constant(see, company, admin, statements):
    statements.assert_unchanged(
        lambda: see(admin, "members", company.public_id),
        by=lambda: [factories.member(company, name=f"员{number}") for number in range(20)],
    )


def test_invited_people_take_as_many_statements_for_many(see, send, company, admin, statements):
    def invite(number):
        send(admin, "invitation_send", company.public_id, email=f"{number}@example.org", role="researcher")

    invite(0)
    statements.assert_unchanged(
        lambda: see(admin, "members", company.public_id),
        by=lambda: [invite(number) for number in range(1, 9)],
    )


def test_my_organizations_take_as_many_statements_for_many(see, admin, statements):
    def more():
        for number in range(10):
            factories.member(factories.organization(f"云屏{number}所"), Role.ORG_ADMIN, admin)

    statements.assert_unchanged(lambda: see(admin, "my_organizations"), by=more)


def test_settings_are_saved_and_the_page_speaks_the_language(see, send, client, admin):
    send(admin, "settings", name="子路", phone="13800000000", language="en")
    admin.refresh_from_db()
    assert (admin.name, admin.phone, admin.language) == ("子路", "13800000000", "en")
    assert "Your settings are saved." in text_of(client.get(reverse("settings")))


def test_settings_refuse_a_telephone_number_that_nobody_can_dial(send, admin):
    refused = send(admin, "settings", name="子路", phone="abc", language="en")
    assert list(refused.context["form"].errors) == ["phone"]
    admin.refresh_from_db()
    assert admin.phone == ""


def test_switching_the_language_is_kept_on_the_account(send, admin):
    send(admin, "set_language", language="en")
    admin.refresh_from_db()
    assert admin.language == "en"
    send(admin, "set_language", language="xx")
    admin.refresh_from_db()
    assert admin.language == "en"


def test_a_new_browser_speaks_the_accounts_language_after_login(client, admin):
    admin.language = "en"
    admin.set_password("only-for-tests-2026")
    admin.save()
    client.post(reverse("account_login"), {"login": admin.username, "password": "only-for-tests-2026"})
    assert client.cookies["django_language"].value == "en"


def test_new_user_sees_next_steps_and_keeps_language(client):
    client.post(
        reverse("account_signup"),
        {
            "name": "辰",
            "username": "chen",
            "email": "chen@example.org",
            "password1": "only-for-tests-2026",
            "password2": "only-for-tests-2026",
            "privacy": "on",
        },
        headers={"Accept-Language": "en"},
    )
    link = re.search(r"/accounts/confirm-email/\S+", mail.outbox[0].body)[0]
    assert client.post(link, headers={"Accept-Language": "en"})["Location"] == reverse("my_organizations")
    assert "For whom do you want to book?" in text_of(
        client.get(reverse("my_organizations"), headers={"Accept-Language": "en"})
    )


def test_form_preselects_payer_of_last_booking(see, city):
    own = see(city.researcher, "book", city.instrument.public_id).context["form"].initial["payer"]
    book(city, payer=False)
    after = see(city.researcher, "book", city.instrument.public_id).context["form"].initial["payer"]
    assert (own, after) == (city.company.public_id, "person")


def test_page_of_the_organization_offers_to_leave_only_who_may(see, send, company, admin, colleague):
    leave, members = (reverse(name, args=[company.public_id]) for name in ("organization_leave", "members"))
    page = see(admin, "organization", company.public_id).content.decode()
    assert leave not in page
    assert "如需退出，请先将角色授予同事" in page
    assert leave in see(colleague, "organization", company.public_id).content.decode()
    Organization.objects.filter(pk=company.pk).update(state="suspended")
    page = see(admin, "organization", company.public_id).content.decode()
    assert (leave in page, members in page) == (False, False)
    assert "该单位仅由您负责，暂不能退出" in page


def test_only_system_administrator_leaves_after_giving_the_role_to_a_colleague(see, send):
    bureau = factories.organization("云屏市科学技术局", kind=OrganizationKind.BUREAU.value)
    sysadmin, colleague = factories.member(bureau, Role.SYSADMIN), factories.member(bureau)
    page = see(sysadmin, "organization", bureau.public_id).content.decode()
    assert "如需退出，请先将角色授予同事" in page
    assert reverse("members", args=[bureau.public_id]) in page
    send(sysadmin, "member_role", bureau.public_id, of(colleague).public_id, role="sysadmin")
    left = send(sysadmin, "organization_leave", bureau.public_id)
    assert left.status_code == 302
    assert of(colleague, "sysadmin").state == "active"


def test_language_is_switched_after_a_refused_invitation_too(see, send, company, admin):
    refused = send(admin, "invitation_send", company.public_id, email="nobody", role="researcher")
    here = re.search(r'name="next" value="([^"]+)"', refused.content.decode())[1]
    members = reverse("members", args=[company.public_id])
    client = Client()
    client.force_login(admin)
    answer = client.post(reverse("set_language"), {"language": "en", "next": here}, follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, members)
