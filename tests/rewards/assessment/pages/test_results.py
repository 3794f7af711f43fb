"""From a unit's amount down to the booking, and what the public reads."""

from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.usage.models import UsageConfirmation, UsageCorrection
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.journal.models import Notification
from providers.units.models import UnitProfile
from rewards.assessment.models import UnitAssessment
from rewards.assessment.services.recomputing import find_result_differences
from rewards.assessment.services.telling import ANNOUNCED_WITHOUT_SCORE
from rewards.findings.models import Finding
from rewards.report.selectors.sealed import get_sealed_units
from tests.rewards.builders import AFTER, POLICY, YEAR, local
from tests.rewards.conftest import DAY, Steps
from tests.rewards.reading import text_of

BY_INCOME_ALONE = (
    POLICY[: POLICY.index("[[groups]]")]
    + """
[[rules]]
code = "by-income"
kind = "income_rate"
clause_zh = "对外服务收入的百分之十"
rate = 0.1
"""
)


def assessment(organization):
    return UnitAssessment.objects.get(organization=organization)


def unit_page(client, organization):
    return client.get(reverse("assessment", args=[assessment(organization).public_id]))


def instrument_page(client, instrument, **query):
    ids = [assessment(instrument.organization).public_id, instrument.public_id]
    return client.get(reverse("instrument_result", args=ids), query)


def add_an_unconfirmed_and_an_overlapping_log(small):
    small.city.log(
        small.instrument,
        local(YEAR, 6, 1, 8),
        payer=small.client,
        external=True,
        amount=Decimal(1000),
        confirmed=False,
    )
    small.city.log(
        small.instrument, local(YEAR, 1, 2, 9), payer=small.client, external=True, amount=Decimal(1000)
    )


def test_an_amount_is_told_step_by_step_in_words(login, year, steps):
    steps.through("score")
    words = text_of(unit_page(login(year.city.officer), year.first))
    assert "奖励金额 ¥91,933.00 得分 100.00 满分 100 分 等级 良好" in words
    assert "按得分超出合格线的部分分配 得分100.00，起算分60，参与分配的分值40.00" in words
    assert (
        "资金分配 可分配资金100,000.00元，本单位计奖分值40.00分，全市计奖分值合计43.51分，"
        "按比例应得91,932.89元，取整到元，尾差按最大余数法调增1元，得91,933.00元" in words
    )


def test_a_log_entered_too_late_says_when_and_with_which_end(login, year):
    """Of a corrected one neither can be told from its times as they count."""
    entry = year.city.entry
    late = year.city.log(
        year.first_instrument,
        local(YEAR, 11, 1, 8),
        payer=year.client,
        external=True,
        amount=Decimal(1000),
        capture="manual",
        recorded_after=31 * DAY,
    )
    changes = {"ends_at": local(YEAR, 11, 5, 8).isoformat()}
    correction = UsageCorrection.objects.create(
        entry=entry(year.first_instrument, "correction", AFTER - DAY),
        log=late,
        changes=changes,
        reason="误记",
    )
    confirmed = entry(year.first_instrument, "confirmation", AFTER - DAY)
    UsageConfirmation.objects.create(log=late, correction=correction, entry=confirmed)
    limited = POLICY.replace("[counting]", "[counting]\nlate_by_hand_days = 30")
    Steps(year, policy=limited).through("score")
    words = text_of(instrument_page(login(year.manager), year.first_instrument, show="late_by_hand"))
    assert "补录超过规定期限 2025年12月2日 18:10 登记，登记时的结束时间为 2025年11月1日 18:10" in words


def test_no_score_is_shown_where_a_policy_gives_none(login, client, year):
    """0.00 would be a bad result."""
    steps = Steps(year, policy=BY_INCOME_ALONE)
    manager = year.city.person("管理员", year.first, Role.UNIT_MANAGER)
    report = steps.through("send")
    assert set(UnitAssessment.objects.values_list("score", "grade")) == {(None, "")}
    officer = login(year.city.officer)
    assert "云屏大学 — — ¥7,000.00" in text_of(officer.get(reverse("cycle", args=[YEAR])))
    words = text_of(unit_page(officer, year.first))
    assert "得分 本办法不设评价指标，不计得分。 小城大型科研仪器开放共享奖励办法 从上报到计入" in words
    told = Notification.objects.get(user=manager, message=ANNOUNCED_WITHOUT_SCORE)
    assert told.params == {"year": YEAR, "last": {"date": "2026-01-15"}, "amount": "7,000.00"}
    rows = officer.get(reverse("units_csv", args=[YEAR])).content.decode().splitlines()
    assert [row.split(",")[2] for row in rows[1:]] == ["—", "—", "—"]
    assert "云屏大学" in text_of(client.get(reverse("verify"), {"code": report.code}))
    assert {unit.score for unit in get_sealed_units(report)} == {None}


