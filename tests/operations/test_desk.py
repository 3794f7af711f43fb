"""The administrator's desk: what waits, with where it is mended."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from bookings.devices.models import Device
from bookings.devices.services.keys import device_key_make, device_keys_end_due
from bookings.feeds.models import ExternalCalendar, Webhook
from bookings.feeds.services.calendars import NEW_ADDRESSES, calendar_feed_open
from instrument_share.accounts import selectors as accounts_selectors
from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Session, User
from instrument_share.jobs import registry
from instrument_share.jobs.models import RecurringRun
from instrument_share.jobs.services import worker_seen
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.mails.services import mail_record_failure, mails_enqueue
from instrument_share.web.text.formats import moment
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW
from tests.page_fixtures import rows_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    return factories.member(office, Role.SYSADMIN, name="癸")


@pytest.fixture
def on_time():
    """Every scheduled job ran a second ago, and a worker works."""
    worker_seen("w", NOW)
    for job in registry.recurring():
        RecurringRun.objects.create(name=job.name, started_at=NOW, finished_at=NOW)


def failed_mail(subject="请补充清单"):
    (mail,) = mails_enqueue([EmailMessage(subject, "文", to=["ren@example.org"])], now=NOW)
    mail_record_failure(mail, OSError("ren@example.org refused"), is_over=True, now=NOW)
    return mail


def wrong_passwords(person, count, *, agent="", at=NOW):
    made = AccessAttempt.objects.create(
        username=person.public_id, ip_address="203.0.113.9", user_agent=agent, failures_since_start=count
    )
    AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=at)


def test_login_leads_administrators_to_the_desk(admin, see):
    assert see(admin, "desk")["Location"] == "/system/"


def test_desk_of_a_healthy_site_says_so(admin, on_time, see):
    words = text_of(see(admin, "system"))
    assert "邮件和任务均正常，定时任务按时运行。" in words
    assert "没有锁定的账号。" in words
    assert "后台进程运行中" in words


def test_failed_scheduled_jobs_are_counted_among_the_failed(admin, on_time, see):
    RecurringRun.objects.filter(name="site.audit_seal").update(started_at=NOW - timedelta(hours=1))
    RecurringRun.objects.filter(name="bookings.lapse").update(problem="ValueError: no holidays")
    words = text_of(see(admin, "system"))
    assert "失败任务 1 " in words
    assert "失败或逾期任务 2 " in words


def test_desk_names_what_failed_and_links_to_its_mending(admin, on_time, see):
    mail = failed_mail()
    locked = factories.user("壬")
    accounts.account_lock(actor=admin, user_id=locked.pk, reason="多人共用账号", now=NOW)
    RecurringRun.objects.filter(name="site.audit_seal").update(started_at=NOW - timedelta(hours=1))
    RecurringRun.objects.filter(name="bookings.lapse").update(problem="ValueError: no holidays")
    page = see(admin, "system")
    body = page.content.decode()
    for address in (
        f"/system/mail/{mail.public_id}/retry/",
        f"/system/accounts/{locked.public_id}/",
        "/system/jobs/site.audit_seal/run/",
        "/system/jobs/bookings.lapse/run/",
    ):
        assert f'href="{address}"' in body
    words = text_of(page)
    assert "r…@example.org" in words
    assert "ren@example.org" not in words
    assert "ValueError: no holidays" in words
    assert "邮件和任务均正常" not in words


def test_desk_names_the_organizations_whose_webhooks_do_not_answer(admin, on_time, see):
    """The alarm says only since when the first one fails."""
    assert "没有响应的消息推送接口" not in text_of(see(admin, "system"))
    asked = [(NOW - timedelta(hours=h), off) for h, off in ((30, None), (50, None), (80, NOW))]
    for number, (failing_since, disabled_at) in enumerate([(None, None), *asked]):
        Webhook.objects.create(
            organization=factories.organization(f"云屏第{number}公司"),
            address="https://example.org/token",
            actions=[],
            created_at=NOW,
            read_through=0,
            failing_since=failing_since,
            disabled_at=disabled_at,
        )
    words = text_of(see(admin, "system"))
    second, first = Webhook.objects.filter(disabled_at=None, failing_since__isnull=False).order_by("pk")
    assert (
        f"没有响应的消息推送接口 2 云屏第2公司 {first.public_id} 自 2026年2月28日 06:00 起没有响应 "
        f"云屏第1公司 {second.public_id} 自 2026年3月1日 02:00 起没有响应"
    ) in words
    assert "example.org" not in words
    assert not ("云屏第0公司" in words or "云屏第3公司" in words)


def test_site_without_a_worker_says_what_waits_for_one(admin, see):
    assert "后台进程未运行" in text_of(see(admin, "system"))
    assert "后台进程未运行" in text_of(see(admin, "system_jobs"))


def test_jobs_page_shows_last_and_next_run(admin, on_time, see):
    words = text_of(see(admin, "system_jobs"))
    assert "审计记录封存 site.audit_seal 1 分钟 2026年3月2日 08:00 成功 0 0 秒 2026年3月2日 08:01" in words
    RecurringRun.objects.filter(name="site.audit_seal").delete()
    assert "尚未运行" in text_of(see(admin, "system_jobs"))


def test_mails_are_listed_by_state_and_sent_again_once(admin, see, send):
    mail = failed_mail()
    mails_enqueue([EmailMessage("另一封", "文", to=["ren@example.org"])], now=NOW)
    assert "另一封" not in text_of(see(admin, "system_mails", state="failed"))
    page = text_of(see(admin, "system_mails", state="waiting"))
    assert "另一封" in page
    assert "待发送" in page and "已发送" in page and "报送" not in page
    for _twice in range(2):
        assert send(admin, "mail_retry", mail.public_id).status_code == 302
    assert "请补充清单" in text_of(see(admin, "system_mails", state="waiting"))


def test_exported_mails_are_those_of_the_state_with_masked_addresses(admin, see):
    failed = failed_mail()
    mails_enqueue([EmailMessage("另一封", "文", to=["ren@example.org"])], now=NOW)
    assert rows_of(see(admin, "system_mails", state="failed", format="csv")) == [
        ["编号", "主题", "收件人", "状态", "错误", "排队时间", "最近尝试", "尝试次数"],
        [
            failed.public_id,
            "请补充清单",
            "r…@example.org",
            "发送失败",
            "OSError: r…@example.org refused",
            "2026-03-02T08:00:00+08:00",
            "2026-03-02T08:00:00+08:00",
            "1",
        ],
    ]
    subjects = [row[1] for row in rows_of(see(admin, "system_mails", format="csv"))]
    assert subjects == ["主题", "另一封", "请补充清单"]


def test_account_page_shows_roles_sessions_and_its_journal(admin, see, send, client):
    company = factories.organization("云屏晶体有限公司")
    person = factories.member(company, name="壬")
    Session.objects.create(
        session_key="k", session_data="", expire_date=NOW + timedelta(days=3), user=person, signed_in_at=NOW
    )
    accounts.api_token_create(actor=person, name="导出", now=NOW)
    page = see(admin, "system_account", person.public_id)
    words = text_of(page)
    for told in ("云屏晶体有限公司", "2026年3月2日 08:00 登录", "有效接口令牌 1 个", "创建接口令牌"):
        assert told in words
    assert "password" not in words.lower()
    answer = send(admin, "account_lock", person.public_id, reason="")
    assert answer.status_code == 422
    answer = send(admin, "account_lock", person.public_id, reason="离职")
    assert answer.status_code == 302
    assert not User.objects.get(pk=person.pk).is_active
    words = text_of(see(admin, "system_account", person.public_id))
    assert "解除锁定" in words
    assert "离职" in words


def test_session_whose_login_is_over_is_not_counted_as_open(admin, see, settings):
    settings.SESSION_LIFETIME_DAYS = 7
    person = factories.user("壬")
    for key, days in (("over", 8), ("open", 3)):
        Session.objects.create(
            session_key=key,
            session_data="",
            expire_date=NOW + timedelta(days=6),
            user=person,
            signed_in_at=NOW - timedelta(days=days),
        )
    words = text_of(see(admin, "system_account", person.public_id))
    assert "登录会话 1 " in words
    assert "2026年3月6日 08:00 到期" in words  # with the login, before the cookie expires
    assert "1 个登录会话" in text_of(see(admin, "account_lock", person.public_id))
    assert [one.session_key for one in accounts_selectors.own_sessions(person, NOW)] == ["open"]
    ended = accounts.account_end_access(actor=admin, user_id=person.pk, now=NOW)
    assert (ended["sessions"], Session.objects.filter(user=person).count()) == (1, 0)


def test_lock_says_beforehand_what_stops(admin, see, send, clock):
    city = factories.city()
    device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    calendar_feed_open(actor=city.keeper, now=NOW)
    ExternalCalendar.objects.create(
        instrument=city.instrument, address="https://a.example/", created_by=city.keeper, created_at=NOW
    )
    clock.set(NOW)
    words = text_of(see(admin, "account_lock", city.keeper.public_id))
    assert "锁定期间，其关联的 1 个外部日历停止同步。" in words
    assert "立即终止：0 个登录会话，0 个接口令牌，1 个日历地址。" in words
    assert "1 个终端或自助签到屏将停止工作且不能恢复" in words
    assert "无其他人负责" not in words
    assert "尚未开始的预约" not in words
    book(city)
    hit = text_of(see(admin, "account_lock", city.researcher.public_id))
    assert "有 1 个尚未开始的预约保留；锁定期间未签到的，免费取消，不计入信用记录，届时通知机组。" in hit
    alone = text_of(see(admin, "account_lock", city.manager.public_id))
    assert f"{city.owner.name_zh}无其他人负责，授予他人相应角色前，其待办事项无人处理。" in alone
    send(admin, "account_lock", city.keeper.public_id, reason="账号异常")
    assert device_keys_end_due(NOW) == 1
    accounts.account_unlock(actor=admin, user_id=city.keeper.pk, now=NOW)
    assert Device.objects.get().revoked_at == NOW
    assert "终端" not in text_of(see(admin, "account_lock", city.researcher.public_id))


def test_calendar_addresses_of_an_account_can_be_ended_where_nothing_else_works(admin, see, send):
    person = factories.user("壬")
    end = reverse("account_end_access", args=[person.public_id])
    page = see(admin, "system_account", person.public_id)
    assert ("有效日历地址 0 个" in text_of(page), end in page.content.decode()) == (True, False)
    feed = calendar_feed_open(actor=person, now=NOW)
    page = see(admin, "system_account", person.public_id)
    assert ("有效日历地址 1 个" in text_of(page), end in page.content.decode()) == (True, True)
    send(admin, "account_end_access", person.public_id)
    assert "已终止 壬 的全部会话、接口令牌和日历地址" in text_of(see(admin, "system"))
    feed.refresh_from_db()
    assert feed.generation == 2
    assert [one.message for one in Notification.objects.filter(user=person)] == [NEW_ADDRESSES]


def test_own_account_offers_no_lock(admin, see, send):
    page = see(admin, "system_account", admin.public_id).content.decode()
    assert "/lock/" not in page
    assert "只能由其他系统管理员锁定" in page
    assert send(admin, "account_lock", admin.public_id, reason="x").status_code == 403


def test_desk_shows_who_is_locked_out_by_wrong_passwords_until_it_is_lifted(admin, see, send):
    now = timezone.now()  # at a login axes forgets what is over by the computer's own clock
    person = factories.user("辛")
    wrong_passwords(person, 6, agent="a", at=now)
    wrong_passwords(person, 4, agent="b", at=now)
    for name, args in (("system", []), ("system_account", [person.public_id])):
        page = see(admin, name, *args, now=now)
        until = moment(now + timedelta(minutes=15))
        assert f"203.0.113.9 登录失败 10 次，该地址在 {until} 前不能登录。" in text_of(page)
        assert f'href="/system/accounts/{person.public_id}/lift-lockout/"' in page.content.decode()
    send(admin, "account_lift_lockout", person.public_id, now=now)
    assert "登录失败" not in text_of(see(admin, "system", now=now))
    entry = AuditEntry.objects.get(action="user.lockout_lifted")
    assert (entry.actor, entry.subject_id, entry.details) == (admin, person.public_id, {"failures": 10})


def test_lockout_of_a_locked_account_is_not_offered_to_be_lifted(admin, see):
    now = timezone.now()
    person = factories.user("辛")
    wrong_passwords(person, 10, at=now)
    accounts.account_lock(actor=admin, user_id=person.pk, reason="离职", now=now)
    for name, args in (("system", []), ("system_account", [person.public_id])):
        assert "lift-lockout" not in see(admin, name, *args, now=now).content.decode()
    with pytest.raises(accounts.AccountLocked):
        accounts.account_lift_lockout(actor=admin, user_id=person.pk, now=now)
    accounts.account_unlock(actor=admin, user_id=person.pk, now=now)
    assert accounts.account_lift_lockout(actor=admin, user_id=person.pk, now=now) == 10


def test_lockout_ends_by_itself_and_nothing_is_recorded_when_there_is_none(admin):
    person = factories.user("辛")
    wrong_passwords(person, 10, at=NOW - timedelta(minutes=16))
    assert accounts_selectors.lockouts(admin, NOW) == []
    other = factories.user("庚")
    assert accounts.account_lift_lockout(actor=admin, user_id=other.pk, now=NOW) == 0
    assert not AuditEntry.objects.filter(action="user.lockout_lifted").exists()
