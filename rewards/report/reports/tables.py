"""Tables of a report, for pages and for spreadsheets."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils import translation

from instrument_share.documents.content import Column, Table
from rewards.assessment.models import UnitAssessment
from rewards.assessment.reports import describe_reasoning, get_grade_text, get_reason_text
from rewards.assessment.selectors import get_instruments_in_order
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.reports import format_hours, format_money, format_points
from rewards.findings.domain.causes import list_kinds
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.findings.reports import get_decision_text, get_kind_text
from rewards.objections.models import Objection
from rewards.objections.reports import describe_answer, get_objector
from rewards.report.reports.facts import ReportFacts

ROUNDED = "机时按秒累计，四舍五入到0.01小时，分项之和与合计可能略有出入。"
"""Below hours that a reader may add up: every figure is exact before it is rounded for itself."""


def build_results_table(facts: ReportFacts) -> Table:
    """Tabulate score, grade and amount of each unit, with their sum."""
    rows = [
        (
            str(number),
            each.organization.name_zh,
            format_points(each.score),
            get_grade_text(each) or "—",
            format_money(each.award.amount_yuan),
        )
        for number, each in enumerate(facts.assessments, start=1)
    ]
    return Table(
        columns=[
            Column("序号", "center"),
            Column("单位"),
            Column("得分", "right"),
            Column("等级", "center"),
            Column("奖励金额（元）", "right"),
        ],
        rows=rows,
        totals=("", "合计", "", "", format_money(facts.cycle.totals["awarded_yuan"])),
        size="text",
    )


def build_excluded_table(cycle: AssessmentCycle) -> Table:
    """Tabulate entries that did not count, by reason."""
    return Table(
        columns=[Column("未计入原因"), Column("记录数（条）", "right"), Column("涉及机时（小时）", "right")],
        rows=[
            (get_reason_text(each["reason"]), f"{each['entries']:,}", format_money(each["hours"]))
            for each in cycle.excluded
        ],
        size="text",
        note=ROUNDED,
    )


def build_findings_by_kind_table(findings: Sequence[Finding]) -> Table:
    """Tabulate the number of findings of each kind and their outcomes."""
    found = Counter((finding.kind, finding.state) for finding in findings)
    kinds = sorted({finding.kind for finding in findings}, key=get_kind_text)
    rows = []
    for kind in kinds:
        upheld, dismissed = found[kind, FindingState.UPHELD], found[kind, FindingState.DISMISSED]
        rows.append((get_kind_text(kind), *(f"{each:,}" for each in (upheld + dismissed, upheld, dismissed))))
    return Table(
        columns=[
            Column("问题类别"),
            Column("发现（项）", "right"),
            Column("认定（项）", "right"),
            Column("不予认定（项）", "right"),
        ],
        rows=rows,
        size="text",
    )


def build_findings_table(facts: ReportFacts) -> Table:
    """Tabulate every finding and the decision on it."""
    rows = [
        (
            str(finding.decision_number),
            finding.organization.name_zh,
            finding.instrument.name_zh if finding.instrument else "—",
            "；".join(map(get_kind_text, list_kinds(finding.kind, finding.evidence))),
            f"{len(finding.logs):,}",
            get_decision_text(finding),
            f"{len(finding.invalidated_logs):,}",
            finding.reason,
        )
        for finding in sorted(facts.decided, key=lambda finding: finding.decision_number or 0)
    ]
    return Table(
        columns=[
            Column("决定序号", "center"),
            Column("单位"),
            Column("仪器设备"),
            Column("问题"),
            Column("涉及记录", "right"),
            Column("处理", "center"),
            Column("作废记录", "right"),
            Column("理由"),
        ],
        rows=rows,
        size="list",
    )


def build_objections_table(objections: Sequence[Objection]) -> Table:
    """Tabulate the objections of the notice with their answers; of persons the name is masked."""
    return Table(
        columns=[Column("序号", "center"), Column("异议人"), Column("事项"), Column("答复")],
        rows=[
            (str(each.number), get_objector(each), each.subject, describe_answer(each)) for each in objections
        ],
        size="list",
    )


def build_indicators_table(assessment: UnitAssessment) -> Table:
    """Tabulate each indicator with its value, its formula with the numbers in it, and its points."""
    rows = [
        (
            each.group_zh,
            each.title_zh,
            each.written_value or "—",
            each.written_formula,
            format_points(each.points),
            format_points(each.full_points),
        )
        for each in assessment.indicators.all()
    ]
    return Table(
        columns=[
            Column("类别"),
            Column("指标"),
            Column("数值", "right"),
            Column("计算式"),
            Column("得分", "right"),
            Column("分值", "right"),
        ],
        rows=rows,
        totals=("", "合计", "", "", format_points(assessment.points), ""),
        caption="指标得分",
        size="list",
        note="机时以小时计，金额以元计；计算式中的数字经四舍五入，计分按未舍入的精确值。"
        "“—”表示分母为零、没有数值，按办法规定计分。",
    )


def build_reasoning_table(assessment: UnitAssessment) -> Table:
    """Tabulate how the award was computed, step by step."""
    return Table(
        caption="奖励金额计算过程",
        columns=[Column("步骤"), Column("依据与结果")],
        rows=describe_reasoning(assessment.award.reasoning),
        totals=("奖励金额", f"{format_money(assessment.award.amount_yuan)}元"),
        size="list",
    )


def build_instruments_table(assessments: Sequence[UnitAssessment]) -> Table:
    """Tabulate every instrument with its hours and income."""
    rows = [
        (
            assessment.organization.name_zh,
            each.instrument.name_zh,
            each.instrument.public_id,
            str(each.in_service_days),
            format_money(each.quota_hours),
            format_hours(each.effective_seconds),
            format_hours(each.external_seconds),
            format_money(each.external_income_yuan),
            format_money(each.internal_income_yuan),
            f"{each.entries_counted:,}",
            "" if each.eligible else get_reason_text(each.ineligible_reason),
        )
        for assessment in assessments
        for each in get_instruments_in_order(assessment)
    ]
    return Table(
        columns=[
            Column("单位"),
            Column("仪器设备"),
            Column("平台编号"),
            Column("在役天数", "right"),
            Column("定额机时", "right"),
            Column("有效机时", "right"),
            Column("对外机时", "right"),
            Column("对外收入", "right"),
            Column("对内收入", "right"),
            Column("计入记录", "right"),
            Column("不计入原因"),
        ],
        rows=rows,
        size="list",
        note=f"机时单位为小时，收入单位为元。{ROUNDED}",
    )


def build_instruments_list(facts: ReportFacts) -> Table:
    """Tabulate the instruments for paper: the number below the name, and the sums of the year."""
    cycle, table = facts.cycle, build_instruments_table(facts.assessments)
    unit, name, number, *figures = table.columns
    return replace(
        table,
        columns=[unit, replace(name, title=f"{name.title}（{number.title}）"), *figures],
        rows=[(unit, f"{name}\n{number}", *figures) for unit, name, number, *figures in table.rows],
        totals=(
            "合计",
            f"{cycle.totals['instruments']}台（套）",
            "",
            "",
            format_hours(cycle.totals["effective_seconds"]),
            format_hours(cycle.totals["external_seconds"]),
            format_money(cycle.totals["external_income_yuan"]),
            format_money(_get_internal_income(facts)),
            f"{cycle.entries_counted:,}",
            "",
        ),
    )


def _get_internal_income(facts: ReportFacts) -> str | Decimal:
    """Return what the year keeps, or the sum of the rows where it was scored before this was kept."""
    kept: str | None = facts.cycle.totals.get("internal_income_yuan")
    if kept is not None:
        return kept
    return sum(
        (one.internal_income_yuan for each in facts.assessments for one in each.instruments.all()), Decimal(0)
    )


def build_months_table(months: Sequence[Sequence[int]]) -> Table:
    """Tabulate the city's hours by month."""
    return Table(
        columns=[Column("月份", "center"), Column("有效机时", "right"), Column("其中对外", "right")],
        rows=[
            (f"{month}月", format_hours(effective), format_hours(external))
            for month, (effective, external) in enumerate(months, start=1)
        ],
        size="list",
        note=f"单位：小时。{ROUNDED}",
    )


