"""Cycles visible to a viewer, and their locks."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet, Sum

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from rewards.cycle.domain.states import CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import NOTICED, can_see_all, managed_units

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def cycles(viewer: "Viewer") -> QuerySet[AssessmentCycle]:
    """Return cycles, newest first, with `awarded_yuan`, the sum of awards; the public sees noticed ones."""
    found = AssessmentCycle.objects.select_related("policy").annotate(
        awarded_yuan=Sum("assessments__award__amount_yuan")
    )
    if not (can_see_all(viewer) or managed_units(viewer)):
        found = found.filter(state__in=NOTICED)
    return found.order_by("-year")


def get_cycle(viewer: "Viewer", year: int) -> AssessmentCycle:
    """Return the cycle of a year. Raises NotFound."""
    return require_found(cycles(viewer).filter(year=year).first())


def get_running_notices(today: date) -> QuerySet[AssessmentCycle]:
    """Return the years whose results are in public notice, which everybody may see, newest first."""
    running = AssessmentCycle.objects.filter(state=CycleState.NOTICED, notice_ends_date__gte=today)
    return running.order_by("-year")


def get_frozen_date(year: int) -> date | None:
    """Return the day in the city on which the data of a year were frozen; None while they aren't."""
    frozen = AssessmentCycle.objects.filter(year=year, frozen_at__isnull=False)
    at = frozen.values_list("frozen_at", flat=True).first()
    return None if at is None else at.astimezone(CITY_TIME).date()


def cycle_lock(cycle_id: int) -> AssessmentCycle:
    """Return the cycle, locked until the transaction ends. Raises NotFound.

    Its policy is read when it is asked for: joined here, a year that was put under another one during a wait
    for the lock would not be found.
    """
    return require_found(AssessmentCycle.objects.select_for_update().filter(pk=cycle_id).first())
