"""Every yuan followed back to the hours that earned it, by those who are entitled to look."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.contrib.auth.models import AnonymousUser

from instrument_share.accounts.domain import Role
from instrument_share.kernel.errors import NotFound
from rewards.assessment import selectors as assessment_selectors
from rewards.assessment.selectors import assessments, get_public_results, get_snapshot_logs
from rewards.cycle.selectors import cycles as cycles_selectors
from rewards.cycle.selectors.cycles import cycles
from rewards.findings.selectors.findings import findings
from rewards.report.selectors.reports import reports
from tests.rewards.builders import POLICY, YEAR
from tests.rewards.conftest import Steps

BY_INCOME = (
    POLICY[: POLICY.index("[[rules]]")]
    + """
[caps]
unit = 60000

[[rules]]
code = "by-income"
kind = "income_rate"
clause_zh = "对外服务收入的百分之十"
rate = 0.1
"""
)


@pytest.fixture
def viewers(year):
    return {
        "officer": year.city.officer,
        "auditor": year.city.auditor,
        "finance": year.city.finance,
        "manager": year.manager,
        "stranger": year.city.person("别的管理员", year.second, Role.UNIT_MANAGER),
        "researcher": year.city.researcher,
        "public": AnonymousUser(),
    }


def test_the_logs_add_up_to_the_basis_of_the_award(year):
    log = year.first_instrument.usage_logs.filter(external=True).order_by("starts_at").first()
    year.city.log(
        year.first_instrument,
        log.starts_at + timedelta(hours=5),
        payer=year.client,
        external=True,
        amount=Decimal(1000),
        recorded_after=timedelta(days=1),
    )
    steps = Steps(year, policy=BY_INCOME)
    steps.through("score")
    cycle = steps.cycle
    viewer = year.city.finance
    assessment = assessments(viewer, cycle).get(organization=year.first)
    assessment = assessment_selectors.get_assessment(viewer, assessment.public_id)
    (result,) = assessment.instruments.all()
    logs = get_snapshot_logs(viewer, result)
    external = [each for each in logs if each["external"]]
    income = sum(each["counted_yuan"] for each in external)
    # 70 uses of 1,000 and the 30/61 of one that the use before it left.
    assert income == 70_000 + Fraction(30_000, 61)
    assert sum(each["counted_seconds"] for each in logs) == 1400 * 3600 + 36000 * Fraction(30, 61)
    assert assessment.award.reasoning["rules"][0]["basis"] == f"{float(income):.2f}" == "70491.80"
    assert assessment.award.amount_yuan == Decimal("7049")
    assert {each["booking"] for each in logs} == set(
        year.first_instrument.bookings.values_list("public_id", flat=True)
    )


def test_a_log_that_does_not_count_says_why(year):
    year.city.logs(
        year.second_instrument, 1, payer=year.client, external=True, related=True, rating="satisfied"
    )
    steps = Steps(year)
    steps.through("score")
    assessment = assessments(year.city.auditor, steps.cycle).get(organization=year.second)
    result = assessment.instruments.get(instrument=year.second_instrument)
    out = [each for each in get_snapshot_logs(year.city.auditor, result) if not each["counted"]]
    assert [(each["reason"], each["message"], each["counted_seconds"]) for each in out] == [
        ("related", "The user is a related organization", 0)
    ]


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("officer", 3),
        ("auditor", 3),
        ("finance", 3),
        ("manager", 1),
        ("stranger", 1),
        ("researcher", 0),
        ("public", 0),
    ],
)
def test_assessment_visibility_depends_on_role(year, viewers, who, sees):
    steps = Steps(year)
    steps.through("announce")
    viewer = viewers[who]
    assert assessments(viewer, steps.cycle).count() == sees
    of_first = assessments(year.city.officer, steps.cycle).get(organization=year.first)
    may = who in ("officer", "auditor", "finance", "manager")
    for look in (
        lambda: assessment_selectors.get_assessment(viewer, of_first.public_id),
        lambda: get_snapshot_logs(viewer, of_first.instruments.get()),
    ):
        if may:
            assert look()
        else:
            with pytest.raises(NotFound):
                look()


def test_the_public_sees_results_only_when_they_are_noticed(year, viewers):
    steps = Steps(year)
    steps.through("score")
    assert get_public_results(steps.cycle) == []
    with pytest.raises(NotFound):
        cycles_selectors.get_cycle(viewers["public"], YEAR)
    steps.announce()
    assert cycles_selectors.get_cycle(viewers["public"], YEAR).awarded_yuan == Decimal(100_000)
    assert [
        (row["name_zh"], row["grade_zh"], row["amount_yuan"]) for row in get_public_results(steps.cycle)
    ] == [
        ("云屏大学", "良好", Decimal("91933.00")),
        ("云屏材料研究所", "合格", Decimal("8067.00")),
        ("云屏海洋研究院", "较差", Decimal("0.00")),
    ]
    assert set(get_public_results(steps.cycle)[0]) == {
        "organization",
        "has_page",
        "name_zh",
        "name_en",
        "grade_zh",
        "grade_en",
        "barred",
        "amount_yuan",
    }


@pytest.mark.parametrize(("who", "sees"), [("officer", 1), ("finance", 1), ("manager", 0), ("public", 0)])
def test_report_visibility_depends_on_role(year, viewers, who, sees):
    Steps(year).through("send")
    assert reports(viewers[who]).count() == sees


def test_reads_take_as_many_statements_for_more_units(year, statements):
    steps = Steps(year)
    steps.through("score")
    viewer = year.city.officer

    def read():
        for each in assessments(viewer, steps.cycle):
            _ = each.organization.name_zh, each.award.amount_yuan, getattr(each.award, "payment", None)
        get_public_results(steps.cycle)
        list(findings(viewer, steps.cycle))
        list(cycles(viewer))

    def more_units():
        from rewards.assessment.models import Award, UnitAssessment

        for number in range(5):
            unit = year.city.unit(f"第{number}单位")
            row = UnitAssessment.objects.create(
                cycle=steps.cycle,
                organization=unit,
                points=0,
                score=0,
                effective_seconds=0,
                external_seconds=0,
                external_income_yuan=0,
                instruments_counted=0,
            )
            Award.objects.create(assessment=row, amount_yuan=0, reasoning={})

    statements.assert_unchanged(read, by=more_units)
