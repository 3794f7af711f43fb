"""What convinced the checks: said in words and drawn, from what was frozen and what the records hold."""

import csv
import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageDispute
from instrument_share.accounts.domain import Role
from instrument_share.accounts.services.relations import relation_declare, relation_end
from instrument_share.journal.services import record
from providers.domain import OpeningPattern
from providers.models import Closure
from providers.terms.openings import calendar_rows
from rewards.findings.domain.causes import FURTHER
from rewards.findings.models import Finding
from rewards.policy.domain.vocabulary import KINDS, OPENED_KINDS
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.reading import text_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def log(small):
    """`log(start, …)`: one more use of ten hours by the enterprise."""

    def log(start, **values):
        return small.city.log(
            small.instrument,
            start,
            **{"payer": small.client, "external": True, "amount": Decimal(1000), **values},
        )

    return log


@pytest.fixture
def found(small, clock):
    """`found(kind, logs, …)`: a finding of the frozen year; the year freezes before the first one."""
    clock.set(AFTER + 2 * DAY)

    def found(kind, logs, **evidence):
        if small.steps.cycle.frozen_at is None:
            small.steps.freeze()
        return Finding.objects.create(
            cycle=small.steps.cycle,
            organization=small.unit,
            instrument=small.instrument,
            kind=kind,
            evidence_hash=f"{kind} {Finding.objects.count()}",
            logs=sorted(each.public_id for each in logs),
            evidence=evidence,
            answer_due_date=local(2026, 1, 20).date(),
            found_at=AFTER,
        )

    return found


@pytest.fixture
def page(small, login):
    """`page(finding)`: the answer to an auditor, and with `by` to somebody else."""

    def page(finding, by=None, language="zh-hans"):
        client = login(by or small.city.auditor)
        client.cookies["django_language"] = language
        return client.get(reverse("finding", args=[finding.public_id]))

    return page


def test_every_kind_says_what_convinced_the_check(small, log, found, page):
    sound, overlapping = small.logs[0], log(local(YEAR, 1, 2, 12), recorded_after=DAY)
    late = log(local(YEAR, 3, 1, 8), booked=False, capture="manual", recorded_after=40 * DAY)
    outside = log(local(YEAR, 12, 31, 8))
    own = log(local(YEAR, 4, 1, 8), payer=small.unit)
    early = log(local(YEAR, 4, 2, 8))
    type(early.booking).objects.filter(pk=early.booking.pk).update(
        starts_at=local(YEAR, 4, 2, 12), ends_at=local(YEAR, 4, 2, 18), held_until=local(YEAR, 4, 2, 18)
    )
    disputed = log(local(YEAR, 4, 3, 8))
    UsageDispute.objects.create(
        log=disputed,
        raised_by=disputed.user,
        raised_at=local(YEAR, 4, 4, 9),
        reason="当天下午没有上机",
        answer_by=local(YEAR, 4, 14, 9),
    )
    told = {
        "overlap": (
            [sound, overlapping],
            "2025年1月2日 周四 12:00–22:10 扫描电子显微镜（扫描电子显微镜实验室）",
        ),
        "too_long": (
            [early],
            "使用时间2025年4月2日 周三 08:00–18:10；预约时间2025年4月2日 周三 12:00–18:00，",
        ),
        "outside_windows": ([outside], "2025年12月31日 周三无开放时段。适用开放服务规则第 1 版，"),
        "no_booking": (
            [late],
            "无对应预约。由研究员于2025年4月10日 18:10录入（人工补录），距使用结束 40 天。",
        ),
        "self_dealing": ([own], "云屏大学与仪器管理单位为同一法人。"),
        "late_by_hand": ([late], "由研究员于2025年4月10日 18:10录入（人工补录），距使用结束 40 天。"),
        "bulk_at_year_end": ([late], "由研究员于2025年4月10日 18:10录入（人工补录），距使用结束 40 天。"),
        "amount": ([late], "登记金额 ¥1,000.00；无对应预约，故无报价。"),
        "disputed": (
            [disputed],
            "使用人于2025年4月4日 09:00对机时提出异议：“当天下午没有上机”。"
            "管理单位应于2025年4月14日 09:00前答复，至今未答复。",
        ),
        "two_places": ([sound, overlapping], "操作人扫描电子显微镜操作员。"),
        "never_idle": ([sound], "上机 10.17 小时，其中有效机时 10.00 小时、空闲 0.17 小时。"),
        "above_calendar": ([sound, overlapping], "由研究员于2025年1月3日 22:10登记（签到签退），"),
        "device_disagrees": ([sound, overlapping], "为该仪器第"),
        "inspection": ([], "检查时仪器处于封存状态"),
        "objection": ([], "检查时仪器处于封存状态"),
    }
    assert set(told) == {*KINDS, *OPENED_KINDS}
    for kind, (logs, words) in told.items():
        seen = {"seen": "检查时仪器处于封存状态"} if kind in OPENED_KINDS else {}
        assert words in text_of(page(found(kind, logs, **seen))), kind


