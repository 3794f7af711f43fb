"""The bureau reminds units; units are told what runs out."""

from datetime import UTC, date, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core import mail

from instrument_share.accounts.domain import Role
from instrument_share.jobs.one_by_one import SomeFailed
from instrument_share.journal import selectors as journal
from instrument_share.journal import services as journal_services
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, Invalid
from instrument_share.web.responses.problem import told
from providers.units.domain.publications import PublicationKind
from providers.units.domain.reminders import ReminderOutcome
from providers.units.selectors.publications import publications
from providers.units.selectors.reminders import last_reminded, reminder_plan, reminders
from providers.units.services import notices
from providers.units.services.notices import completeness_notices_send
from providers.units.services.profiles import unit_profile_confirm
from providers.units.services.publications import publication_publish, publication_withdraw
from providers.units.services.reminders import NobodyToRemind, completeness_remind
from tests.providers.conftest import NOW, person
from tests.providers.units.test_completeness import district, fill

DAY = timedelta(days=1)
SIGNATURE = "-- "

__all__ = ["district"]


@pytest.fixture
def remind(world):
    def remind(*units, note="", now=NOW, insist=(), actor=None):
        plan = completeness_remind(
            actor=actor or world.officer,
            organization_ids=[unit.pk for unit in units],
            note=note,
            now=now,
            insist=[unit.pk for unit in insist],
        )
        return {
            outcome.value: [one.organization for one in found] for outcome, found in plan.items() if found
        }

    return remind


def inbox(user):
    """What is about the completeness of a unit, newest first."""
    return [
        (
            told(one.message, one.params),
            [told(line["message"], line["params"]) for line in one.lines],
            one.path,
        )
        for one in journal.notifications(user).filter(path__startswith="/unit/?")
    ]


def test_the_managers_of_a_unit_are_told_what_is_open_and_what_to_do(world, district, remind):
    fill(world, world.unit, world.manager)
    publication_withdraw(
        actor=world.manager,
        kind=PublicationKind.CASE,
        publication_id=publications(world.manager, PublicationKind.CASE)[0].pk,
        reason="重复",
        now=NOW,
    )
    assert remind(world.unit, note="请在月底前完成") == {"sent": [world.unit]}
    reminder = reminders(world.officer).get()
    assert (reminder.organization, reminder.kinds, reminder.note, reminder.sent_by, reminder.sent_at) == (
        world.unit,
        ["case"],
        "请在月底前完成",
        world.officer,
        NOW,
    )
    assert inbox(world.manager) == [
        (
            "科技局请云屏材料研究所完善信息：开放服务案例。",
            [
                "开放服务案例：近 365 天已发布 1 条，应不少于 2 条。请再发布 1 条。",
                "科技局补充说明：请在月底前完成",
            ],
            f"/unit/?unit={world.unit.public_id}",
        )
    ]
    entry = AuditEntry.objects.get(action="reminder.sent")
    assert (entry.organization_id, entry.actor, entry.details) == (
        world.unit.pk,
        world.officer,
        {"kinds": ["case"], "note": "请在月底前完成"},
    )


def test_complete_and_recently_reminded_units_are_skipped(world, district, remind):
    fill(world, world.unit, world.manager)
    assert remind(world.unit, world.other) == {"sent": [world.other], "complete": [world.unit]}
    assert remind(world.other, now=NOW + 7 * DAY - timedelta(seconds=1)) == {"recent": [world.other]}
    assert remind(world.other, insist=[world.other], now=NOW + DAY) == {"sent": [world.other]}
    assert remind(world.other, now=NOW + 8 * DAY) == {"sent": [world.other]}
    assert len(inbox(world.other_manager)) == 3
    assert inbox(world.manager) == []


def test_a_unit_without_a_manager_cannot_be_reached(world, remind):
    world.manager.is_active = False
    world.manager.save()
    assert remind(world.unit) == {"unreachable": [world.unit]}
    assert not reminders(world.officer).exists()


def test_repeated_reminder_is_not_sent(world, remind):
    remind(world.unit)
    assert remind(world.unit) == {"recent": [world.unit]}
    assert reminders(world.officer).count() == 1


def test_a_company_and_a_unit_that_is_not_admitted_get_none(world, remind):
    assert remind(world.company) == {}


