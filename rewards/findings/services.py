"""Findings: run checks on the snapshot, record answers of units and decisions of auditors."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction
from msgspec import msgpack

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_ids_by_uscc
from instrument_share.journal.services import record
from instrument_share.kernel.canonical import canonical_json
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import IllegalMove, require_reason
from instrument_share.kernel.progress import Tell
from instrument_share.kernel.states import next_state
from providers.public import add_working_days, instrument_ids
from rewards.cycle.domain.errors import REASON_MISSING
from rewards.cycle.domain.parts import hash_content
from rewards.cycle.domain.states import BEFORE_APPROVAL, MOVES, CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.cycle.services.long_steps import LongStep
from rewards.findings.domain.all_checks import SeenCandidate, run_checks
from rewards.findings.domain.errors import AnswerMissing, DismissedInvalidatesNothing, LogsNotOfFinding
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import finding_cycle_lock, get_last_decision_number

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ANSWER_WORKING_DAYS = 10
"""How long a unit may take to answer; an upheld finding without an answer by then is overdue."""

AT_ONCE = 500
"""How many findings are written together."""


def cycle_check(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Run every check over the snapshot and open a finding for each new case."""
    return CHECK.take(actor=actor, cycle_id=cycle_id, now=now)


def _admit_check(actor: "User", cycle: AssessmentCycle, _now: datetime) -> None:
    require(actor, "rewards.run_cycle", cycle)
    next_state(MOVES, cycle.state, "check")


def _compute_check(cycle: AssessmentCycle, _now: datetime, tell: Tell) -> list[bytes]:
    """Return all candidates, packed: a tenth of their size as objects, of which a city may have thousands."""
    return list(map(msgpack.encode, run_checks(cycle.year, StoredSnapshot(cycle, tell))))


def _keep_check(
    actor: "User", cycle: AssessmentCycle, candidates: Sequence[bytes], now: datetime
) -> AssessmentCycle:
    cycle.state = next_state(MOVES, cycle.state, "check")
    opened = _open_findings(cycle, map(_CANDIDATES.decode, candidates), now)
    cycle.checked_at = now
    cycle.save(update_fields=["state", "checked_at"])
    record(actor=actor, action="cycle.checked", subject=cycle, now=now, details={"opened": opened})
    return cycle


_CANDIDATES = msgpack.Decoder(SeenCandidate)
CHECK = LongStep(_admit_check, _compute_check, _keep_check)


@transaction.atomic
def finding_answer(*, actor: "User", finding_id: int, answer: str, now: datetime) -> Finding:
    """Record the unit's answer to an undecided finding; a later answer replaces the earlier one."""
    cycle, finding = _lock_cycle_and_finding(finding_id)
    require(actor, "rewards.answer_finding", finding)
    if finding.state != FindingState.OPEN or cycle.state not in BEFORE_APPROVAL:
        raise IllegalMove(state=finding.state, move="answer")
    if not answer.strip():
        raise AnswerMissing
    if finding.answer == answer.strip():
        return finding
    finding.answer, finding.answered_at, finding.answered_by = answer.strip(), now, actor
    finding.save(update_fields=["answer", "answered_at", "answered_by"])
    _record(actor, "finding.answered", finding, now, answer=finding.answer)
    return finding


@transaction.atomic
def finding_decide(
    *,
    actor: "User",
    finding_id: int,
    uphold: bool,
    reason: str,
    now: datetime,
    invalidated_logs: Collection[str] = (),
    falsified: bool = False,
) -> Finding:
    """Uphold a finding and invalidate some of its logs (public ids), or dismiss it.

    Each decision takes the next number of the cycle; repeating it changes nothing. Until approval it can be
    revised under a new number, after which the cycle must be scored again. `falsified`: a proven
    falsification, which bars the unit.
    """
    cycle, finding = _lock_cycle_and_finding(finding_id)
    require(actor, "rewards.decide_finding", finding)
    state = (FindingState.UPHELD if uphold else FindingState.DISMISSED).value
    reason, logs = reason.strip(), sorted(set(invalidated_logs))
    if (finding.state, finding.reason, finding.invalidated_logs, finding.falsified) == (
        state,
        reason,
        logs,
        falsified,
    ):
        return finding
    _require_decidable(cycle, finding, uphold, reason, logs, falsified)
    unanswered = not finding.answer and now.astimezone(CITY_TIME).date() > finding.answer_due_date
    finding.state, finding.reason, finding.invalidated_logs = state, reason, logs
    finding.falsified, finding.overdue = falsified, uphold and unanswered
    finding.decision_number = get_last_decision_number(cycle) + 1
    finding.decided_at, finding.decided_by = now, actor
    finding.save()
    details = {"number": finding.decision_number, "reason": finding.reason, "invalidated": logs}
    _record(actor, f"finding.{state}", finding, now, falsified=falsified, **details)
    return finding