def test_the_same_reasons_stand_in_english(login, year, steps):
    steps.through("score")
    client = login(year.city.officer)
    client.cookies["django_language"] = "en"
    words = text_of(unit_page(client, year.first))
    assert "score 100.00, floor 60, 40.00 points take part in the division" in words
    assert "¥100,000.00 to divide, the weight of this unit is 40.00 of 43.51 in all" in words
    assert "raised by ¥1, left over by rounding, for the largest remainder" in words


def test_tables_of_indicators_are_named_in_the_language_of_the_page(login, year, steps):
    """Programs that read pages aloud say the name of a table."""
    steps.through("score")
    assessment(year.first).indicators.update(group_en="Operation and use")
    client = login(year.city.officer)
    client.cookies["django_language"] = "en"
    shown = unit_page(client, year.first).content.decode()
    assert 'aria-label="Operation and use"' in shown


def test_an_indicator_shows_value_formula_and_points(login, year, steps):
    steps.through("score")
    words = text_of(unit_page(login(year.city.officer), year.third))
    assert "有效机时率 有效机时÷定额机时 0.3542 250.00 ÷ 705.75 = 0.3542 40 0 0 1" in words
    assert "14.17 / 40.00 还差 25.83 分 达到 1 得满分" in words
    assert "质谱仪 184 705.75 250.00 50.00 ¥5,000.00 25" in words


def test_reported_less_excluded_less_overlap_is_what_counts_and_old_years_show_a_dash(login, small):
    add_an_unconfirmed_and_an_overlapping_log(small)
    small.steps.through("score")
    officer = login(small.city.officer)
    lines = "上报 5 50.00 − 按规则剔除 1 10.00 − 重叠时段 0 9.02 = 计入 4 30.98"
    note = "各单位各行机时分别四舍五入，上报为其余各行之和；合计与计算式按精确机时计算，"
    note += "末位数字可能略有出入。"
    assert f"{lines} {note}" in text_of(unit_page(officer, small.unit))
    assert f"{lines} {note}" in text_of(officer.get(reverse("cycle", args=[YEAR])))
    assert find_result_differences(small.steps.cycle) == []
    cycle = small.steps.cycle
    del cycle.totals["balance"]
    cycle.save()
    UnitAssessment.objects.update(balance=None)
    assert "上报 — — − 按规则剔除 — —" in text_of(unit_page(officer, small.unit))
    assert "上报 — — − 按规则剔除 — —" in text_of(officer.get(reverse("cycle", args=[YEAR])))
    assert find_result_differences(small.steps.cycle) == []


def test_a_balance_that_was_changed_alone_is_a_difference(small):
    small.steps.through("score")
    UnitAssessment.objects.update(balance=None)
    assert [each.where.split()[-1] for each in find_result_differences(small.steps.cycle)] == ["balance"]


def test_an_open_finding_stands_on_the_assessment_with_what_is_at_stake(login, year, steps):
    steps.freeze()
    steps.check()
    log = year.third_instrument.usage_logs.earliest("starts_at")
    finding = Finding.objects.create(
        cycle=steps.cycle,
        organization=year.third,
        kind="too_long",
        evidence_hash="1",
        logs=[log.public_id],
        answer_due_date=AFTER.date(),
        found_at=AFTER,
    )
    steps.score()
    words = text_of(unit_page(login(year.city.officer), year.third))
    assert "本单位待处理的问题" in words
    finding.refresh_from_db()
    assert f"{finding.points_at_stake:.2f}" in words
    assert "本单位待处理的问题" not in text_of(unit_page(login(year.city.officer), year.first))


def test_an_instrument_adds_up_from_its_logs_to_their_bookings(login, year, steps):
    steps.through("score")
    client = login(year.city.officer)
    answer = instrument_page(client, year.third_instrument)
    assert "计入 25 条 250.00 ¥11,000.00" in text_of(answer)
    log = year.third_instrument.usage_logs.earliest("starts_at")
    assert f'href="{reverse("usage_log", args=[log.public_id])}"' in answer.content.decode()
    assert f'href="{reverse("booking", args=[log.booking.public_id])}"' in answer.content.decode()


def test_many_logs_come_page_by_page(login, year, steps):
    steps.through("score")
    client = login(year.city.officer)
    first = instrument_page(client, year.first_instrument).context["page"]
    second = instrument_page(client, year.first_instrument, cursor=first.next_cursor).context["page"]
    third = instrument_page(client, year.first_instrument, cursor=second.next_cursor).context["page"]
    assert [len(page.items) for page in (first, second, third)] == [50, 50, 40]
    assert third.next_cursor is None
    assert len({log["log"] for page in (first, second, third) for log in page.items}) == 140
    assert instrument_page(client, year.first_instrument, cursor="LOG-NOBODY").status_code == 422


