"""Letter of the Science and Technology Bureau asking the Finance Bureau to pay."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from instrument_share.documents.content import (
    Attachment,
    Bar,
    Block,
    Column,
    Heading,
    OfficialLetter,
    Paragraph,
    ShareChart,
    Table,
    Verification,
    format_heading_number,
)
from rewards.assessment.models import UnitAssessment
from rewards.assessment.reports import get_grade_text
from rewards.cycle.reports import (
    format_date,
    format_hours,
    format_money,
    format_money_in_capitals,
    format_points,
)
from rewards.findings.domain.states import FindingState
from rewards.policy.domain.policy import FULL_SCORE
from rewards.policy.domain.policy import RewardPolicy as PolicyRules
from rewards.report.reports import tables
from rewards.report.reports.facts import ReportFacts
from rewards.report.reports.sheets import build_months_chart, build_unit_sheet

ROUNDED_BY_UNIT = "以上为各单位机时四舍五入后的合计，与按秒累计的有效机时在尾数上略有差异。"
"""Below a balance whose counted hours are not those of the year to the last digit."""


def build_finance_letter(
    facts: ReportFacts, policy: PolicyRules, *, code: str, url: str, at: datetime
) -> OfficialLetter:
    """Build the letter; `code` and `url` lead to the public verification page."""
    with translation.override("zh-hans"):
        city, year = settings.CITY["zh"], facts.cycle.year
        sections = (_basis, _scope, _results, _findings, _notice)
        blocks = [
            block for number, section in enumerate(sections, start=1) for block in section(number, facts)
        ]
        return OfficialLetter(
            title=f"{city}科学技术局\n关于报送{year}年度大型科研仪器开放共享\n评价与奖励结果的函",
            salutation=f"{city}财政局",
            blocks=[
                Paragraph(_opening(facts)),
                *blocks,
                Paragraph("以上结果，请予审核，并按规定拨付奖励资金。"),
            ],
            sender=f"{city}科学技术局",
            date=format_date(at),
            created_at=at,
            attachments=_attachments(facts, code, url),
            verification=Verification(url=url, code=code),
            notice=policy.draft_notice_zh,
            subject=f"{year}年度大型科研仪器开放共享评价与奖励结果",
        )


def _opening(facts: ReportFacts) -> str:
    return (
        f"根据《{_plain_title(facts)}》，我局组织开展了{facts.cycle.year}年度大型科研仪器开放共享评价工作。"
        "评价结果已公示并审定，现将评价与奖励结果函送你局。"
    )


def _plain_title(facts: ReportFacts) -> str:
    return facts.cycle.policy.title_zh.strip("《》")


def _head(number: int, text: str) -> Heading:
    return Heading(format_heading_number(1, number) + text, 1)


def _sub(number: int, text: str) -> Heading:
    return Heading(format_heading_number(2, number) + text, 2)


def _basis(number: int, facts: ReportFacts) -> Iterator[Block]:
    cycle = facts.cycle
    assert cycle.frozen_at and cycle.checked_at and cycle.scored_at and cycle.approved_at
    yield _head(number, "评价依据与程序")
    yield _sub(1, "评价依据")
    draft = "该办法目前为草案，尚待审定。" if cycle.policy.is_draft else ""
    yield Paragraph(f"《{_plain_title(facts)}》，版本{cycle.policy.version}。{draft}")
    yield _sub(2, "评价程序")
    yield Paragraph(
        f"{format_date(cycle.frozen_at)}，归集并冻结年度数据，此后各步骤均以冻结的数据为准；"
        f"{format_date(cycle.checked_at)}，对上机记录开展核查；"
        f"{format_date(cycle.scored_at)}，依据数据、办法和核查决定计算得分与奖励金额；"
        f"公示期满后，于{format_date(cycle.approved_at)}审定。" + _adoption(facts)
    )


def _adoption(facts: ReportFacts) -> str:
    if facts.adopted_at is None:
        return ""
    day = format_date(facts.adopted_at)
    return f"本年度评价启动时适用办法草案，{day}改用正式办法，评价结果按正式办法形成。"


def _scope(number: int, facts: ReportFacts) -> Iterator[Block]:
    cycle, totals = facts.cycle, facts.cycle.totals
    effective = format_hours(totals["effective_seconds"])
    yield _head(number, "评价范围与数据")
    yield Paragraph(
        f"本年度参评管理单位{totals['units']}家，仪器设备{totals['instruments']}台（套），"
        f"其中符合计入条件的{totals['instruments_counted']}台（套）。"
        f"计入的有效机时{effective}小时，"
        f"其中对外服务机时{format_hours(totals['external_seconds'])}小时，"
        f"对外服务收入{format_money(totals['external_income_yuan'])}元。"
    )
    if "balance" in totals:
        yield Paragraph(_balance(totals["balance"], effective))
    yield Paragraph(
        f"年度内上机记录{cycle.entries_reported:,}条，计入{cycle.entries_counted:,}条，"
        + ("其余未计入，原因如下。" if cycle.excluded else "全部计入。")
    )
    if cycle.excluded:
        yield tables.build_excluded_table(cycle)


def _balance(balance: Mapping[str, Mapping[str, Any]], effective: str) -> str:
    """Return what was reported, less what was left out, as what counts; why it differs from `effective`."""
    hours = {step: format_money(each["hours"]) for step, each in balance.items()}
    rounded = "" if hours["counted"] == effective else ROUNDED_BY_UNIT
    return (
        f"上报机时{hours['reported']}小时，减去按规则剔除的{hours['excluded']}小时和"
        f"重叠时段{hours['overlap']}小时，计入{hours['counted']}小时。{rounded}"
    )


def _results(number: int, facts: ReportFacts) -> Iterator[Block]:
    cycle, awarded = facts.cycle, facts.cycle.totals["awarded_yuan"]
    yield _head(number, "评价与奖励结果")
    yield tables.build_results_table(facts)
    yield Paragraph(f"奖励资金合计{format_money(awarded)}元（大写：{format_money_in_capitals(awarded)}）。")
    left = cycle.unallocated_yuan
    rest = f"未分配{format_money(left)}元" if left else "已全部分配"
    yield Paragraph(f"本年度奖励资金预算{format_money(cycle.budget_yuan)}元，{rest}。")


def _findings(number: int, facts: ReportFacts) -> Iterator[Block]:
    yield _head(number, "核查问题及处理")
    if not facts.findings:
        yield Paragraph("经核查，未发现问题。")
        return
    upheld = [finding for finding in facts.findings if finding.state == FindingState.UPHELD]
    invalidated = {log for finding in upheld for log in finding.invalidated_logs}
    yield Paragraph(
        f"核查共发现问题{len(facts.findings)}项，均已作出决定：予以认定{len(upheld)}项，"
        f"不予认定{len(facts.findings) - len(upheld)}项；作废上机记录{len(invalidated)}条。"
        "逐项处理情况见附件。"
    )
    yield tables.build_findings_by_kind_table(facts.findings)


def _notice(number: int, facts: ReportFacts) -> Iterator[Block]:
    cycle = facts.cycle
    assert cycle.noticed_at and cycle.notice_ends_date
    yield _head(number, "公示与异议")
    yield Paragraph(
        f"评价与奖励结果于{format_date(cycle.noticed_at)}起在市大型科研仪器开放共享平台公示，"
        f"至{format_date(cycle.notice_ends_date)}止，公示期{facts.notice_working_days}个工作日。"
        + ("" if cycle.objections_zh or facts.objections else "公示期内未收到异议。")
    )
    if facts.objections:
        yield Paragraph(f"公示期内通过平台收到异议{len(facts.objections)}件，均已答复。")
        yield tables.build_objections_table(facts.objections)
    if facts.earlier_objections:
        yield Paragraph(f"此前公示已撤回，其间收到异议{len(facts.earlier_objections)}件，均已答复。")
        yield tables.build_objections_table(facts.earlier_objections)
    for paragraph in filter(None, cycle.objections_zh.splitlines()):
        yield Paragraph(paragraph.strip())


def _attachments(facts: ReportFacts, code: str, url: str) -> list[Attachment]:
    cycle = facts.cycle
    attachments = [
        Attachment(
            "单位评价表", [*_scores(facts), *(build_unit_sheet(each, cycle) for each in facts.assessments)]
        ),
        Attachment("仪器设备机时与收入一览表", [tables.build_instruments_list(facts)], wide=True),
        Attachment("机时与对外服务情况图", _charts(facts)),
    ]
    if facts.findings:
        attachments.append(Attachment("核查问题处理情况表", [tables.build_findings_table(facts)], wide=True))
    return [*attachments, Attachment("核验说明", list(_how_to_verify(facts, code, url)))]


def _scores(facts: ReportFacts) -> list[Block]:
    """Return the chart of all units' scores before their sheets; none under a policy without scores."""
    bars = [
        Bar(
            each.organization.name_zh,
            float(each.score),
            f"{format_points(each.score)} {get_grade_text(each)}".strip(),
        )
        for each in facts.assessments
        if each.score is not None
    ]
    title = f"{facts.cycle.year}年度各单位得分（满分{FULL_SCORE}分）"
    return [ShareChart(title=title, bars=bars, full=float(FULL_SCORE))] if bars else []


