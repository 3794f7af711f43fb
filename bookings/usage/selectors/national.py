"""A year's uses for the national platform's service records."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from bookings.requests.domain.quota import get_year_interval
from bookings.usage.models import UsageLog
from bookings.usage.selectors.logs_as_counted import iterate_by_instrument
from bookings.usage.selectors.overlaps import IS_OVERLAPPING, count_once
from bookings.usage.selectors.usage import usage_logs
from instrument_share.kernel.city_time import CITY_TIME

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

INDIVIDUAL = "个人"
LOG_FIELDS = (
    "public_id",
    "instrument_id",
    "user_kind",
    "external",
    "starts_at",
    "ends_at",
    "service_mode",
    "direction",
    "content",
    "project",
    "funding_sources",
    "amount_yuan",
)
RELATED_FIELDS = {
    "organization_id": "instrument__organization_id",
    "inner_number": "instrument__inner_number",
    "subjects": "instrument__subjects",
    "booking": "booking_id",
    "booking_subject": "booking__subject",
    "applicant": "user__name",
    "phone": "user__phone",
    "email": "user__email",
    "applicant_unit": "payer_organization__name_zh",
    "rating": "review__rating",
}
"""Name in the facts → where it is read."""


def iterate_service_facts(
    viewer: "Viewer", organization_ids: Collection[int], year: int
) -> Iterator[dict[str, Any]]:
    """Yield the facts for `domain.national.build_service_record` of a year's confirmed uses.

    Covers uses visible to the viewer of these units' instruments, by instrument and start, corrections
    applied and time claimed twice counted once; the year is that of the start in Asia/Shanghai. Adds
    instrument_id, organization_id and user_kind. Contains names and addresses of people, which the platform
    requires. Statements grow with every 2,000 uses.
    """
    found = _logs_of_year(viewer, organization_ids, year).filter(Q(is_confirmed=True))
    sources: dict[str, str | Combinable] = {
        **{name: name for name in LOG_FIELDS},
        **RELATED_FIELDS,
        "overlapping": IS_OVERLAPPING,
    }
    for rows in iterate_by_instrument(found, sources):
        count_once(rows)
        for row in rows:
            yield {
                **row,
                "booked": row["booking"] is not None,
                "booking_subject": row["booking_subject"] or "",
                "applicant_unit": row["applicant_unit"] or INDIVIDUAL,
                "rating": row["rating"] or "",
            }


def years_naming(person: "User") -> set[int]:
    """Return the years whose service records may name a person, by the start in Asia/Shanghai."""
    years = UsageLog.objects.filter(user=person).datetimes("starts_at", "year", tzinfo=CITY_TIME)
    return {one.year for one in years}


def count_confirmed(viewer: "Viewer", organization_ids: Collection[int], year: int) -> int:
    """Return how many uses of the year are confirmed, and so reported."""
    return _logs_of_year(viewer, organization_ids, year).filter(Q(is_confirmed=True)).count()


def count_unconfirmed(viewer: "Viewer", organization_ids: Collection[int], year: int) -> int:
    """Return how many uses of the year await confirmation, and are not reported yet."""
    return _logs_of_year(viewer, organization_ids, year).filter(Q(is_confirmed=False)).count()


def _logs_of_year(viewer: "Viewer", organization_ids: Collection[int], year: int) -> "QuerySet[UsageLog]":
    span = get_year_interval(year)
    return usage_logs(viewer).filter(
        instrument__organization__in=organization_ids,
        starts_at__gte=span.start,
        starts_at__lt=span.end,
    )