def test_a_relation_says_what_it_is_since_when_and_who_entered_it(small, log, found, page):
    use = log(local(YEAR, 4, 1, 8))
    declared = {"first": small.unit, "second": small.client}
    relation = relation_declare(actor=None, now=local(YEAR, 2, 1, 9), **declared)
    finding = found("self_dealing", [use], user=small.client.public_id, owner=small.unit.public_id)
    words = text_of(page(finding))
    assert "云屏小微企业有限公司与云屏大学已申报为关联单位。由" in words
    assert "于2025年2月1日 09:00登记（审计记录第" in words
    (number,) = re.findall(r"审计记录第 (\d+) 号", words)
    link = f'href="{reverse("journal")}?number={number}"'
    assert link in page(finding, by=small.city.officer).content.decode()
    assert link not in page(finding).content.decode()
    assert "该登记晚于使用时间" not in words
    assert "2026年1月5日冻结的数据中，云屏小微企业有限公司列于云屏大学的关联单位名单。" in words
    relation_end(
        actor=small.city.officer,
        organization_id=relation.first_id,
        other_id=relation.second_id,
        reason="转让",
        now=local(2026, 1, 6, 9),
    )
    assert "该关系于2026年1月6日（数据冻结后）终止。" in text_of(page(finding))


def test_a_relation_that_was_entered_after_the_use_says_so(small, log, found, page):
    use = log(local(YEAR, 4, 1, 8))
    relation_declare(actor=None, first=small.unit, second=small.client, now=local(YEAR, 5, 1, 9))
    finding = found("self_dealing", [use], user=small.client.public_id, owner=small.unit.public_id)
    assert "That was after the use." in text_of(page(finding, language="en"))


def test_a_use_outside_the_windows_shows_those_of_its_day(small, log, found, page):
    """The rule and who published it, a public holiday and what was closed, also what was lifted since."""
    use = log(local(YEAR, 10, 1, 8))
    keeper = small.city.operators[small.instrument.pk]
    Closure.objects.create(
        instrument=small.instrument,
        starts_at=local(YEAR, 10, 1, 9),
        ends_at=local(YEAR, 10, 1, 10),
        reason_zh="更换灯丝",
        created_at=local(YEAR, 9, 30, 9),
        created_by=keeper,
        lifted_at=local(2026, 1, 6, 9),
    )
    small.instrument.open_windows.all().delete()
    small.instrument.open_windows.create(
        rule=small.instrument.rules.get(), starts_at=local(YEAR, 10, 1, 7), ends_at=local(YEAR, 10, 1, 9)
    )
    words = text_of(page(found("outside_windows", [use], hours="9.17")))
    assert "2025年10月1日 周三开放时段：07:00–09:00。当日为法定节假日。" in words
    assert "适用开放服务规则第 1 版，自2024年6月1日起施行，2024年6月1日 08:00发布。" in words
    name = keeper.name
    assert f"停用时间2025年10月1日 周三 09:00–10:00：更换灯丝（{name}于2025年9月30日 09:00登记）。" in words
    assert "该停用已于2026年1月6日 09:00解除。" in words
    assert "冻结后有变动" not in words


