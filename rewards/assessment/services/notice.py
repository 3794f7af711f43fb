"""Announce results for public notice, and approve them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from instrument_share.accounts.domain.registration import find_phone_problems
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Invalid
from instrument_share.kernel.states import next_state
from providers.public import add_working_days
from rewards.assessment.domain.errors import (
    NoticeContactMissing,
    NoticeRunning,
    ScoredMeanwhile,
    ScoresOutdated,
)
from rewards.assessment.services.telling import tell_of_approval, tell_of_notice
from rewards.cycle.domain.errors import ApprovedByAnnouncer
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.step_runs import require_no_step
from rewards.findings.domain.errors import FalsificationsOpen, FindingsOpen
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.findings.selectors.falsifications import count_open_falsifications
from rewards.findings.selectors.findings import get_last_decision_number
from rewards.objections.selectors.objections import require_objections_settled, require_promises_kept
from rewards.policy.selectors import require_decided_policy

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

CONTACT = ("notice_person", "notice_phone", "notice_address")
"""Whom the notice names."""


@transaction.atomic
def cycle_announce(
    *,
    actor: "User",
    cycle_id: int,
    person: str,
    phone: str,
    address: str,
    now: datetime,
    scored_at: datetime | None = None,
) -> AssessmentCycle:
    """Announce the results for public notice, which runs through `notice_ends_date`.

    The notice takes PUBLIC_NOTICE_WORKING_DAYS after the day on which it begins, and names the person who
    takes objections. Raises FindingsOpen and FalsificationsOpen until everything found is decided,
    ScoresOutdated when a finding was decided since the scores were computed, ObjectionNotScored while an
    answer promises that findings are decided anew, NoticeContactMissing, Invalid for a telephone that nobody
    can dial, CalendarYearUnknown when upcoming working days are not known, StepUnderWay while the year is
    checked or scored once more, and ScoredMeanwhile where the results are not those of `scored_at`, which
    the actor has read; None skips that.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    require_no_step(cycle)
    cycle.state = next_state(MOVES, cycle.state, "announce", kind="cycle")
    _require_read(cycle, scored_at)
    _require_all_decided(cycle)
    _require_current_scores(cycle)
    require_promises_kept(cycle)
    cycle.notice_person, cycle.notice_phone, cycle.notice_address = map(str.strip, (person, phone, address))
    if not (cycle.notice_person and cycle.notice_phone and cycle.notice_address):
        raise NoticeContactMissing
    if problems := list(find_phone_problems(cycle.notice_phone, "reward.notice_phone_invalid")):
        raise Invalid(problems=problems)
    cycle.noticed_at, cycle.announced_by = now, actor
    today = now.astimezone(CITY_TIME).date()
    cycle.notice_ends_date = add_working_days(today, settings.PUBLIC_NOTICE_WORKING_DAYS)
    cycle.save(update_fields=["state", "noticed_at", "notice_ends_date", "announced_by", *CONTACT])
    details = {
        "through": cycle.notice_ends_date.isoformat(),
        **{name: getattr(cycle, name) for name in CONTACT},
    }
    record(actor=actor, action="cycle.announced", subject=cycle, now=now, details=details)
    tell_of_notice(cycle, now)
    return cycle


@transaction.atomic
def cycle_approve(
    *,
    actor: "User",
    cycle_id: int,
    now: datetime,
    objections: str = "",
    scored_at: datetime | None = None,
) -> AssessmentCycle:
    """Approve the announced results, which are final from then on.

    `objections` (Chinese) describes objections that came on paper and the answers to them; empty states that
    there were none. Raises PolicyIsDraft, ApprovedByAnnouncer, NoticeRunning, FindingsOpen,
    FalsificationsOpen, ObjectionsOpen, ObjectionNotScored, ScoresOutdated, StepUnderWay, and ScoredMeanwhile
    as `cycle_announce` does.
    """
    cycle = cycle_lock(cycle_id)
    require(actor, "rewards.run_cycle", cycle)
    require_no_step(cycle)
    cycle.state = next_state(MOVES, cycle.state, "approve", kind="cycle")
    _require_read(cycle, scored_at)
    require_decided_policy(cycle.policy)
    if cycle.announced_by_id == actor.pk:
        raise ApprovedByAnnouncer
    assert cycle.notice_ends_date is not None
    if now.astimezone(CITY_TIME).date() <= cycle.notice_ends_date:
        raise NoticeRunning(date=cycle.notice_ends_date.isoformat())
    _require_all_decided(cycle)
    require_objections_settled(cycle)
    _require_current_scores(cycle)
    cycle.objections_zh = objections.strip()
    cycle.approved_at, cycle.approved_by = now, actor
    cycle.save(update_fields=["state", "objections_zh", "approved_at", "approved_by"])
    details = {"objections": cycle.objections_zh}
    record(actor=actor, action="cycle.approved", subject=cycle, now=now, details=details)
    tell_of_approval(cycle, now)
    return cycle


def _require_all_decided(cycle: AssessmentCycle) -> None:
    still_open = Finding.objects.filter(cycle=cycle, state=FindingState.OPEN).count()
    if still_open:
        raise FindingsOpen(count=still_open)
    proposed = count_open_falsifications(cycle)
    if proposed:
        raise FalsificationsOpen(count=proposed)


def _require_current_scores(cycle: AssessmentCycle) -> None:
    if get_last_decision_number(cycle) != cycle.decisions_scored:
        raise ScoresOutdated


def _require_read(cycle: AssessmentCycle, scored_at: datetime | None) -> None:
    if scored_at is not None and scored_at != cycle.scored_at:
        raise ScoredMeanwhile
