"""The uses behind open-service cases: which may be cited, and what the public learns of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import bookings, day_of
from bookings.usage.models import CaseUse
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class CaseFigures:
    """How often and for how long, without saying who."""

    uses: int
    effective_seconds: int


@dataclass(frozen=True)
class SoughtUses:
    """Which uses somebody looks for; what is left out doesn't matter. Both days count (Asia/Shanghai)."""

    instruments: Collection[int] = ()
    first: date | None = None
    last: date | None = None
    text: str = ""


ANY_USES = SoughtUses()
SEARCHED = (
    "user__name",
    "payer_organization__name_zh",
    "payer_organization__name_en",
    "subject",
    "public_id",
)


def citable(viewer: "Viewer", organization_id: int, sought: SoughtUses = ANY_USES) -> QuerySet[Booking]:
    """Completed uses of a unit's instruments by others, for its managers; nothing for anybody else.

    The words sought are found in who used it, who paid, what was measured, and the booking's number.
    """
    if organization_id not in standing(viewer).organization_ids(Role.UNIT_MANAGER):
        return Booking.objects.none()
    found = bookings(viewer).filter(
        instrument__organization_id=organization_id,
        state=BookingState.COMPLETED,
        usage_log__external=True,
    )
    if sought.instruments:
        found = found.filter(instrument__in=sought.instruments)
    if sought.first:
        found = found.filter(starts_at__gte=day_of(sought.first).start)
    if sought.last:
        found = found.filter(starts_at__lt=day_of(sought.last).end)
    for term in sought.text.split():
        found = found.filter(reduce(or_, (Q(**{f"{name}__icontains": term}) for name in SEARCHED)))
    return found.select_related("usage_log")


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
