"""Stored rows that a report prints, read once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Prefetch

from instrument_share.journal.selectors import entries
from instrument_share.kernel.city_time import CITY_TIME
from providers.public import working_days_between
from rewards.assessment.models import IndicatorResult, InstrumentResult, UnitAssessment
from rewards.assessment.selectors import get_place
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import name_as_frozen
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.objections.models import Objection
from rewards.objections.selectors.objections import objections_of


@dataclass(frozen=True)
class ReportFacts:
    """A scored cycle with everything that its papers print; assessments by score, highest first.

    `notice_working_days` is the length of the public notice, from its own first and last day; 0 before it.
    `objections` are those of that notice, `earlier_objections` those of notices withdrawn before it.
    `adopted_at` is when the decided policy replaced the draft under which the year was opened, if it did.
    """

    cycle: AssessmentCycle
    assessments: Sequence[UnitAssessment]
    findings: Sequence[Finding]
    notice_working_days: int
    objections: Sequence[Objection] = ()
    earlier_objections: Sequence[Objection] = ()
    adopted_at: datetime | None = None

    @property
    def decided(self) -> list[Finding]:
        """Return the decided findings."""
        return [finding for finding in self.findings if finding.state != FindingState.OPEN]


def get_report_facts(cycle: AssessmentCycle) -> ReportFacts:
    """Read the rows in ten statements at most, however many units there are."""
    assessments = (
        UnitAssessment.objects.filter(cycle=cycle)
        .select_related("organization", "award")
        .prefetch_related(
            Prefetch("indicators", IndicatorResult.objects.order_by("position")),
            Prefetch("instruments", InstrumentResult.objects.select_related("instrument")),
        )
    )
    findings = list(
        Finding.objects.filter(cycle=cycle)
        .select_related("organization", "instrument")
        .order_by("organization__uscc", "kind", "id")
    )
    answered = list(objections_of(cycle).filter(answer__isnull=False))
    facts = ReportFacts(
        cycle,
        list(assessments),
        findings,
        _notice_working_days(cycle),
        objections=[each for each in answered if _is_of_notice(cycle, each)],
        earlier_objections=[each for each in answered if not _is_of_notice(cycle, each)],
        adopted_at=_adopted_at(cycle),
    )
    _name_as_frozen(facts)
    return replace(facts, assessments=sorted(facts.assessments, key=get_place))


def _name_as_frozen(facts: ReportFacts) -> None:
    """Give units and instruments the names and numbers that they had when the year was frozen."""
    units = (each.organization for each in facts.assessments)
    results = (one.instrument for each in facts.assessments for one in each.instruments.all())
    name_as_frozen(
        facts.cycle,
        [*units, *(each.organization for each in facts.findings)],
        [*results, *(each.instrument for each in facts.findings if each.instrument)],
    )


def _is_of_notice(cycle: AssessmentCycle, objection: Objection) -> bool:
    """Return whether it was raised in the notice that counts, and in none that was withdrawn before."""
    return cycle.noticed_at is not None and objection.raised_at >= cycle.noticed_at


def _adopted_at(cycle: AssessmentCycle) -> datetime | None:
    adopted = entries().filter(subject_id=cycle.public_id, action="cycle.policy_adopted")
    return adopted.values_list("at", flat=True).first()


def _notice_working_days(cycle: AssessmentCycle) -> int:
    if cycle.noticed_at is None or cycle.notice_ends_date is None:
        return 0
    return working_days_between(cycle.noticed_at.astimezone(CITY_TIME).date(), cycle.notice_ends_date)
