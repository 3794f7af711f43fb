"""Announce results for public notice, and approve them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.states import next_state
from providers.public import add_working_days
from rewards.assessment.domain.errors import NoticeRunning, ScoresOutdated
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.step_runs import require_no_step
from rewards.findings.domain.errors import FindingsOpen
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import get_last_decision_number
from rewards.objections.selectors.objections import require_objections_settled

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def cycle_announce(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Announce the results for public notice, which runs through `notice_ends_date`.

    The notice takes PUBLIC_NOTICE_WORKING_DAYS after the day on which it begins. Raises ScoresOutdated when a
    finding was decided since the scores were computed, CalendarYearUnknown when upcoming working days are not
    known, StepUnderWay while the year is checked or scored once more.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    require_no_step(cycle)
    cycle.state = next_state(MOVES, cycle.state, "announce")
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
    """Approve the announced results, which are final from then on.

    `objections` (Chinese) describes objections that came on paper and the answers to them; empty states that
    there were none. Raises NoticeRunning, FindingsOpen, ObjectionsOpen, ObjectionNotScored, ScoresOutdated,
    StepUnderWay.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    require_no_step(cycle)
    cycle.state = next_state(MOVES, cycle.state, "approve")
    assert cycle.notice_ends_date is not None
    if now.astimezone(CITY_TIME).date() <= cycle.notice_ends_date:
        raise NoticeRunning(date=cycle.notice_ends_date.isoformat())
    still_open = Finding.objects.filter(cycle=cycle, state=FindingState.OPEN).count()
    if still_open:
        raise FindingsOpen(count=still_open)
    require_objections_settled(cycle)
    _require_current_scores(cycle)
    cycle.objections_zh = objections.strip()
    cycle.approved_at, cycle.approved_by = now, actor
    cycle.save(update_fields=["state", "objections_zh", "approved_at", "approved_by"])
    record(actor=actor, action="cycle.approved", subject=cycle, now=now)
    return cycle


def _require_current_scores(cycle: AssessmentCycle) -> None:
    if get_last_decision_number(cycle) != cycle.decisions_scored:
        raise ScoresOutdated