def test_invalid_reminder_is_refused(world, remind):
    with pytest.raises(NobodyToRemind):
        remind()
    with pytest.raises(Invalid) as refused:
        remind(world.unit, note="好" * 301)
    assert [(one.code, one.field) for one in refused.value.problems] == [("reminder.note_too_long", "note")]
    with pytest.raises(Forbidden):
        remind(world.unit, actor=world.auditor)


def test_reminder_visibility_depends_on_role(world, remind):
    remind(world.unit, world.other)
    assert [one.organization for one in reminders(world.auditor, world.unit.pk)] == [world.unit]
    assert [one.organization for one in reminders(world.manager)] == [world.unit]
    assert list(reminders(world.user)) == []
    assert last_reminded(world.officer, [world.unit.pk, world.company.pk]) == {world.unit.pk: NOW}


def test_one_unit_and_two_take_as_many_statements(world, remind, statements):
    wanted = [world.unit.pk, world.other.pk]
    statements.assert_unchanged(
        lambda: reminder_plan(world.officer, wanted, NOW),
        by=lambda: [
            person("second", world.unit, Role.UNIT_MANAGER),
            remind(world.unit, world.other),
            fill(world, world.other, world.other_manager),
        ],
    )


def test_the_mail_of_a_reminder_in_both_languages(world, remind, settings):
    settings.SITE_URL = "https://share.example.org"
    second = person("second", world.unit, Role.UNIT_MANAGER)
    type(second).objects.filter(pk=second.pk).update(language="en")
    world.unit.name_en = "Yunping Institute of Materials"
    world.unit.save()
    remind(world.unit, note="请在月底前完成")
    assert journal_services.notifications_mail(NOW, tell=told) == 2
    chinese, english = mail.outbox
    assert (chinese.to, english.to) == (["manager@example.org"], ["second@example.org"])
    desk = f"https://share.example.org/unit/?unit={world.unit.public_id}"
    assert parseaddr(str(make_header(decode_header(chinese.from_email))))[0] == "云屏市大型科学仪器共享平台"
    assert chinese.subject == (
        "科技局请云屏材料研究所完善信息：单位简介、仪器设备、单位动态、管理制度、开放服务案例、管理开放信息。"
    )
    assert (
        chinese.body
        == f"""manager，您好：

{chinese.subject}

- 单位简介：单位简介尚未发布。请填写单位简介并提交审核。
- 仪器设备：尚未发布任何仪器。请录入仪器或从表格导入，然后提交审核。
- 单位动态：近 365 天已发布 0 条，应不少于 4 条。请再发布 4 条。
- 管理制度：尚未发布现行有效的管理制度。请发布现行有效的管理制度。
- 开放服务案例：近 365 天已发布 0 条，应不少于 2 条。请再发布 2 条。
- 管理开放信息：尚未发布管理开放信息。请发布 2024 年度的管理开放信息。
- 科技局补充说明：请在月底前完成

点击查看：
{desk}

{SIGNATURE}
云屏市大型科学仪器共享平台
本邮件由平台自动发送，请勿直接回复。
"""
    )
    assert parseaddr(english.from_email)[0] == "Yunping Research Instrument Sharing"
    assert english.subject == "The bureau asks Yunping Institute of Materials to complete its information:…"
    assert english.body.splitlines()[:3] == [
        "Dear second,",
        "",
        "The bureau asks Yunping Institute of Materials to complete its information: Profile, "
        "Instruments, News, Regulations, Service cases, Openness statement.",
    ]
    assert english.body.splitlines()[4:7] == [
        "- Profile: The profile is not published. Fill in the profile and submit it for review.",
        "- Instruments: No instrument is published. Enter the instruments, or import them from a sheet, and "
        "submit them for review.",
        "- News: 0 published in the last 365 days; 4 are needed. Publish 4 more.",
    ]
    assert english.body.splitlines()[12:14] == ["Open it here:", desk]


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ("好" * 79, "好" * 77 + "…"),
        ("好" * 78, "好" * 78),
        ("first\nsecond", "first second"),
        ("word " * 20, "word " * 14 + "word…"),
    ],
)
def test_a_subject_is_one_line_of_78_characters_at_most(world, message, subject):
    Notification.objects.create(user=world.user, message=message, created_at=NOW)
    journal_services.notifications_mail(NOW, tell=told)
    assert mail.outbox[0].subject == subject