def _charts(facts: ReportFacts) -> list[Block]:
    return [
        build_months_chart(f"{facts.cycle.year}年逐月机时", facts.cycle.totals["months"]),
        tables.build_months_list(facts.cycle.totals["months"]),
        ShareChart(
            title="各单位对外服务机时占有效机时的比例",
            bars=[_external_share(each) for each in facts.assessments],
            full=1.0,
        ),
    ]


def _external_share(assessment: UnitAssessment) -> Bar:
    share = assessment.external_share
    return Bar(assessment.organization.name_zh, float(share or 0), tables.format_share(share))


def _how_to_verify(facts: ReportFacts, code: str, url: str) -> Iterator[Block]:
    cycle = facts.cycle
    yield Paragraph(
        f"1. 扫描首页或各表下方的二维码，或登录{url.split('?')[0]}，输入核验码{code}，与公布的结果比对。"
    )
    yield Paragraph(
        "2. 在核验页面上传本文件。平台比对文件的SHA-256并验证数字签名，文件有任何改动即判为不符。"
    )
    yield Paragraph(
        "3. 报送件内附清单文件，列明各文件的SHA-256。年度数据冻结后以清单的SHA-256为名；"
        "同一数据、同一办法，计算结果可重复、可验证。"
    )
    yield Table(
        columns=[Column("对象"), Column("SHA-256")],
        rows=[
            ("奖励办法文件", cycle.policy.sha256),
            ("年度数据清单", cycle.snapshot_hash),
        ],
    )
