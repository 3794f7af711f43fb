"""Answers of units to findings, and decisions of auditors on them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, IllegalMove, require_reason
from rewards.cycle.domain.errors import REASON_MISSING
from rewards.cycle.domain.states import BEFORE_APPROVAL, TAKES_FINDINGS
from rewards.cycle.models import AssessmentCycle
from rewards.declarations.permissions import require_on_other_unit
from rewards.findings.domain.errors import (
    AnswerAwaited,
    AnsweredByAnother,
    AnsweredMeanwhile,
    AnswerMissing,
    DecidedMeanwhile,
    DismissedInvalidatesNothing,
    FalsificationStands,
    LogsNotOfFinding,
)
from rewards.findings.domain.states import FindingState, is_decidable
from rewards.findings.models import Finding, FindingDecision
from rewards.findings.selectors.due import list_kept_from_answering
from rewards.findings.selectors.falsifications import has_standing_falsification
from rewards.findings.selectors.findings import finding_cycle_lock, get_last_decision_number
from rewards.findings.services.telling import tell_of_decision, tell_of_decisions

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from rewards.findings.models import Falsification


@transaction.atomic
def finding_answer(
    *,
    actor: "User",
    finding_id: int,
    now: datetime,
    answer: str = "",
    no_objection: bool = False,
    read_at: datetime | None = None,
) -> Finding:
    """Record the unit's answer to an undecided finding; a later answer replaces the earlier one.

    `no_objection`: the unit accepts what was found; it need not write anything then. Raises AnsweredByAnother
    where another answer was sent after `read_at`, at which the actor read the finding; None skips the check.
    """
    cycle, finding = lock_cycle_and_finding(finding_id)
    require(actor, "rewards.answer_finding", finding)
    if finding.state != FindingState.OPEN or cycle.state not in TAKES_FINDINGS:
        raise IllegalMove(state=f"finding.{finding.state}", move="answer")
    answer = answer.strip()
    if not answer and not no_objection:
        raise AnswerMissing
    if finding.answered_at and (finding.answer, finding.no_objection) == (answer, no_objection):
        return finding
    require_replaced_read(finding, read_at)
    if finding.answered_at is None:
        finding.answered_late = now.astimezone(CITY_TIME).date() > finding.answer_due_date
    finding.answer, finding.no_objection = answer, no_objection
    finding.answered_at, finding.answered_by = now, actor
    finding.save(update_fields=["answer", "no_objection", "answered_at", "answered_late", "answered_by"])
    details = {"answer": answer, "no_objection": no_objection, "overdue": finding.answered_late}
    record_finding(actor, "finding.answered", finding, now, **details)
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
    seen: int | None = None,
    read_at: datetime | None = None,
) -> Finding:
    """Uphold a finding and invalidate some of its logs (public ids), or dismiss it.

    Each decision takes the next number of the cycle and stays readable; repeating it changes nothing. Until
    approval it can be revised under a new number, after which the cycle must be scored again. Raises
    AnswerAwaited while the unit has neither answered nor run out of time, FalsificationStands for the
    dismissal of what is, or is proposed as, a falsification, and DecidedMeanwhile where the last decision on
    it has a number above `seen`, the highest of the year that the actor has read, and AnsweredMeanwhile where
    the unit answered after `read_at`; None skips a check.
    """
    logs = sorted(set(invalidated_logs))
    finding, is_new = _decide(actor, finding_id, uphold, reason, logs, now, seen, read_at)
    if is_new:
        tell_of_decision(finding, now)
    return finding


@transaction.atomic
def findings_decide(
    *,
    actor: "User",
    finding_ids: Sequence[int],
    uphold: bool,
    reason: str,
    now: datetime,
    seen: int | None = None,
    read_at: datetime | None = None,
) -> dict[int, DomainError | None]:
    """Decide several findings with one reason: uphold them with all their logs, or dismiss them.

    Returns, for each id, what refused it, or nothing. Each is decided as `finding_decide` does; a unit is
    told once of all that were.
    """
    require(actor, "rewards.decide_finding")
    decided: list[Finding] = []
    outcome: dict[int, DomainError | None] = {}
    for finding_id in finding_ids:
        try:
            with transaction.atomic():
                logs = _logs_of(finding_id) if uphold else []
                finding, is_new = _decide(actor, finding_id, uphold, reason, logs, now, seen, read_at)
        except DomainError as refusal:
            outcome[finding_id] = refusal
            continue
        outcome[finding_id] = None
        decided += [finding] if is_new else []
    tell_of_decisions(decided, now)
    return outcome


def _logs_of(finding_id: int) -> list[str]:
    return sorted(Finding.objects.values_list("logs", flat=True).get(pk=finding_id))


def _decide(
    actor: "User",
    finding_id: int,
    uphold: bool,
    reason: str,
    logs: list[str],
    now: datetime,
    seen: int | None,
    read_at: datetime | None,
) -> tuple[Finding, bool]:
    """Return the finding, and whether this decision is a new one."""
    cycle, finding = lock_cycle_and_finding(finding_id)
    require_on_other_unit(actor, "rewards.decide_finding", finding)
    state = (FindingState.UPHELD if uphold else FindingState.DISMISSED).value
    reason = reason.strip()
    if (finding.state, finding.reason, finding.invalidated_logs) == (state, reason, logs):
        return finding, False
    require_seen(finding, seen)
    require_read(finding.answered_at, read_at)
    _require_decidable(cycle, finding, uphold, reason, logs, now)
    finding.state, finding.reason, finding.invalidated_logs = state, reason, logs
    is_late = not finding.is_answered_in_time and not list_kept_from_answering([finding])
    finding.overdue = uphold and is_late
    decide_next(actor, finding, now)
    return finding, True


def decide_next(actor: "User", finding: Finding, now: datetime) -> None:
    """Keep what the finding says now as the cycle's next decision."""
    finding.decision_number = get_last_decision_number(finding.cycle) + 1
    finding.decided_at, finding.decided_by = now, actor
    FindingDecision.objects.create(
        cycle=finding.cycle,
        finding=finding,
        number=finding.decision_number,
        **{name: getattr(finding, name) for name in FindingDecision.COPIED},
    )
    finding.save()
    details = {
        "number": finding.decision_number,
        "reason": finding.reason,
        "invalidated": finding.invalidated_logs,
        "falsified": finding.falsified,
        "overdue": finding.overdue,
    }
    record_finding(actor, f"finding.{finding.state}", finding, now, **details)


