"""A unit's sheet: score, indicators, deductions, and the reasoning of its award."""

from instrument_share.documents.content import (
    BarChart,
    Block,
    KeyValue,
    Paragraph,
    Series,
    Sheet,
)
from rewards.assessment.models import UnitAssessment
from rewards.assessment.reports import get_grade_text
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.reports import (
    format_hours,
    format_money,
    format_money_in_capitals,
    format_points,
)
from rewards.findings.reports import get_kind_text
from rewards.policy.domain.figures import to_hours
from rewards.report.reports.tables import build_indicators_table, build_reasoning_table

MONTHS = tuple(f"{month}月" for month in range(1, 13))


def build_unit_sheet(assessment: UnitAssessment, cycle: AssessmentCycle) -> Sheet:
    """Build a unit's sheet as an attachment of the report."""
    name = assessment.organization.name_zh
    title = f"{cycle.year}年度大型科研仪器开放共享评价表"
    return Sheet(title=title, blocks=build_unit_blocks(assessment), bookmark=name)


def build_unit_blocks(assessment: UnitAssessment) -> list[Block]:
    """Build a unit's score, indicators, deductions and award."""
    amount = assessment.award.amount_yuan
    organization = assessment.organization
    blocks: list[Block] = [
        KeyValue(
            [
                ("单位名称", organization.name_zh),
                ("统一社会信用代码", organization.uscc),
                ("得分", format_points(assessment.score)),
                ("等级", get_grade_text(assessment) or "—"),
                ("计入仪器设备", f"{assessment.instruments_counted}台（套）"),
                ("有效机时", f"{format_hours(assessment.effective_seconds)}小时"),
                ("对外服务机时", f"{format_hours(assessment.external_seconds)}小时"),
                ("对外服务收入", f"{format_money(assessment.external_income_yuan)}元"),
                ("奖励金额", f"{format_money(amount)}元"),
                ("大写", format_money_in_capitals(amount)),
            ],
            per_row=2,
        ),
    ]
    if assessment.indicators.all():
        blocks.append(build_indicators_table(assessment))
    blocks += [Paragraph(text) for text in _deductions(assessment)]
    return [*blocks, build_reasoning_table(assessment)]


def _deductions(assessment: UnitAssessment) -> list[str]:
    if assessment.barred:
        return ["经查实存在弄虚作假行为，总分记为0分，取消本年度奖励资格。"]
    if not assessment.deductions:
        return []
    parts = "；".join(
        f"{DEDUCTED.get(each['kind']) or get_kind_text(each['kind'])}{each['count']}项，"
        f"每项扣{each['each']}分，计{each['points']}分"
        for each in assessment.deductions
    )
    return [
        f"核查扣分：{parts}。按上限实扣{format_points(assessment.deducted)}分，"
        f"指标得分{format_points(assessment.points)}分，总分{format_points(assessment.score)}分。"
    ]


DEDUCTED = {"overdue": "逾期未作说明的问题", "upheld": "经认定的问题"}


def build_months_chart(title: str, months: list[list[int]]) -> BarChart:
    """Build a chart of effective and external hours by month."""
    return BarChart(
        title=title,
        labels=MONTHS,
        series=[
            Series("有效机时", [float(to_hours(effective)) for effective, _ in months]),
            Series("其中对外服务机时", [float(to_hours(external)) for _, external in months]),
        ],
        unit="小时",
    )