def test_windows_that_differ_from_what_was_frozen_are_said(small, log, found, page):
    use = log(local(YEAR, 12, 31, 8))
    finding = found("outside_windows", [use], hours="10.17")
    small.instrument.open_windows.create(
        rule=small.instrument.rules.get(), starts_at=local(YEAR, 12, 31, 8), ends_at=local(YEAR, 12, 31, 10)
    )
    assert "开放时段在数据冻结后有变动：冻结时该次使用有 0.00 小时在内，现为 2.00 小时。" in text_of(
        page(finding)
    )


def test_the_hours_that_granted_the_booking_count_beside_the_windows(small, log, found, page):
    use, rule = log(local(YEAR, 12, 31, 8)), small.instrument.rules.get()
    morning = OpeningPattern(time(8), time(10), date(YEAR, 1, 1), weekdays=tuple(range(7)))
    for recurrence, event in calendar_rows("morning", [morning])[1]:
        recurrence.save()
        event.calendar, event.rule = rule.calendar, recurrence
        event.save()
    words = text_of(page(found("outside_windows", [use], hours="8.17")))
    assert "2025年12月31日 周三无开放时段。" in words
    assert "该预约依据第 1 版规则获准，下列时段一并计入：2025年12月31日 周三 08:00–10:00。" in words
    assert "冻结后有变动" not in words


def test_a_use_beside_its_booking_names_who_decided_and_who_checked_in_and_out(small, log, found, page):
    use = log(local(YEAR, 4, 2, 8))
    booking, keeper = use.booking, small.city.operators[small.instrument.pk]
    type(booking).objects.filter(pk=booking.pk).update(starts_at=local(YEAR, 4, 2, 12))
    acts = [("requested", small.city.researcher, 7), ("checked_in", keeper, 8), ("checked_out", keeper, 18)]
    for act, actor, hour in acts:
        record(actor=actor, action=f"booking.{act}", subject=booking, now=local(YEAR, 4, 2, hour))
    finding = found("too_long", [use])
    granted = (
        f"研究员于2025年4月2日 07:00提交；按规则自动通过，无需审批；{keeper.name}于2025年4月2日 08:00办理签到"
    )
    assert f"预约 {booking.public_id}：{granted}" in text_of(page(finding))
    record(actor=keeper, action="booking.approved", subject=booking, now=local(YEAR, 4, 2, 8))
    words = text_of(page(finding))
    assert f"{keeper.name}于2025年4月2日 08:00批准" in words
    assert "按规则自动通过" not in words


def test_a_main_piece_speaks_of_its_own_uses_only(small, log, found, page):
    """A finding that was tied together has uses of which its kind says nothing."""
    outside = log(local(YEAR, 12, 31, 8))
    inside = log(local(YEAR, 12, 29, 8))
    also = [{"kind": "overlap", "logs": [outside.public_id, inside.public_id]}]
    answer = page(found("outside_windows", [outside, inside], **{FURTHER: also}))
    main, further = answer.context["pieces"]
    assert [line.use.id for line in main.lines] == [outside.public_id]
    assert [line.use.id for line in further.lines] == [inside.public_id, outside.public_id]


def correct(small, log, at, changes):
    entry = small.city.entry
    correction = UsageCorrection.objects.create(
        entry=entry(small.instrument, "correction", at), log=log, changes=changes, reason="误记"
    )
    confirmed = entry(small.instrument, "confirmation", at + DAY)
    UsageConfirmation.objects.create(log=log, correction=correction, entry=confirmed)


def test_a_late_entry_is_late_by_the_end_that_was_entered(small, log, found, page):
    late = log(local(YEAR, 3, 1, 8), booked=False, capture="manual", recorded_after=31 * DAY)
    correct(small, late, local(YEAR, 4, 2), {"ends_at": local(YEAR, 3, 5, 8).isoformat()})
    words = text_of(page(found("late_by_hand", [late])))
    assert "于2025年4月1日 18:10录入（人工补录），距使用结束 31 天。" in words
    assert "录入时填写的结束时间为2025年3月1日 18:10，后经更正。" in words


