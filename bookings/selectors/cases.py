"""The uses behind open-service cases: which may be cited, and what the public learns of them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet, Sum

from bookings.domain.states import BookingState
from bookings.models import Booking, CaseUse
from bookings.selectors.bookings import bookings
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class CaseFigures:
    """How often and for how long, without saying who."""

    uses: int
    effective_seconds: int


def citable(viewer: "Viewer", organization_id: int) -> QuerySet[Booking]:
    """Completed uses of a unit's instruments by others, for its managers; nothing for anybody else."""
    if organization_id not in standing(viewer).organization_ids(Role.UNIT_MANAGER):
        return Booking.objects.none()
    return (
        bookings(viewer)
        .filter(
            instrument__organization_id=organization_id,
            state=BookingState.COMPLETED,
            usage_log__external=True,
        )
        .select_related("usage_log")
    )


def cited(case_id: int) -> set[str]:
    """The public ids of the bookings that a case cites; the caller has checked the viewer."""
    return set(CaseUse.objects.filter(case_id=case_id).values_list("booking__public_id", flat=True))


def figures_of_cases(case_ids: Collection[int]) -> dict[int, CaseFigures]:
    """What the public learns of the uses behind these cases; those that cite none are left out.

    One statement.
    """
    rows = (
        CaseUse.objects.filter(case_id__in=case_ids)
        .values("case_id")
        .annotate(uses=Count("pk"), seconds=Sum("booking__usage_log__effective_seconds", default=0))
        .order_by("case_id")
    )
    return {row["case_id"]: CaseFigures(row["uses"], row["seconds"]) for row in rows}