def _require_decidable(
    cycle: AssessmentCycle, finding: Finding, uphold: bool, reason: str, logs: list[str], falsified: bool
) -> None:
    if cycle.state not in BEFORE_APPROVAL:
        raise IllegalMove(state=cycle.state, move="decide")
    require_reason(reason, code=REASON_MISSING)
    foreign = sorted(set(logs) - set(finding.logs))
    if foreign:
        raise LogsNotOfFinding(logs=", ".join(foreign))
    if not uphold and (logs or falsified):
        raise DismissedInvalidatesNothing


def _lock_cycle_and_finding(finding_id: int) -> tuple[AssessmentCycle, Finding]:
    """Lock the cycle, as every other step does first, then the finding."""
    cycle = finding_cycle_lock(finding_id)
    return cycle, Finding.objects.select_for_update().get(pk=finding_id)


def _record(actor: "User", action: str, finding: Finding, now: datetime, **details: Any) -> None:
    record(
        actor=actor,
        action=action,
        subject=finding,
        now=now,
        organization_id=finding.organization_id,
        details=details,
    )


def _open_findings(cycle: AssessmentCycle, seen: Iterable[SeenCandidate], now: datetime) -> int:
    """Open a finding for each candidate that the cycle does not have yet; return their number."""
    known = set(Finding.objects.filter(cycle=cycle).values_list("evidence_hash", flat=True))
    due = add_working_days(now.astimezone(CITY_TIME).date(), ANSWER_WORKING_DAYS)
    new, opened = _only_new(seen, known), 0
    while some := dict(islice(new, AT_ONCE)):
        instruments = instrument_ids({each.instrument for each in some.values()})
        organizations = organization_ids_by_uscc({each.uscc for each in some.values()})
        Finding.objects.bulk_create(
            Finding(
                cycle=cycle,
                organization_id=organizations[each.uscc],
                instrument_id=instruments[each.instrument],
                kind=each.candidate.kind,
                logs=list(each.candidate.entries),
                evidence=dict(each.candidate.evidence),
                evidence_hash=digest,
                answer_due_date=due,
                found_at=now,
            )
            for digest, each in some.items()
        )
        opened += len(some)
    return opened


def _only_new(seen: Iterable[SeenCandidate], known: set[str]) -> Iterator[tuple[str, SeenCandidate]]:
    """Yield the candidates whose evidence is not `known`, each once, with its hash."""
    for each in seen:
        digest = _hash_evidence(each)
        if digest not in known:
            known.add(digest)
            yield digest, each


def _hash_evidence(seen: SeenCandidate) -> str:
    what = seen.candidate
    return hash_content(
        canonical_json([what.kind, seen.instrument, sorted(what.entries), dict(what.evidence)]) + b"\n"
    )


def finding_open(
    *,
    cycle: AssessmentCycle,
    kind: str,
    organization_id: int,
    instrument_id: int | None,
    logs: Collection[str],
    evidence: Mapping[str, str],
    actor: "User",
    now: datetime,
) -> Finding:
    """Open a finding of one of `OPENED_KINDS` in the (locked) year, of an inspection or objection.

    The unit answers and an auditor decides it like any other. The caller has authorised the actor.
    """
    if cycle.state not in (CycleState.FROZEN, *BEFORE_APPROVAL):
        raise IllegalMove(state=cycle.state, move="finding")
    content = canonical_json([kind, organization_id, sorted(logs), dict(evidence)]) + b"\n"
    finding = Finding.objects.create(
        cycle=cycle,
        organization_id=organization_id,
        instrument_id=instrument_id,
        kind=kind,
        logs=sorted(logs),
        evidence=dict(evidence),
        evidence_hash=hash_content(content),
        answer_due_date=add_working_days(now.astimezone(CITY_TIME).date(), ANSWER_WORKING_DAYS),
        found_at=now,
    )
    _record(actor, "finding.opened", finding, now, kind=kind, logs=finding.logs)
    return finding
