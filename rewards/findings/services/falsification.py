"""Falsifications: proposed by one auditor with a question, decided on by another person."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import IllegalMove, require_reason
from rewards.cycle.domain.errors import REASON_MISSING
from rewards.cycle.domain.states import BEFORE_APPROVAL
from rewards.cycle.models import AssessmentCycle
from rewards.declarations.permissions import require_on_other_unit
from rewards.findings.domain.errors import (
    AnswerMissing,
    FalsificationDecided,
    FalsificationOfProposer,
    FalsificationStands,
    FindingNotUpheld,
)
from rewards.findings.domain.states import STANDING, FalsificationState, FindingState
from rewards.findings.models import Falsification, Finding
from rewards.findings.selectors.due import get_answer_due_date
from rewards.findings.selectors.falsifications import get_last_falsification, has_standing_falsification
from rewards.findings.services.deciding import (
    decide_next,
    lock_cycle_and_finding,
    record_finding,
    require_heard,
    require_read,
    require_replaced_read,
    require_seen,
)
from rewards.findings.services.telling import (
    tell_of_falsification,
    tell_of_falsification_taken_back,
    tell_of_question,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def falsification_propose(
    *, actor: "User", finding_id: int, reason: str, question: str, now: datetime
) -> Falsification:
    """Propose that a finding proves a falsification, and ask the unit.

    Nothing counts before somebody else has confirmed it. Raises FalsificationStands.
    """
    cycle, finding = lock_cycle_and_finding(finding_id)
    require_on_other_unit(actor, "rewards.decide_finding", finding)
    _require_before_approval(cycle, "propose")
    if finding.state == FindingState.DISMISSED:
        raise FindingNotUpheld
    if has_standing_falsification(finding):
        raise FalsificationStands
    proposed = Falsification.objects.create(
        finding=finding,
        reason=require_reason(reason, code=REASON_MISSING),
        question=require_reason(question, code=REASON_MISSING),
        proposed_at=now,
        proposed_by=actor,
        answer_due_date=get_answer_due_date(now),
    )
    due = proposed.answer_due_date.isoformat()
    details = {"reason": proposed.reason, "question": proposed.question, "due": due}
    record_finding(actor, "finding.falsification_proposed", finding, now, **details)
    tell_of_question(finding, proposed, now)
    return proposed


@transaction.atomic
def falsification_answer(
    *, actor: "User", finding_id: int, answer: str, now: datetime, read_at: datetime | None = None
) -> Falsification:
    """Record the unit's answer to the question of a proposed falsification; a later one replaces it.

    Raises FalsificationDecided where the one that the unit read, at `read_at`, is no longer proposed, and
    AnsweredByAnother where another answer was sent since.
    """
    cycle, finding = lock_cycle_and_finding(finding_id)
    require(actor, "rewards.answer_finding", finding)
    _require_before_approval(cycle, "answer")
    proposed = get_last_falsification(finding, read_at)
    _require_in_state(proposed, FalsificationState.PROPOSED)
    if not answer.strip():
        raise AnswerMissing
    if proposed.answer == answer.strip():
        return proposed
    require_replaced_read(proposed, read_at)
    proposed.answer, proposed.answered_at, proposed.answered_by = answer.strip(), now, actor
    proposed.save(update_fields=["answer", "answered_at", "answered_by"])
    record_finding(actor, "finding.falsification_answered", finding, now, answer=proposed.answer)
    return proposed


@transaction.atomic
def falsification_decide(
    *,
    actor: "User",
    finding_id: int,
    confirm: bool,
    reason: str,
    now: datetime,
    seen: int | None = None,
    read_at: datetime | None = None,
) -> Falsification:
    """Confirm a proposed falsification, which bars the unit, or reject a proposed or confirmed one.

    Whatever changes the scores is the cycle's next decision. Raises FalsificationOfProposer,
    FindingNotUpheld, AnswerAwaited while the unit can still answer the question, AnsweredMeanwhile where it
    did after `read_at`, DecidedMeanwhile as `finding_decide` does, and FalsificationDecided where the one
    that the actor read, at `read_at`, is rejected, or is to be confirmed again.
    """
    cycle, finding = lock_cycle_and_finding(finding_id)
    require_on_other_unit(actor, "rewards.decide_falsification", finding)
    _require_before_approval(cycle, "decide")
    standing = get_last_falsification(finding, read_at)
    if standing.proposed_by_id == actor.pk:
        raise FalsificationOfProposer
    require_seen(finding, seen)
    _require_in_state(standing, *STANDING)
    require_read(standing.answered_at, read_at)
    reason = require_reason(reason, code=REASON_MISSING)
    if confirm:
        _require_confirmable(finding, standing, now)
    standing.state = (FalsificationState.CONFIRMED if confirm else FalsificationState.REJECTED).value
    standing.decision, standing.decided_at, standing.decided_by = reason, now, actor
    standing.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    record_finding(actor, f"finding.falsification_{standing.state}", finding, now, reason=reason)
    tell = tell_of_falsification_taken_back if finding.falsified and not confirm else tell_of_falsification
    if finding.falsified != confirm:
        finding.falsified, finding.reason = confirm, reason
        decide_next(actor, finding, now)
    tell(finding, standing, now)
    return standing


def _require_confirmable(finding: Finding, proposed: Falsification, now: datetime) -> None:
    _require_in_state(proposed, FalsificationState.PROPOSED)
    if finding.state != FindingState.UPHELD:
        raise FindingNotUpheld
    require_heard(proposed.answered_at, proposed.answer_due_date, now)


def _require_in_state(falsification: Falsification, *states: FalsificationState) -> None:
    if falsification.state not in states:
        assert falsification.decided_by is not None
        raise FalsificationDecided(name=falsification.decided_by.name, time=falsification.decided_at)


def _require_before_approval(cycle: AssessmentCycle, move: str) -> None:
    if cycle.state not in BEFORE_APPROVAL:
        raise IllegalMove(state=f"cycle.{cycle.state}", move=move)
