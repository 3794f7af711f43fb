"""Put a year that was opened under a draft under the decided policy."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import require_reason
from instrument_share.kernel.states import next_state
from providers.public import unit_ids_of_year
from rewards.assessment.domain.errors import FactsNotFrozen, OtherYearNotFrozen, PolicyDecided
from rewards.assessment.models import UnitAssessment
from rewards.assessment.services.telling import tell_of_policy
from rewards.cycle.domain.errors import REASON_MISSING
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.rewarded import find_year_in_the_way
from rewards.cycle.selectors.snapshot import StoredSnapshot, get_unit_ids
from rewards.cycle.selectors.step_runs import require_no_step
from rewards.declarations.domain.errors import FactsMissing
from rewards.declarations.domain.facts import NO_SCORE, FactKind, find_missing
from rewards.declarations.selectors import known_kinds
from rewards.findings.models import Finding
from rewards.objections.mails import POLICY_DECIDED
from rewards.objections.services.objections import tell_of_withdrawal
from rewards.policy.models import RewardPolicy
from rewards.policy.selectors import get_policy, get_policy_rules, require_decided_policy

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

RESULTS = (
    "unallocated_yuan",
    "excluded",
    "entries_reported",
    "entries_counted",
    "totals",
    "allocation",
    "decisions_scored",
    "scored_at",
    "noticed_at",
    "notice_ends_date",
)
"""What a year keeps of its results and of the notice that runs."""


@transaction.atomic
def cycle_adopt_policy(
    *, actor: "User", cycle_id: int, policy_id: int, reason: str, now: datetime
) -> AssessmentCycle:
    """Replace the year's draft by a decided policy; the budget stays.

    A scored year is checked again: its results are deleted, and a public notice of them is withdrawn, of
    which who objected is told. Raises PolicyDecided where the year's policy is no draft, PolicyIsDraft for
    another draft, FactsMissing as when a year is opened, FactsNotFrozen where the frozen data lack such
    facts, OtherYearNotFrozen where they do not say what another year rewards once, StepUnderWay,
    ReasonMissing.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    require_no_step(cycle)
    cycle.state = next_state(MOVES, cycle.state, "adopt", kind="cycle")
    reason = require_reason(reason, code=REASON_MISSING)
    draft, policy = cycle.policy, get_policy(policy_id)
    if not draft.is_draft:
        raise PolicyDecided(year=cycle.year, policy=str(draft))
    require_decided_policy(policy)
    _require_facts(cycle, policy)
    if cycle.snapshot_hash and (other := find_year_in_the_way(cycle, policy)):
        raise OtherYearNotFrozen(year=cycle.year, other=other, policy=str(policy))
    scored, noticed = cycle.scored_at is not None, cycle.noticed_at is not None
    if noticed:
        tell_of_withdrawal(cycle, POLICY_DECIDED)
    _delete_results(cycle)
    cycle.policy = policy
    cycle.save(update_fields=["state", "policy", *RESULTS])
    details = {
        "draft": str(draft),
        "draft_sha256": draft.sha256,
        "policy": str(policy),
        "policy_sha256": policy.sha256,
        "state": cycle.state,
        "noticed": noticed,
        "reason": reason,
    }
    record(actor=actor, action="cycle.policy_adopted", subject=cycle, now=now, details=details)
    tell_of_policy(cycle, _units(cycle), reason, now, scored=scored, noticed=noticed)
    return cycle


def _require_facts(cycle: AssessmentCycle, policy: RewardPolicy) -> None:
    known = _frozen_kinds(cycle) if cycle.snapshot_hash else known_kinds(cycle.year)
    missing = find_missing(get_policy_rules(policy), known, cycle.year)
    if not missing:
        return
    if not cycle.snapshot_hash or any(each.code == NO_SCORE for each in missing):
        raise FactsMissing(problems=missing)
    raise FactsNotFrozen(year=cycle.year, policy=str(policy))


def _frozen_kinds(cycle: AssessmentCycle) -> frozenset[FactKind]:
    """Return the kinds of facts in the snapshot; what was confirmed since then does not count."""
    snapshot = StoredSnapshot(cycle)
    units = snapshot.units()
    found = {
        FactKind.QUALIFICATION: any(unit.qualifications for unit in units),
        FactKind.GRADE: any(unit.grade for unit in units),
        FactKind.MAJOR_PROJECTS: any(unit.major_projects is not None for unit in units),
        FactKind.NONFISCAL_VALUE: any(each.nonfiscal_yuan is not None for each in snapshot.instruments()),
    }
    return frozenset(kind for kind, known in found.items() if known)


def _delete_results(cycle: AssessmentCycle) -> None:
    UnitAssessment.objects.filter(cycle=cycle).delete()
    Finding.objects.filter(cycle=cycle).update(points_at_stake=None, yuan_at_stake=None)
    without = AssessmentCycle()
    for name in RESULTS:
        setattr(cycle, name, getattr(without, name))


def _units(cycle: AssessmentCycle) -> Iterable[int]:
    """Return the ids of the units of the year: as frozen, or those that will be assessed."""
    return get_unit_ids(cycle).values() if cycle.snapshot_hash else unit_ids_of_year(cycle.year)
