"""Yearly certificates: what a report in force sealed of one unit."""

from typing import TYPE_CHECKING

from instrument_share.kernel.errors import require_found
from rewards.assessment.models import UnitAssessment
from rewards.assessment.selectors import get_assessment
from rewards.report.domain.codes import get_report_code, normalize_code
from rewards.report.domain.errors import AwardsNotSealed
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.sealed_results import Certificate, is_sealed
from rewards.report.selectors.sealed import RESULTS, get_sealed_units, read_sealed_file

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def get_certificate(viewer: "Viewer", assessment_id: str) -> Certificate:
    """Return the certificate of a visible assessment. Raises NotFound, ReportDamaged."""
    assessment = get_assessment(viewer, assessment_id)
    report = require_found(
        FinanceReport.objects.select_related("cycle__policy")
        .filter(cycle=assessment.cycle_id, state__in=[ReportState.SENT, ReportState.ACCEPTED])
        .first()
    )
    award = assessment.award.public_id
    return require_found(next((each for each in _of_report(report) if each.unit.award == award), None))


def get_sealed_assessment(certificate: Certificate) -> UnitAssessment:
    """Return the assessment of a certificate, named as frozen, with the figures that its report sealed.

    Raises ReportDamaged, and AwardsNotSealed where a stored figure of the unit is not the sealed one.
    """
    report, award = certificate.report, certificate.unit.award
    facts = get_report_facts(report.cycle)
    found = require_found(next((each for each in facts.assessments if each.award.public_id == award), None))
    if not is_sealed(found, read_sealed_file(report, RESULTS)):
        raise AwardsNotSealed(units=certificate.unit.name_zh)
    return found


def find_certificate_by_code(code: str) -> Certificate | None:
    """Return the certificate with a code, however it was typed, or None. Raises ReportDamaged."""
    wanted = normalize_code(code)
    report = (
        FinanceReport.objects.filter(code=get_report_code(wanted)).select_related("cycle__policy").first()
    )
    if report is None or wanted == report.code:
        return None
    return next((each for each in _of_report(report) if each.code == wanted), None)


def _of_report(report: FinanceReport) -> list[Certificate]:
    return [Certificate(report, unit) for unit in get_sealed_units(report)]