# --- What runs out ----------------------------------------------------------------------------------------


def at(day, hour=8):
    """An hour of a day in the city."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


def messages(user):
    return [text for text, _lines, _path in reversed(inbox(user))]


def test_a_unit_is_told_30_days_ahead_and_on_the_day_and_never_twice(world, district):
    fill(world, world.unit, world.manager)  # on 1 September 2025
    publication_publish(
        actor=world.manager,
        kind=PublicationKind.OPENNESS,
        organization_id=world.unit.pk,
        values={"title_zh": "2025 年度", "body_zh": "正文", "year": 2025, "networkable_count": 3},
        now=at(date(2026, 1, 5)),
    )
    told_on = {}
    day = date(2026, 7, 1)
    while day < date(2026, 9, 20):
        for hour in (7, 8, 9):
            if done := completeness_notices_send(now=at(day, hour)):
                told_on[day, hour] = done
        day += DAY
    # Four kinds were published or confirmed on 1 September 2025 and count for 365 days.
    assert told_on == {(date(2026, 8, 3), 8): 4, (date(2026, 9, 2), 8): 4}
    assert messages(world.manager)[:4] == [
        "云屏材料研究所的单位简介将于2026年9月2日过期，请及时更新。",
        "云屏材料研究所的仪器设备将于2026年9月2日过期，请及时更新。",
        "云屏材料研究所的单位动态将于2026年9月2日过期，请及时更新。",
        "云屏材料研究所的开放服务案例将于2026年9月2日过期，请及时更新。",
    ]
    assert messages(world.manager)[4:5] == ["云屏材料研究所的单位简介已于2026年9月2日过期，请尽快更新。"]
    assert len(messages(world.manager)) == 8


def test_unit_that_acts_in_time_gets_no_expiry_notice(world, district):
    fill(world, world.unit, world.manager)
    completeness_notices_send(now=at(date(2026, 8, 3)))
    unit_profile_confirm(actor=world.manager, organization_id=world.unit.pk, now=at(date(2026, 8, 20)))
    completeness_notices_send(now=at(date(2026, 9, 2)))
    kinds = {one.params["kind"]["words"] for one in journal.notifications(world.manager)[:3]}
    assert kinds == {"Instruments", "News", "Service cases"}


def test_unit_whose_notices_fail_keeps_no_other_from_theirs_and_gets_them_in_the_next_run(
    world, district, monkeypatch
):
    manager = world.other_manager
    fill(world, world.unit, world.manager)
    fill(world, world.other, manager)
    tell = notices.notify

    def fail_for_first(**told):
        if world.manager in told["users"]:
            raise ValueError("A unit is broken.")
        tell(**told)

    monkeypatch.setattr(notices, "notify", fail_for_first)
    day = date(2026, 8, 3)
    sent = len(messages(manager))
    with pytest.raises(SomeFailed, match=rf"^unit {world.unit.pk}; done for others: 4$"):
        completeness_notices_send(now=at(day, 8))
    assert len(messages(manager)) == sent + 4
    monkeypatch.undo()
    assert completeness_notices_send(now=at(day, 9)) == 4
    assert completeness_notices_send(now=at(day, 10)) == 0
    assert len(messages(manager)) == sent + 4


def test_missed_notices_are_sent_for_a_week_only(world, district):
    fill(world, world.unit, world.manager)
    assert completeness_notices_send(now=at(date(2026, 9, 9))) == 0
    assert completeness_notices_send(now=at(date(2026, 9, 8))) == 4


def test_looking_through_the_units_takes_as_many_statements_for_many(world, district, statements):
    days = iter(date(2026, 8, 3) + n * DAY for n in range(9))
    statements.assert_unchanged(
        lambda: completeness_notices_send(now=at(next(days), 8)),
        by=lambda: [fill(world, world.unit, world.manager, now=NOW - 300 * DAY)],
    )


def test_outcomes_come_in_the_order_of_the_list():
    assert [one.value for one in ReminderOutcome] == ["sent", "recent", "complete", "unreachable"]