def test_excluded_logs_show_reason(login, small):
    add_an_unconfirmed_and_an_overlapping_log(small)
    small.steps.through("score")
    client = login(small.city.officer)
    words = text_of(instrument_page(client, small.instrument))
    assert "全部 5 计入 4 部分计入 1 不计入 1 未经确认 1" in words
    assert "不计入 未经确认 0.00 ¥0.00" in words
    assert f"部分计入 共 10.00 小时，其余与 {small.logs[0].public_id} 重叠" in words
    only = instrument_page(client, small.instrument, show="unconfirmed").context["page"].items
    assert [log["reason"] for log in only] == ["unconfirmed"]
    assert "未经确认 1 10" in text_of(client.get(reverse("cycle", args=[YEAR])))


def test_what_a_unit_reported_and_does_not_count_leads_to_its_logs(login, small):
    add_an_unconfirmed_and_an_overlapping_log(small)
    small.steps.through("score")
    client = login(small.city.officer)
    page = unit_page(client, small.unit)
    logs = reverse(
        "instrument_result", args=[page.context["assessment"].public_id, small.instrument.public_id]
    )
    assert f'<a href="{logs}?show=excluded">1</a>' in page.content.decode()
    assert "4 其中部分计入 1 1" in text_of(page)
    excluded = instrument_page(client, small.instrument, show="excluded").context["page"].items
    assert [log["reason"] for log in excluded] == ["unconfirmed"]
    part = instrument_page(client, small.instrument, show="part").context["page"].items
    assert [log["taken_by"] for log in part] == [[small.logs[0].public_id]]


def test_a_log_that_starts_in_another_year_is_told_apart_as_no_balance_has_it(login, small):
    small.city.log(
        small.instrument, local(YEAR - 1, 12, 31, 20), payer=small.client, external=True, amount=Decimal(1000)
    )
    small.steps.through("score")
    page = unit_page(login(small.city.officer), small.unit)
    assert page.context["assessment"].balance["excluded"]["entries"] == 0
    (row,) = page.context["instruments"]
    assert (row.excluded_count, row.other_year_count) == (0, 1)
    assert '?show=other_year"' in page.content.decode()
    assert "1 条开始时间不在本年度" in text_of(page)


def test_more_logs_and_instruments_take_no_more_statements(login, small, statements):
    small.steps.through("score")
    client = login(small.city.officer)

    def more():
        small.city.logs(small.instrument, 40, payer=small.client, external=True)
        for number in range(5):
            small.city.instrument(small.unit, f"第{number}台质谱仪")
        cycle = small.steps.cycle
        type(cycle).objects.update(state="collecting")
        cycle.parts.all().delete()
        small.steps.through("score")

    def read():
        unit_page(client, small.unit)
        instrument_page(client, small.instrument)

    statements.assert_unchanged(read, by=more)


def test_a_unit_reads_its_own_assessment_and_no_other(login, year, steps):
    steps.through("score")
    client = login(year.manager)
    assert unit_page(client, year.first).status_code == 200
    assert instrument_page(client, year.first_instrument).status_code == 200
    assert unit_page(client, year.second).status_code == 404
    assert instrument_page(client, year.second_instrument).status_code == 404
    other = year.city.person("管理员", year.second, Role.UNIT_MANAGER)
    assert unit_page(login(other), year.second).status_code == 200


@pytest.mark.parametrize("last", ["check", "score"])
def test_results_return_404_before_notice(client, login, small, last):
    small.steps.through(last)
    address = reverse("result", args=[YEAR])
    assert client.get(address).status_code == 404
    assert login(small.city.officer).get(address).status_code == 404


def test_the_public_notice_has_units_grades_amounts_and_its_period(client, year, steps):
    steps.through("announce")
    answer = client.get(reverse("result", args=[YEAR]))
    words = text_of(answer)
    assert "参评单位 3 家，其中 2 家获得奖励。" in words
    assert "公示期：2026年1月8日至2026年1月15日。" in words
    assert "云屏大学 良好 ¥91,933.00 云屏材料研究所 合格 ¥8,067.00 云屏海洋研究院 较差 ¥0.00" in words
    assert "合计 ¥100,000.00" in words
    assert "100.00" not in words.replace("¥100,000.00", "")
    steps.approve()
    assert "经公示，已于2026年1月19日审定。" in text_of(client.get(reverse("result", args=[YEAR])))


def test_the_public_notice_leads_to_units_that_have_a_page(client, year, steps):
    steps.through("announce")
    Organization.objects.filter(pk=year.second.pk).update(state="suspended")
    UnitProfile.objects.filter(organization=year.third).update(state="draft", published_at=None)
    answer = client.get(reverse("result", args=[YEAR]))
    assert "云屏材料研究所 合格 ¥8,067.00" in text_of(answer)
    addresses = [reverse("unit", args=[unit.public_id]) for unit in (year.first, year.second, year.third)]
    assert [address in answer.content.decode() for address in addresses] == [True, False, False]
