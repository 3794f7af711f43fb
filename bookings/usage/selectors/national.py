"""A year's uses as the national platform's service records are made from."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from bookings.requests.domain.quota import year_of
from bookings.usage.selectors.counted import counted_rows
from bookings.usage.selectors.usage import usage_logs

if TYPE_CHECKING:
    from bookings.usage.models import UsageLog
    from instrument_share.accounts.selectors import Viewer

INDIVIDUAL = "个人"
AS_LOGGED = (
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
FROM_OTHERS = {
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


def service_facts(viewer: "Viewer", organization_ids: Collection[int], year: int) -> Iterator[dict[str, Any]]:
    """Every confirmed use, that the viewer may see, of these units' instruments in a year (by its start,
    Asia/Shanghai), by instrument and start, with corrections applied. Streams; the number of statements grows
    with every 2,000 uses, not with each. The keys are those of `domain.national.service_record`, and
    instrument_id, organization_id and user_kind. With people's names and addresses, which the platform asks.
    """
    found = _of_year(viewer, organization_ids, year).filter(Q(is_confirmed=True))
    sources = {**{name: name for name in AS_LOGGED}, **FROM_OTHERS}
    for rows in counted_rows(found.order_by("instrument_id", "starts_at", "id"), sources):
        for row in rows:
            yield {
                **row,
                "booked": row["booking"] is not None,
                "booking_subject": row["booking_subject"] or "",
                "applicant_unit": row["applicant_unit"] or INDIVIDUAL,
                "rating": row["rating"] or "",
            }


def unconfirmed_count(viewer: "Viewer", organization_ids: Collection[int], year: int) -> int:
    """How many uses of the year wait for a second person's word, and are not reported yet."""
    return _of_year(viewer, organization_ids, year).filter(Q(is_confirmed=False)).count()


def _of_year(viewer: "Viewer", organization_ids: Collection[int], year: int) -> "QuerySet[UsageLog]":
    span = year_of(year)
    return usage_logs(viewer).filter(
        instrument__organization__in=organization_ids,
        starts_at__gte=span.start,
        starts_at__lt=span.end,
    )
