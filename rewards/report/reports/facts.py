"""The stored rows that a report prints, read once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from rewards.assessment.models import IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding


@dataclass(frozen=True)
class ReportFacts:
    """A scored cycle with everything that its papers print; assessments with the best score first."""

    cycle: AssessmentCycle
    assessments: Sequence[UnitAssessment]
    findings: Sequence[Finding]

    @property
    def decided(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state != FindingState.OPEN]


def report_facts(cycle: AssessmentCycle) -> ReportFacts:
    """Six statements, however many units there are."""
    assessments = (
        UnitAssessment.objects.filter(cycle=cycle)
        .select_related("organization", "award")
        .prefetch_related(
            Prefetch("indicators", IndicatorResult.objects.order_by("position")),
            Prefetch(
                "instruments",
                InstrumentResult.objects.select_related("instrument").order_by(
                    "-eligible", "instrument__name_zh", "instrument__public_id"
                ),
            ),
        )
        .order_by("-score", "organization__uscc")
    )
    findings = (
        Finding.objects.filter(cycle=cycle)
        .select_related("organization", "instrument")
        .order_by("organization__uscc", "kind", "id")
    )
    return ReportFacts(cycle, list(assessments), list(findings))