def build_months_list(months: Sequence[Sequence[int]]) -> Table:
    """Tabulate the hours by month for paper, two halves of the year side by side."""
    table = build_months_table(months)
    halves = zip(table.rows[:6], table.rows[6:], strict=True)
    return replace(
        table,
        columns=[*table.columns, *table.columns],
        rows=[(*first, *second) for first, second in halves],
    )


def format_share(share: Decimal | None) -> str:
    """Return a share as a percentage with two decimals, a dash where there is none."""
    return "—" if share is None else f"{share:.2%}"


def _build_shares_table(assessments: Sequence[UnitAssessment]) -> Table:
    return Table(
        columns=[
            Column("单位"),
            Column("有效机时", "right"),
            Column("其中对外", "right"),
            Column("对外服务机时占比", "right"),
        ],
        rows=[
            (
                each.organization.name_zh,
                format_hours(each.effective_seconds),
                format_hours(each.external_seconds),
                format_share(each.external_share),
            )
            for each in assessments
        ],
        size="list",
        note="机时单位为小时。",
    )


def build_data_tables(facts: ReportFacts) -> Mapping[str, Table]:
    """Return the report's tables by sheet name, for XLSX and CSV; always in Chinese."""
    with translation.override("zh-hans"):
        return {
            "评价结果": build_results_table(facts),
            "指标得分": _join("单位", _of_units(facts, build_indicators_table)),
            "奖励计算过程": _join("单位", _of_units(facts, build_reasoning_table)),
            "仪器设备": build_instruments_table(facts.assessments),
            "逐月机时": build_months_table(facts.cycle.totals["months"]),
            "对外服务占比": _build_shares_table(facts.assessments),
            "未计入记录": build_excluded_table(facts.cycle),
            "核查问题": build_findings_table(facts),
            "核查问题分类": build_findings_by_kind_table(facts.findings),
            "异议及答复": _join(
                "公示",
                [
                    ("已撤回的公示", build_objections_table(facts.earlier_objections)),
                    ("本次公示", build_objections_table(facts.objections)),
                ],
            ),
        }


def _of_units(facts: ReportFacts, build: Callable[[UnitAssessment], Table]) -> Sequence[tuple[str, Table]]:
    return [(each.organization.name_zh, build(each)) for each in facts.assessments]


def _join(head: str, tables: Sequence[tuple[str, Table]]) -> Table:
    """Return tables of the same columns as one, with what each is of in a column of its own before them."""
    columns = tables[0][1].columns if tables else ()
    return Table(
        columns=[Column(head), *columns],
        rows=[(name, *row) for name, table in tables for row in table.rows],
        size="list",
    )
