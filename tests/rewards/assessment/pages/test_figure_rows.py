"""What satisfaction, decisions in time and completeness were made of, row by row."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from bookings.requests.models import Booking
from instrument_share.accounts.domain import Role
from providers.instruments.models import Instrument
from providers.units.models import Regulation
from rewards.assessment.models import UnitAssessment
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.report.reports.tables import build_indicators_table
from tests.rewards.builders import AFTER, BEFORE, POLICY_OF_ALL_ROWS, YEAR, local
from tests.rewards.conftest import Steps
from tests.rewards.page_fixtures import build_small_city
from tests.rewards.reading import text_of


@pytest.fixture
def small(db):
    small = build_small_city()
    small.steps = Steps(small, policy=POLICY_OF_ALL_ROWS)
    return small


def page(client, name, **query):
    return client.get(reverse(f"assessment_{name}", args=[UnitAssessment.objects.get().public_id]), query)


def get_indicator(measure):
    return UnitAssessment.objects.get().indicators.get(measure=measure)


def add_ratings(small):
    for rating in ("very_satisfied", "very_satisfied", "neutral", "very_poor"):
        small.city.logs(small.instrument, 1, payer=small.client, external=True, rating=rating)
    cheap = small.city.instrument(small.unit, "天平", value=1000)
    small.city.logs(cheap, 1, payer=small.client, external=True, rating="very_poor")


def ask_for_decisions(small):
    """Of four requests one is of the year before, one decided in time, one lapses and one is withdrawn."""
    small.city.logs(small.instrument, 1, payer=small.client, external=True)
    _of_the_year_before, first, second, third = Booking.objects.order_by("requested_at")
    deadline = F("requested_at") + timedelta(hours=24)
    Booking.objects.update(decide_by=deadline)
    Booking.objects.filter(pk=first.pk).update(decided_at=F("requested_at") + timedelta(hours=1))
    Booking.objects.filter(pk=second.pk).update(state="lapsed")
    Booking.objects.filter(pk=third.pk).update(state="cancelled")
    return first, second


def test_the_figures_of_an_assessment_lead_to_their_rows(login, small):
    small.steps.through("score")
    unit = UnitAssessment.objects.get()
    shown = login(small.city.officer).get(reverse("assessment", args=[unit.public_id])).content.decode()
    for name, measure in (
        ("ratings", "satisfaction"),
        ("decisions", "decision_timeliness"),
        ("completeness", "completeness"),
    ):
        address = reverse(f"assessment_{name}", args=[unit.public_id])
        assert f'href="{address}">{get_indicator(measure).written_formula}</a>' in shown


def test_large_values_are_grouped_as_in_their_formulas(login, small):
    small.steps.through("score")
    result = get_indicator("completeness")
    result.value, result.formula = "23431.8300", "23431.83 ÷ 1 = 23431.83"
    result.save()
    client, told = login(small.city.officer), "23,431.8300 23,431.83 ÷ 1 = 23,431.83"
    address = reverse("assessment", args=[result.assessment.public_id])
    assert told in text_of(client.get(address))
    assert told in text_of(page(client, "completeness"))
    table = build_indicators_table(result.assessment)
    assert ("23,431.8300", "23,431.83 ÷ 1 = 23,431.83") in [row[2:4] for row in table.rows]


def test_satisfaction_is_the_sum_of_the_ratings_listed(login, small):
    add_ratings(small)
    small.steps.through("score")
    answer = page(login(small.city.officer), "ratings")
    assert get_indicator("satisfaction").formula == "14 ÷ 4 = 3.5000"
    assert "数值 3.5000 14 ÷ 4 = 3.5000 评价数 4 评价分合计（最高 5 分） 14" in text_of(answer)
    logs = answer.context["page"].items
    assert [(log["rating"], log["figure"]) for log in logs] == [
        ("very_satisfied", 5),
        ("very_satisfied", 5),
        ("neutral", 3),
        ("very_poor", 1),
    ]
    assert "全部 4 非常满意 2 满意 0 一般 1 不满意 0 极差 1" in text_of(answer)


def test_ratings_are_narrowed_by_the_address(login, small):
    add_ratings(small)
    small.steps.through("score")
    client = login(small.city.officer)
    only = page(client, "ratings", show="very_satisfied").context["page"].items
    assert [log["rating"] for log in only] == ["very_satisfied", "very_satisfied"]
    assert "没有符合条件的评价" in text_of(page(client, "ratings", show="satisfied"))


def test_a_rating_given_after_the_freeze_is_not_listed(login, small):
    small.steps.through("score")
    small.city.logs(small.instrument, 1, payer=small.client, external=True, rating="very_poor")
    answer = page(login(small.city.officer), "ratings")
    assert answer.context["page"].items == []
    assert answer.context["number"] == answer.context["total"] == 0


def test_the_rating_of_an_invalidated_use_neither_counts_nor_is_listed(login, small):
    add_ratings(small)
    small.steps.freeze()
    small.steps.check()
    worst = small.instrument.usage_logs.get(review__rating="very_poor")
    finding = Finding.objects.create(
        cycle=small.steps.cycle,
        organization=small.unit,
        kind="too_long",
        evidence_hash="1",
        logs=[worst.public_id],
        answer_due_date=AFTER.date(),
        found_at=AFTER,
    )
    at = AFTER + timedelta(days=2)
    small.city.answer(finding, at)
    finding_decide(
        actor=small.city.auditor,
        finding_id=finding.pk,
        uphold=True,
        invalidated_logs=[worst.public_id],
        reason="记录不实",
        now=at,
    )
    small.steps.score()
    answer = page(login(small.city.officer), "ratings")
    assert get_indicator("satisfaction").formula == "13 ÷ 3 = 4.3333"
    assert (answer.context["number"], answer.context["total"]) == (3, 13)


def test_decisions_are_the_requests_that_were_counted(login, small):
    first, second = ask_for_decisions(small)
    small.steps.through("score")
    answer = page(login(small.city.officer), "decisions")
    assert get_indicator("decision_timeliness").formula == "1 ÷ (1 + 1) = 0.5000"
    assert "数值 0.5000 1 ÷ (1 + 1) = 0.5000 按时审批 1 已失效 1" in text_of(answer)
    assert list(answer.context["page"].items) == [first, second]
    assert f'href="{reverse("booking", args=[first.public_id])}"' in answer.content.decode()
    assert "现有记录与冻结的数字不同" not in text_of(answer)
    lapsed = page(login(small.city.officer), "decisions", show="lapsed").context["page"].items
    assert list(lapsed) == [second]


def test_the_instruments_of_decisions_bear_their_frozen_names(login, small):
    ask_for_decisions(small)
    small.steps.through("score")
    frozen = small.instrument.name_zh
    Instrument.objects.filter(pk=small.instrument.pk).update(name_zh="改名后的仪器")
    rows = page(login(small.city.officer), "decisions").context["page"].items
    assert [each.instrument.name_zh for each in rows] == [frozen, frozen]


def test_a_decision_taken_back_since_is_said_beside_the_frozen_number(login, small):
    first, _second = ask_for_decisions(small)
    small.steps.through("score")
    Booking.objects.filter(pk=first.pk).update(decided_at=None)
    words = text_of(page(login(small.city.officer), "decisions"))
    assert "按时审批 1 已失效 1" in words
    assert "现有记录与冻结的数字不同：按时审批 0 项，已失效 1 项" in words


def test_a_year_without_requests_says_so(login, small):
    small.steps.through("score")
    words = text_of(page(login(small.city.officer), "decisions"))
    assert "数值 — 0 ÷ (0 + 0) = — 按时审批 0 已失效 0" in words
    assert "没有符合条件的申请" in words


def test_completeness_is_the_sum_of_the_month_ends(login, small):
    small.steps.through("score")
    answer = page(login(small.city.officer), "completeness")
    formula = get_indicator("completeness").written_formula
    rows = answer.context["rows"]
    assert [month.as_of.month for month, _complete in rows] == list(range(1, 13))
    assert formula.startswith(f"{sum(complete for _month, complete in rows)} ÷ (6 × 12)")
    assert formula in text_of(answer)
    assert answer.context["differ"] == []


def test_a_month_that_would_be_judged_otherwise_today_says_so(login, small):
    regulation = Regulation.objects.create(
        organization=small.unit,
        title_zh="仪器管理办法",
        body_zh="全文",
        effective_date=BEFORE.date(),
        created_at=BEFORE,
        published_at=BEFORE,
    )
    regulation.history.update(history_date=BEFORE)
    small.steps.through("score")
    client = login(small.city.officer)
    rows = page(client, "completeness").context["rows"]
    assert [complete for _month, complete in rows] == [2] * 5 + [1] * 7
    assert get_indicator("completeness").formula == "17 ÷ (6 × 12) = 0.2361"
    regulation.history.update(history_date=local(YEAR, 3, 2))
    answer = page(client, "completeness")
    assert [month.as_of.month for month in answer.context["differ"]] == [1, 2]
    assert "2 个月末按现有记录判定的数字与冻结的数字不同，评价以冻结的数字为准。" in text_of(answer)
    assert "2025年1月31日 2 现有记录 1" in text_of(answer)
    assert "各月合计 17" in text_of(answer)


def test_a_unit_reads_its_own_rows_and_no_other(login, small):
    small.steps.through("score")
    own = small.city.person("管理员", small.unit, Role.UNIT_MANAGER)
    other = small.city.person("他人", small.city.unit("云屏材料研究所"), Role.UNIT_MANAGER)
    for name in ("ratings", "decisions", "completeness"):
        assert page(login(own), name).status_code == 200
        assert page(login(other), name).status_code == 404
        assert page(login(small.city.researcher), name).status_code == 403


def test_no_rows_are_shown_of_what_the_policy_does_not_measure(login, db):
    small = build_small_city()
    Steps(small).through("score")
    for name in ("ratings", "decisions", "completeness"):
        assert page(login(small.city.officer), name).status_code == 404


def test_many_rows_come_page_by_page_and_take_no_more_statements(login, small, statements):
    ask_for_decisions(small)
    add_ratings(small)
    small.steps.through("score")
    client = login(small.city.officer)

    def more():
        small.city.logs(small.instrument, 60, payer=small.client, external=True, rating="satisfied")
        Booking.objects.update(
            decide_by=F("requested_at") + timedelta(hours=2),
            decided_at=F("requested_at") + timedelta(hours=1),
        )
        cycle = small.steps.cycle
        type(cycle).objects.update(state="collecting")
        cycle.parts.all().delete()
        small.steps.through("score")

    def read():
        return [page(client, name) for name in ("ratings", "decisions", "completeness")]

    statements.assert_unchanged(read, by=more)
    for name, whole in (("ratings", 64), ("decisions", 67)):
        first = page(client, name)
        second = page(client, name, cursor=first.context["page"].next_cursor)
        assert [len(one.context["page"].items) for one in (first, second)] == [50, whole - 50]


def test_the_pages_stand_in_english(login, small):
    ask_for_decisions(small)
    add_ratings(small)
    small.steps.through("score")
    client = login(small.city.officer)
    client.cookies["django_language"] = "en"
    assert "Sum of the ratings, 5 for the best 14" in text_of(page(client, "ratings"))
    assert "Decided in time 1 Lapsed 1" in text_of(page(client, "decisions"))
    assert "Complete kinds, all months together" in text_of(page(client, "completeness"))
