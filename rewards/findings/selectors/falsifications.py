"""Falsifications that auditors propose, and what became of them."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.kernel.errors import require_found
from rewards.cycle.domain.states import BEFORE_APPROVAL
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import can_see_all, managed_units
from rewards.findings.domain.states import STANDING, FalsificationState
from rewards.findings.models import Falsification, Finding

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def get_falsifications(finding: Finding) -> list[Falsification]:
    """Return the falsifications that were proposed with a visible finding, the last first."""
    people = ("proposed_by", "answered_by", "decided_by")
    return list(finding.falsifications.select_related(*people).order_by("-id"))


def has_standing_falsification(finding: Finding) -> bool:
    """Return whether a falsification is proposed or confirmed with the finding."""
    return finding.falsifications.filter(state__in=STANDING).exists()


def list_with_standing_falsification(found: Collection[Finding]) -> frozenset[int]:
    """Return those of the findings (keys) with which a falsification is proposed or confirmed."""
    standing = Falsification.objects.filter(finding__in=found, state__in=STANDING)
    return frozenset(standing.values_list("finding_id", flat=True))


def get_last_falsification(finding: Finding, read_at: datetime | None) -> Falsification:
    """Return the falsification proposed last, locked, or one that was rejected after `read_at` before it.

    That is the one that somebody answers or decides on who read the finding then. Raises NotFound.
    """
    proposed = finding.falsifications.select_for_update(of=("self",)).select_related("decided_by")
    latest = proposed.order_by("-id")
    if read_at is not None:
        rejected = latest.filter(state=FalsificationState.REJECTED, decided_at__gt=read_at).first()
        if rejected is not None:
            return rejected
    return require_found(latest.first())


def count_open_falsifications(cycle: AssessmentCycle) -> int:
    """Return how many proposals are neither confirmed nor rejected."""
    return Falsification.objects.filter(finding__cycle=cycle, state=FalsificationState.PROPOSED).count()


def falsifications_to_answer(viewer: "Viewer") -> QuerySet[Falsification]:
    """Return proposed falsifications without an answer, a manager's own ones, the earliest due first."""
    found = Falsification.objects.select_related("finding__cycle").filter(
        finding__cycle__state__in=BEFORE_APPROVAL, state=FalsificationState.PROPOSED, answered_at=None
    )
    if not can_see_all(viewer):
        found = found.filter(finding__organization__in=managed_units(viewer))
    return found.order_by("answer_due_date", "id")
