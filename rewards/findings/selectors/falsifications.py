"""Falsifications that auditors propose, and what became of them."""

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


def get_standing_falsification(finding: Finding) -> Falsification:
    """Return the falsification that is proposed or confirmed, locked. Raises NotFound."""
    standing = finding.falsifications.select_for_update(of=("self",)).filter(state__in=STANDING)
    return require_found(standing.first())


def count_open_falsifications(cycle: AssessmentCycle) -> int:
    """Return how many proposals are neither confirmed nor rejected."""
    return Falsification.objects.filter(finding__cycle=cycle, state=FalsificationState.PROPOSED).count()


def falsifications_to_answer(viewer: "Viewer", organization_id: int) -> QuerySet[Falsification]:
    """Return a unit's proposed falsifications without an answer, the earliest due date first."""
    found = Falsification.objects.select_related("finding__cycle").filter(
        finding__organization_id=organization_id,
        finding__cycle__state__in=BEFORE_APPROVAL,
        state=FalsificationState.PROPOSED,
        answered_at=None,
    )
    seen = can_see_all(viewer) or organization_id in managed_units(viewer)
    return (found if seen else found.none()).order_by("answer_due_date", "id")
