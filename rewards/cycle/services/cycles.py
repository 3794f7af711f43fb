"""Open and freeze a year."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.services import unit_managers_tell
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.money import round_to_fen
from instrument_share.kernel.progress import Tell
from instrument_share.kernel.states import next_state
from rewards.cycle.domain.errors import BudgetInvalid, CycleExists, OtherYearFirst, YearNotOver
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle, SnapshotPart
from rewards.cycle.selectors.left_out import LeftOut, list_left_out
from rewards.cycle.selectors.rewarded import find_year_in_the_way
from rewards.cycle.services.long_steps import LongStep
from rewards.cycle.services.snapshot import WrittenSnapshot, snapshot_write
from rewards.declarations.domain.errors import FactsMissing
from rewards.declarations.domain.facts import find_missing
from rewards.declarations.selectors import known_kinds
from rewards.policy.models import RewardPolicy
from rewards.policy.selectors import get_policy, get_policy_rules

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

LEFT_OUT = gettext_noop(
    "The data of {year} are frozen. What was not confirmed before they were read does not count. As the "
    "reading began, this was so of {unconfirmed} usage logs, {running} uses without a check-out and {facts} "
    "declared facts of your unit."
)


@transaction.atomic
def cycle_open(
    *, actor: "User", year: int, policy_id: int, budget_yuan: Decimal, now: datetime
) -> AssessmentCycle:
    """Open the assessment of a year under a loaded policy; the same again changes nothing.

    Raises FactsMissing for a policy that asks for facts which nobody has.
    """
    require(actor, "rewards.run_cycle")
    policy: RewardPolicy = get_policy(policy_id)
    missing = find_missing(get_policy_rules(policy), known_kinds(year), year)
    if budget_yuan < 0 or budget_yuan != round_to_fen(budget_yuan):
        raise BudgetInvalid
    cycle, created = AssessmentCycle.objects.get_or_create(
        year=year, defaults={"policy": policy, "budget_yuan": budget_yuan}
    )
    if cycle.policy_id != policy.pk or cycle.budget_yuan != budget_yuan:
        raise CycleExists(year=year)
    if created and missing:
        raise FactsMissing(problems=missing)
    if created:
        details = {"policy": str(policy), "budget_yuan": str(budget_yuan)}
        record(actor=actor, action="cycle.opened", subject=cycle, now=now, details=details)
    return cycle


def cycle_freeze(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Write the year's facts into a snapshot; from then on every step is computed from it alone.

    Raises IllegalMove when the cycle is frozen already, YearNotOver before its year has ended in the city,
    OtherYearFirst beside a year that an instrument could be rewarded in as well.
    """
    return FREEZE.take(actor=actor, cycle_id=cycle_id, now=now)


def _admit_freeze(actor: "User", cycle: AssessmentCycle, now: datetime) -> None:
    require(actor, "rewards.run_cycle", cycle)
    next_state(MOVES, cycle.state, "freeze", kind="cycle")
    if now.astimezone(CITY_TIME).year <= cycle.year:
        raise YearNotOver(year=cycle.year)
    if other := find_year_in_the_way(cycle, cycle.policy):
        raise OtherYearFirst(other=other)


def _compute_freeze(
    cycle: AssessmentCycle, _now: datetime, tell: Tell
) -> tuple[WrittenSnapshot, list[LeftOut]]:
    """Write the snapshot, and count before it is read: what is confirmed meanwhile may be left out of it."""
    left_out = list_left_out(cycle.year)
    return snapshot_write(year=cycle.year, tell=tell), left_out


def _keep_freeze(
    actor: "User", cycle: AssessmentCycle, computed: tuple[WrittenSnapshot, list[LeftOut]], now: datetime
) -> AssessmentCycle:
    snapshot, left_out = computed
    for part in snapshot.parts:
        part.cycle = cycle
    SnapshotPart.objects.bulk_create(snapshot.parts)
    cycle.state = next_state(MOVES, cycle.state, "freeze", kind="cycle")
    cycle.snapshot_hash, cycle.frozen_at = snapshot.name, now
    cycle.save(update_fields=["state", "snapshot_hash", "frozen_at"])
    details = {"snapshot": cycle.snapshot_hash, "parts": len(snapshot.parts)}
    record(actor=actor, action="cycle.frozen", subject=cycle, now=now, details=details)
    _tell_of_what_is_left_out(cycle, left_out, now)
    return cycle


def _tell_of_what_is_left_out(cycle: AssessmentCycle, left_out: list[LeftOut], now: datetime) -> None:
    """Tell each unit how much of it the frozen year leaves out, if anything."""
    for each in left_out:
        params = {
            "year": cycle.year,
            "unconfirmed": each.unconfirmed,
            "running": each.running,
            "facts": each.facts,
        }
        path = page_address("declared_facts", cycle.year) if each.facts else page_address("unit_desk")
        unit_managers_tell(
            each.unit, LEFT_OUT, now, kind=NotificationKind.ASSESSMENT, path=path, params=params
        )


FREEZE = LongStep(_admit_freeze, _compute_freeze, _keep_freeze)
