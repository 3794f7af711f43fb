"""The steps of a year: opened, frozen, announced, approved."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.money import yuan
from instrument_share.kernel.states import moved
from providers.selectors import add_working_days
from rewards.domain.errors import (
    BudgetInvalid,
    CycleExists,
    FindingsOpen,
    NoticeRunning,
    ScoresOutdated,
    YearNotOver,
)
from rewards.domain.states import MOVES, FindingState
from rewards.models import AssessmentCycle, Finding, RewardPolicy
from rewards.selectors import cycle_lock, last_decision_number, policy_by_id
from rewards.services.snapshot import snapshot_write

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def cycle_open(
    *, actor: "User", year: int, policy_id: int, budget_yuan: Decimal, now: datetime
) -> AssessmentCycle:
    """Open the assessment of a year under a loaded policy; the same again changes nothing."""
    require(actor, "rewards.run_cycle")
    policy: RewardPolicy = policy_by_id(policy_id)
    if budget_yuan < 0 or budget_yuan != yuan(budget_yuan):
        raise BudgetInvalid
    cycle, created = AssessmentCycle.objects.get_or_create(
        year=year, defaults={"policy": policy, "budget_yuan": budget_yuan}
    )
    if cycle.policy_id != policy.pk or cycle.budget_yuan != budget_yuan:
        raise CycleExists(year=year)
    if created:
        details = {"policy": str(policy), "budget_yuan": str(budget_yuan)}
        record(actor=actor, action="cycle.opened", subject=cycle, now=now, details=details)
    return cycle


@transaction.atomic
def cycle_freeze(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Write the year's facts into a snapshot; from then on every step is computed from it alone.

    Raises IllegalMove when the cycle is frozen already, YearNotOver before its year has ended in the city.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    cycle.state = moved(MOVES, cycle.state, "freeze")
    if now.astimezone(CITY_TIME).year <= cycle.year:
        raise YearNotOver(year=cycle.year)
    cycle.snapshot_hash = snapshot_write(cycle=cycle)
    cycle.frozen_at = now
    cycle.save(update_fields=["state", "snapshot_hash", "frozen_at"])
    details = {"snapshot": cycle.snapshot_hash, "parts": cycle.parts.count()}
    record(actor=actor, action="cycle.frozen", subject=cycle, now=now, details=details)
    return cycle


@transaction.atomic
def cycle_announce(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Put the results out for public notice, which runs through `notice_ends_date` (five working days).

    Raises ScoresOutdated when a finding was decided since the scores were computed, CalendarYearUnknown when
    the working days to come are not known.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    cycle.state = moved(MOVES, cycle.state, "announce")
    _require_current_scores(cycle)
    cycle.noticed_at = now
    today = now.astimezone(CITY_TIME).date()
    cycle.notice_ends_date = add_working_days(today, settings.PUBLIC_NOTICE_WORKING_DAYS)
    cycle.save(update_fields=["state", "noticed_at", "notice_ends_date"])
    details = {"through": cycle.notice_ends_date.isoformat()}
    record(actor=actor, action="cycle.announced", subject=cycle, now=now, details=details)
    return cycle


@transaction.atomic
def cycle_approve(*, actor: "User", cycle_id: int, now: datetime, objections: str = "") -> AssessmentCycle:
    """Approve the announced results; nothing changes after that.

    `objections` (Chinese) says what was objected during the notice and how it was answered; empty states that
    nobody objected. Raises NoticeRunning, FindingsOpen, ScoresOutdated.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    cycle.state = moved(MOVES, cycle.state, "approve")
    assert cycle.notice_ends_date is not None
    if now.astimezone(CITY_TIME).date() <= cycle.notice_ends_date:
        raise NoticeRunning(date=cycle.notice_ends_date.isoformat())
    still_open = Finding.objects.filter(cycle=cycle, state=FindingState.OPEN).count()
    if still_open:
        raise FindingsOpen(count=still_open)
    _require_current_scores(cycle)
    cycle.objections_zh = objections.strip()
    cycle.approved_at, cycle.approved_by = now, actor
    cycle.save(update_fields=["state", "objections_zh", "approved_at", "approved_by"])
    record(actor=actor, action="cycle.approved", subject=cycle, now=now)
    return cycle


def _require_current_scores(cycle: AssessmentCycle) -> None:
    if last_decision_number(cycle) != cycle.decisions_scored:
        raise ScoresOutdated
