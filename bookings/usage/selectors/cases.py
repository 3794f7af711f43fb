"""Uses behind open-service cases: which can be cited, and their public figures."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import bookings, get_date_interval
from bookings.usage.models import CaseUse, UsageLog
from bookings.usage.selectors.logs_as_counted import get_counted_seconds
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class CaseFigures:
    """The number and length of uses, without saying by whom."""

    uses: int
    effective_seconds: int


SEARCH_FIELDS = (
    "user__name",
    "payer_organization__name_zh",
    "payer_organization__name_en",
    "subject",
    "public_id",
)


def citable_bookings(
    viewer: "Viewer",
    organization_id: int,
    *,
    instrument_ids: Collection[int] = (),
    first: date | None = None,
    last: date | None = None,
    text: str = "",
) -> QuerySet[Booking]:
    """Return completed uses of a unit's instruments by others, for its managers only.

    Empty filters don't restrict. Both days are included (Asia/Shanghai). Words are searched in user, payer,
    subject and booking number.
    """
    if organization_id not in standing(viewer).organization_ids(Role.UNIT_MANAGER):
        return Booking.objects.none()
    found = bookings(viewer).filter(
        instrument__organization_id=organization_id,
        state=BookingState.COMPLETED,
        usage_log__external=True,
    )
    if instrument_ids:
        found = found.filter(instrument__in=instrument_ids)
    if first:
        found = found.filter(starts_at__gte=get_date_interval(first).start)
    if last:
        found = found.filter(starts_at__lt=get_date_interval(last).end)
    for term in text.split():
        found = found.filter(reduce(or_, (Q(**{f"{name}__icontains": term}) for name in SEARCH_FIELDS)))
    return found.select_related("usage_log")


def get_cited_ids(case_id: int) -> set[str]:
    """Return the public ids of the bookings that a case cites; the caller has checked the viewer."""
    return set(CaseUse.objects.filter(case_id=case_id).values_list("booking__public_id", flat=True))


def get_case_figures(case_ids: Collection[int]) -> dict[int, CaseFigures]:
    """Return public figures by case id, for cases that cite uses.

    Confirmed corrections are applied, and time that several uses have counts once.
    """
    logs: dict[int, list[int]] = defaultdict(list)
    cited = CaseUse.objects.filter(case_id__in=case_ids)
    for case_id, log_id in cited.values_list("case_id", "booking__usage_log"):
        logs[case_id].append(log_id)
    seconds = get_counted_seconds(UsageLog.objects.filter(booking__cases__case_id__in=case_ids).distinct())
    return {
        case_id: CaseFigures(len(ids), sum(seconds[log_id] for log_id in ids))
        for case_id, ids in sorted(logs.items())
    }


def get_seconds_of_bookings(used: Collection[Booking]) -> dict[int, int]:
    """Return the effective seconds of these bookings' logs that no earlier use took, by the log's id."""
    return get_counted_seconds(UsageLog.objects.filter(booking__in=[booking.pk for booking in used]))