def test_a_log_corrected_after_the_freeze_says_so(small, log, found, page):
    use = log(local(YEAR, 4, 2, 8))
    finding = found("never_idle", [use])
    assert "数据冻结后" not in text_of(page(finding))
    correct(small, use, AFTER, {"idle_seconds": 0})
    assert "该记录在数据冻结后于2026年1月6日 10:00更正，以冻结的数据为准。" in text_of(page(finding))


def test_a_day_is_drawn_with_windows_bookings_and_uses(small, log, found, page):
    later = log(local(YEAR, 1, 2, 12), booked=False)
    answer = page(found("overlap", [small.logs[0], later]))
    (drawing,) = [each.drawing for each in answer.context["pictures"]]
    assert 'style="' not in drawing
    assert re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', drawing) == [
        ("0.00", "100.00"),  # open all day, behind the first use
        ("33.33", "42.36"),  # booked 08:00–18:10
        ("33.33", "42.36"),  # used
        ("50.00", "25.69"),  # used twice 12:00–18:10
        ("0.00", "100.00"),
        ("50.00", "42.36"),  # used 12:00–22:10
        ("50.00", "25.69"),
    ]
    words = re.search(r'aria-label="([^"]+)"', drawing)[1]
    assert "预约：2025年1月2日 周四 08:00–18:10" in words
    assert "使用：2025年1月2日 周四 12:00–22:10" in words
    assert words.endswith("重叠：2025年1月2日 周四 12:00–18:10")


def test_a_use_of_two_days_is_drawn_over_both(small, log, found, page):
    use = log(local(YEAR, 12, 29, 20))
    (picture,) = page(found("outside_windows", [use])).context["pictures"]
    assert picture.caption == "2025年12月29日 周一 – 2025年12月30日 周二"
    bars = re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', picture.drawing)
    assert bars == [("0.00", "50.00"), ("41.67", "21.18"), ("41.67", "21.18")]


def test_fifty_uses_take_as_many_statements_as_one_and_most_fold_away(small, log, found, page, statements):
    logs = [log(local(YEAR, 3, 1, 8) + number * DAY, booked=False) for number in range(50)]
    finding = found("no_booking", logs[:1], entries=1)

    def more():
        Finding.objects.filter(pk=finding.pk).update(logs=sorted(each.public_id for each in logs))

    statements.assert_unchanged(lambda: page(finding), by=more)
    answer = page(finding)
    (piece,) = answer.context["pieces"]
    assert (len(piece.lines), len(piece.more)) == (5, 45)
    assert (len(answer.context["pictures"]), answer.context["undrawn"]) == (3, 47)
    assert "另有 47 条记录未绘出。" in text_of(answer)


def test_the_unit_sees_the_evidence_of_its_own_uses_only(small, log, found, page):
    other = small.city.instrument(small.city.unit("云屏材料研究所"), "质谱仪")
    theirs = small.city.log(
        other, local(YEAR, 1, 2, 9), payer=small.client, external=True, amount=Decimal(1000)
    )
    finding = found("two_places", [small.logs[0], theirs])
    manager = small.city.person("管理员", small.unit, Role.UNIT_MANAGER)
    words = text_of(page(finding, by=manager))
    assert small.logs[0].public_id in words
    assert theirs.public_id not in words
    assert theirs.public_id in text_of(page(finding))


def test_the_export_has_the_evidence_as_a_line(small, log, found, login):
    use = log(local(YEAR, 4, 1, 8), payer=small.unit)
    also = [{"kind": "no_booking", "logs": [use.public_id], "entries": 1}]
    found("self_dealing", [use], owner=small.unit.public_id, amount="1000.00", **{FURTHER: also})
    answer = login(small.city.auditor).get(reverse("findings", args=[YEAR]), {"export": "csv"})
    head, row = csv.reader(b"".join(answer).decode("utf-8-sig").splitlines())
    told = dict(zip(head, row, strict=True))["问题依据"]
    assert told == "仪器所属单位：云屏大学；登记金额：¥1,000.00 / 涉及的记录：1"