def _require_decidable(
    cycle: AssessmentCycle, finding: Finding, uphold: bool, reason: str, logs: list[str], now: datetime
) -> None:
    if cycle.state not in BEFORE_APPROVAL:
        raise IllegalMove(state=f"cycle.{cycle.state}", move="decide")
    require_heard(finding.answered_at, finding.answer_due_date, now)
    require_reason(reason, code=REASON_MISSING)
    foreign = sorted(set(logs) - set(finding.logs))
    if foreign:
        raise LogsNotOfFinding(logs=", ".join(foreign))
    if not uphold and logs:
        raise DismissedInvalidatesNothing
    if not uphold and has_standing_falsification(finding):
        raise FalsificationStands


def require_heard(answered_at: datetime | None, due: date, now: datetime) -> None:
    """Raise AnswerAwaited while the unit has not answered and still may."""
    if not is_decidable(answered_at, due, now.astimezone(CITY_TIME).date()):
        raise AnswerAwaited(due=due)


def require_seen(finding: Finding, seen: int | None) -> None:
    """Raise DecidedMeanwhile where the last decision on the finding has a number above the highest read."""
    if seen is not None and (finding.decision_number or 0) > seen:
        raise DecidedMeanwhile(number=finding.decision_number)


def require_read(answered_at: datetime | None, read_at: datetime | None) -> None:
    """Raise AnsweredMeanwhile where the unit answered after the instant at which its words were read."""
    if _is_unread(answered_at, read_at):
        raise AnsweredMeanwhile


def require_replaced_read(answered: "Finding | Falsification", read_at: datetime | None) -> None:
    """Raise AnsweredByAnother where the answer to be replaced was sent after its words were read."""
    if _is_unread(answered.answered_at, read_at):
        assert answered.answered_by is not None
        raise AnsweredByAnother(name=answered.answered_by.name, time=answered.answered_at)


def _is_unread(answered_at: datetime | None, read_at: datetime | None) -> bool:
    return answered_at is not None and read_at is not None and answered_at > read_at


def lock_cycle_and_finding(finding_id: int) -> tuple[AssessmentCycle, Finding]:
    """Lock the cycle, as every other step does first, then the finding."""
    cycle = finding_cycle_lock(finding_id)
    return cycle, Finding.objects.select_for_update().get(pk=finding_id)


def record_finding(actor: "User", action: str, finding: Finding, now: datetime, **details: Any) -> None:
    """Write what was done to a finding into the journal."""
    record(
        actor=actor,
        action=action,
        subject=finding,
        now=now,
        organization_id=finding.organization_id,
        details=details,
    )
