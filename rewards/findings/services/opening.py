"""Open a finding that no check saw: of an inspection or of an objection."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from instrument_share.kernel.errors import IllegalMove
from rewards.cycle.domain.entries import EntryFacts
from rewards.cycle.domain.states import TAKES_FINDINGS
from rewards.cycle.models import AssessmentCycle
from rewards.findings.domain.all_checks import SeenCandidate
from rewards.findings.domain.checks import Candidate
from rewards.findings.domain.evidence import hash_evidence
from rewards.findings.models import Finding
from rewards.findings.selectors.due import get_answer_due_date
from rewards.findings.services.deciding import record_finding
from rewards.findings.services.telling import tell_of_opened

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def finding_open(
    *,
    cycle: AssessmentCycle,
    kind: str,
    organization_id: int,
    instrument_id: int | None,
    logs: Collection[EntryFacts],
    evidence: Mapping[str, str],
    actor: "User",
    now: datetime,
) -> Finding:
    """Open a finding of one of `OPENED_KINDS` in the (locked) year, of an inspection or objection.

    `logs` are the frozen ones that it is about, whose figures it has. The unit is told; it answers and an
    auditor decides it like any other. The caller authorised the actor.
    """
    if cycle.state not in TAKES_FINDINGS:
        raise IllegalMove(state=f"cycle.{cycle.state}", move="finding")
    about = sorted(each.public_id for each in logs)
    finding = Finding(
        cycle=cycle,
        organization_id=organization_id,
        instrument_id=instrument_id,
        kind=kind,
        logs=about,
        evidence=dict(evidence),
        **_sum_up(Candidate(kind, tuple(about), evidence), logs),
        answer_due_date=get_answer_due_date(now),
        found_at=now,
    )
    instrument = finding.instrument.public_id if finding.instrument else ""
    finding.evidence_hash = hash_evidence(kind, instrument, about, evidence)
    finding.save()
    details = {
        "cycle": cycle.public_id,
        "kind": kind,
        "logs": finding.logs,
        "instrument": instrument,
        "sha256": finding.evidence_hash,
        "due": finding.answer_due_date.isoformat(),
    }
    record_finding(actor, "finding.opened", finding, now, **details)
    tell_of_opened(finding, now)
    return finding


def _sum_up(candidate: Candidate, logs: Collection[EntryFacts]) -> dict[str, Any]:
    """Return the figures of a finding's logs, by the name of the field; none without logs."""
    if not logs:
        return {}
    seen = SeenCandidate.of(candidate, "", "", {each.public_id: each for each in logs})
    return {
        "first_date": seen.first_date,
        "effective_seconds": seen.effective_seconds,
        "amount_yuan": seen.amount,
    }
