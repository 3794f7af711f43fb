"""Findings visible to a viewer, and decisions on them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import rules
from django.db.models import Case, Max, Q, QuerySet, When

from instrument_share.kernel.errors import require_found
from rewards.cycle.domain.states import BEFORE_APPROVAL, TAKES_FINDINGS
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.scope import can_see_all, managed_units
from rewards.cycle.selectors.snapshot import get_unit_ids
from rewards.findings.domain.rulings import Ruling, Rulings, build_rulings
from rewards.findings.domain.states import FindingState, is_decidable
from rewards.findings.models import Finding, FindingDecision
from rewards.findings.selectors.due import list_kept_from_answering

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


TO_ANSWER = Q(state=FindingState.OPEN, answered_at=None, cycle__state__in=TAKES_FINDINGS)
"""Findings that their unit can still answer, and has not."""


def findings(viewer: "Viewer", cycle: AssessmentCycle) -> QuerySet[Finding]:
    """Return the findings of a cycle, open ones first; a unit's manager sees those of the unit."""
    is_open = Case(When(state=FindingState.OPEN, then=0), default=1)
    return _visible(viewer).filter(cycle=cycle).order_by(is_open, "id")


def findings_to_answer(viewer: "Viewer") -> QuerySet[Finding]:
    """Return the visible undecided findings without an answer, the earliest due date first."""
    return _visible(viewer).filter(TO_ANSWER).order_by("answer_due_date", "id")


def get_finding(viewer: "Viewer", public_id: str) -> Finding:
    """Return one visible finding by public id. Raises NotFound."""
    return require_found(_visible(viewer).filter(public_id=public_id).first())


def is_decidable_by(viewer: "Viewer", finding: Finding, today: date) -> bool:
    """Return whether the viewer may decide the finding now: its unit has been heard, and is not theirs."""
    return (
        finding.cycle.state in BEFORE_APPROVAL
        and is_decidable(finding.answered_at, finding.answer_due_date, today)
        and rules.has_perm("rewards.decide_finding", viewer, finding)
    )


def findings_invalidating(viewer: "Viewer", organization_id: int, logs: Collection[str]) -> list[Finding]:
    """Return visible findings of a unit by which some of these logs (public ids) count no more, by age."""
    upheld = _visible(viewer).filter(organization_id=organization_id, state=FindingState.UPHELD)
    wanted = set(logs)
    return [each for each in upheld.order_by("id") if not wanted.isdisjoint(each.invalidated_logs)]


def _visible(viewer: "Viewer") -> QuerySet[Finding]:
    found = Finding.objects.select_related("cycle", "organization", "instrument", "decided_by", "answered_by")
    return found if can_see_all(viewer) else found.filter(organization_id__in=managed_units(viewer))


def finding_cycle_lock(finding_id: int) -> AssessmentCycle:
    """Lock the cycle of a finding and return it. Raises NotFound."""
    cycle_id = require_found(Finding.objects.filter(pk=finding_id).values_list("cycle_id", flat=True).first())
    return cycle_lock(cycle_id)


def get_last_decision_number(cycle: AssessmentCycle) -> int:
    """Return the number of the last decision in the cycle; 0 before the first."""
    return Finding.objects.filter(cycle=cycle).aggregate(last=Max("decision_number"))["last"] or 0


def get_decisions(finding: Finding) -> list[FindingDecision]:
    """Return every decision on a visible finding, the last first."""
    return list(finding.decisions.select_related("decided_by").order_by("-number"))


def find_unrecorded_decisions(cycle: AssessmentCycle) -> list[str]:
    """Return the public ids of findings that do not say what their last recorded decision says."""
    last = {each.finding_id: each for each in FindingDecision.objects.filter(cycle=cycle).order_by("number")}
    return [
        finding.public_id
        for finding in Finding.objects.filter(cycle=cycle).order_by("id")
        if not _says(finding, last.get(finding.pk))
    ]


def _says(finding: Finding, decision: FindingDecision | None) -> bool:
    if decision is None:
        return finding.state == FindingState.OPEN and finding.decision_number is None
    return finding.decision_number == decision.number and all(
        getattr(finding, name) == getattr(decision, name) for name in FindingDecision.COPIED
    )


def list_rulings(cycle: AssessmentCycle, as_of: datetime | None = None) -> list[Ruling]:
    """Return what each finding of the cycle says; an open one is overdue as if it were upheld.

    `as_of`: with nothing but the suspensions of units until then; they excuse who has not answered.
    """
    usccs = {pk: uscc for uscc, pk in get_unit_ids(cycle).items()}
    rows = list(Finding.objects.filter(cycle=cycle).order_by("id"))
    unanswered = [one for one in rows if one.state == FindingState.OPEN and not one.is_answered_in_time]
    late = {one.pk for one in unanswered} - list_kept_from_answering(unanswered, as_of)
    return [
        Ruling(
            key=finding.pk,
            uscc=usccs[finding.organization_id],
            kind=finding.kind,
            logs=frozenset(finding.logs),
            invalidated=frozenset(finding.invalidated_logs),
            upheld=finding.state == FindingState.UPHELD,
            overdue=finding.overdue or finding.pk in late,
            falsified=finding.falsified,
        )
        for finding in rows
    ]


def list_scored_rulings(cycle: AssessmentCycle) -> list[Ruling]:
    """Return what each decided finding said when the year was scored; later decisions do not count."""
    decisions = FindingDecision.objects.filter(cycle=cycle, number__lte=cycle.decisions_scored)
    last = {each.finding_id: each for each in decisions.order_by("number")}
    return [
        replace(
            ruling,
            invalidated=frozenset(decision.invalidated_logs),
            upheld=decision.state == FindingState.UPHELD,
            overdue=decision.overdue,
            falsified=decision.falsified,
        )
        for ruling in list_rulings(cycle)
        if (decision := last.get(ruling.key))
    ]


def get_rulings(cycle: AssessmentCycle) -> Rulings:
    """Return the effects of a cycle's decisions, as scoring takes them; units by the USCC of the freeze."""
    return build_rulings(list_rulings(cycle))
