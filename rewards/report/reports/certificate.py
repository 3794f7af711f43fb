"""The yearly certificate of a unit, worded from what was sealed, and its sheet."""

from django.conf import settings
from django.utils import translation

from instrument_share.documents.content import OfficialLetter, Paper, Paragraph, Verification
from instrument_share.documents.official import render_official, render_paper
from rewards.assessment.models import UnitAssessment
from rewards.assessment.reports import get_grade_text
from rewards.cycle.reports import format_date, format_money, format_money_in_capitals, format_points
from rewards.policy.selectors import get_policy_rules
from rewards.report.reports.links import get_verification_url
from rewards.report.reports.sealed_results import Certificate
from rewards.report.reports.sheets import build_unit_sheet


def render_certificate(certificate: Certificate) -> bytes:
    """Return the signed PDF; made again, it differs in its signature only."""
    from instrument_share.documents.sealing.signing import sign_pdf

    letter = build_certificate(certificate)
    return sign_pdf(
        render_official(letter),
        reason="证书",
        signer_name=letter.sender,
        signed_at=certificate.report.sealed_at,
        location=certificate.code,
    )


def render_unit_sheet(certificate: Certificate, assessment: UnitAssessment) -> bytes:
    """Return the unit's sheet of the report as a signed PDF; it verifies by the certificate's code."""
    from instrument_share.documents.sealing.signing import sign_pdf

    report, code = certificate.report, certificate.code
    with translation.override("zh-hans"):
        sheet = build_unit_sheet(assessment, report.cycle)
        paper = Paper(
            title=sheet.title,
            blocks=sheet.blocks,
            sender=f"{settings.CITY['zh']}科学技术局",
            date=format_date(report.sealed_at),
            created_at=report.sealed_at,
            verification=Verification(url=get_verification_url(code), code=code),
            notice=get_policy_rules(report.cycle.policy).draft_notice_zh,
            subject=f"{sheet.title}（{certificate.unit.name_zh}）",
        )
        return sign_pdf(
            render_paper(paper),
            reason="单位评价表",
            signer_name=paper.sender,
            signed_at=report.sealed_at,
            location=code,
        )


def build_certificate(certificate: Certificate) -> OfficialLetter:
    """Build the certificate; in Chinese, as the report is."""
    report, code = certificate.report, certificate.code
    with translation.override("zh-hans"):
        year = report.cycle.year
        return OfficialLetter(
            title=f"{year}年度大型科研仪器开放共享\n评价证书",
            salutation=certificate.unit.name_zh,
            blocks=[Paragraph(text) for text in _paragraphs(certificate)],
            sender=f"{settings.CITY['zh']}科学技术局",
            date=format_date(report.sealed_at),
            created_at=report.sealed_at,
            verification=Verification(url=get_verification_url(code), code=code),
            notice=get_policy_rules(report.cycle.policy).draft_notice_zh,
            subject=f"{year}年度大型科研仪器开放共享评价证书",
        )


def _paragraphs(certificate: Certificate) -> list[str]:
    unit, year = certificate.unit, certificate.report.cycle.year
    found = [f"得分{format_points(unit.score)}分"] if unit.score is not None else []
    grade = get_grade_text(unit)
    found += [f"评价等级为“{grade}”"] if grade else []
    result = f"，{'，'.join(found)}" if found else ""
    paragraphs = [f"你单位（统一社会信用代码{unit.uscc}）参加了{year}年度大型科研仪器开放共享评价{result}。"]
    if unit.amount_yuan:
        money, capitals = format_money(unit.amount_yuan), format_money_in_capitals(unit.amount_yuan)
        paragraphs.append(f"核定年度奖励金额{money}元（大写：{capitals}）。")
    return [*paragraphs, "特发此证。"]
