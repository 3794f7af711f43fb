"""What units are told of their findings, in the inbox and by mail."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from instrument_share.accounts.selectors import organizations_by_id
from instrument_share.accounts.services import unit_managers_tell
from instrument_share.journal.domain import NotificationKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence, Words
from rewards.cycle.models import AssessmentCycle
from rewards.findings.domain.checks import CHECK_FIGURES
from rewards.findings.domain.states import FalsificationState, FindingState
from rewards.findings.models import Falsification, Finding
from rewards.findings.selectors.due import get_answer_due_date
from rewards.policy.domain.vocabulary import KINDS, OPENED_KINDS

OPENED = gettext_noop(
    "The check of {year} has questions about your usage logs. New findings: {count}. Answer each by {due}, "
    "or say that you have no objection."
)
OPENED_BY_PEOPLE = gettext_noop(
    "The assessment of {year} has a new finding on your unit: {kind}. Answer it by {due}, or say that you "
    "have no objection."
)
DECIDED = {
    FindingState.UPHELD: gettext_noop(
        "The finding on {instrument} of {year} is upheld (decision no. {number}): {reason}"
    ),
    FindingState.DISMISSED: gettext_noop(
        "The finding on {instrument} of {year} is dismissed (decision no. {number}): {reason}"
    ),
}
DECIDED_TOGETHER = gettext_noop(
    "Findings on your usage logs of {year} were decided together: {upheld} upheld, {dismissed} dismissed. "
    "{reason}"
)
ASKED = gettext_noop(
    "An auditor takes a finding on {instrument} of {year} for a falsification, which would bar your unit. "
    "You are asked, by {due}: {question}"
)
FALSIFIED = {
    FalsificationState.CONFIRMED: gettext_noop(
        "A falsification on {instrument} in {year} is confirmed; your unit scores 0 and gets no award: "
        "{reason}"
    ),
    FalsificationState.REJECTED: gettext_noop(
        "The proposed falsification on {instrument} in {year} is rejected: {reason}"
    ),
}
TAKEN_BACK = gettext_noop(
    "The falsification on {instrument} in {year} is confirmed no longer; your unit is scored again: {reason}"
)

QUOTED = gettext_noop("“{kind}”")


def tell_unit(
    organization_id: int, message: str, now: datetime, path: str = "", params: Mapping[str, Any] | None = None
) -> None:
    """Put a message into the inbox of everybody who manages the unit."""
    unit = organizations_by_id([organization_id])[organization_id]
    unit_managers_tell(unit, message, now, kind=NotificationKind.ASSESSMENT, path=path, params=params)


def tell_of_findings(cycle: AssessmentCycle, opened: Mapping[int, int], now: datetime) -> None:
    """Tell each unit once how many findings were opened."""
    path = reverse("findings", args=[cycle.year]) + "?state=open"
    due = get_answer_due_date(now)
    for organization_id, count in opened.items():
        tell_unit(organization_id, OPENED, now, path, {"year": cycle.year, "count": count, "due": due})


def tell_of_opened(finding: Finding, now: datetime) -> None:
    """Tell the unit of a finding that people opened: what led to it, and until when to answer."""
    params = {"kind": Words(OPENED_KINDS[finding.kind]), "due": finding.answer_due_date}
    _tell_of(finding, OPENED_BY_PEOPLE, now, params)


def tell_of_decision(finding: Finding, now: datetime) -> None:
    """Tell the unit of the decision on its finding."""
    params = {"number": finding.decision_number, "reason": finding.reason}
    _tell_of(finding, DECIDED[FindingState(finding.state)], now, params)


def tell_of_decisions(findings: Collection[Finding], now: datetime) -> None:
    """Tell each unit once of what was decided with one reason."""
    for organization_id in {finding.organization_id for finding in findings}:
        own = [finding for finding in findings if finding.organization_id == organization_id]
        states = Counter(finding.state for finding in own)
        year = own[0].cycle.year
        params = {
            "year": year,
            "upheld": states[FindingState.UPHELD],
            "dismissed": states[FindingState.DISMISSED],
            "reason": own[0].reason,
        }
        tell_unit(organization_id, DECIDED_TOGETHER, now, reverse("findings", args=[year]), params)


def tell_of_question(finding: Finding, proposed: Falsification, now: datetime) -> None:
    """Tell the unit that a falsification was proposed, and what it is asked."""
    params = {"due": proposed.answer_due_date, "question": proposed.question}
    _tell_of(finding, ASKED, now, params)


def tell_of_falsification(finding: Finding, decided: Falsification, now: datetime) -> None:
    """Tell the unit whether the falsification is confirmed."""
    _tell_of(finding, FALSIFIED[FalsificationState(decided.state)], now, {"reason": decided.decision})


def tell_of_falsification_taken_back(finding: Finding, decided: Falsification, now: datetime) -> None:
    """Tell the unit that a falsification that was confirmed is rejected after all."""
    _tell_of(finding, TAKEN_BACK, now, {"reason": decided.decision})


def _tell_of(finding: Finding, message: str, now: datetime, params: Mapping[str, Any]) -> None:
    tell_unit(
        finding.organization_id,
        message,
        now,
        reverse("finding", args=[finding.public_id]),
        {"year": finding.cycle.year, "instrument": _name_subject(finding), **params},
    )


def _name_subject(finding: Finding) -> Bilingual | Sentence:
    """Return the instrument's name; without one, as of an objection, what the kind of the finding says."""
    if finding.instrument:
        return Bilingual(finding.instrument.name_zh, finding.instrument.name_en)
    kinds = {**KINDS, **OPENED_KINDS}
    return Sentence(QUOTED, {"kind": Sentence(kinds[finding.kind], CHECK_FIGURES)})
