"""A year's uses as the national platform's service records are made from."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from bookings.domain.quota import year_of
from bookings.selectors.usage import BATCH, usage_logs, values_of

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

INDIVIDUAL = "个人"


def service_facts(viewer: "Viewer", organization_ids: Collection[int], year: int) -> Iterator[dict[str, Any]]:
    """Every confirmed use, that the viewer may see, of these units' instruments in a year (by its start,
    Asia/Shanghai), by instrument and start, with corrections applied. Streams; the number of statements grows
    with every 2,000 uses, not with each. The keys are those of `domain.national.service_record`, and
    instrument_id, organization_id and user_kind. With people's names and addresses, which the platform asks.
    """
    span = year_of(year)
    found = (
        usage_logs(viewer)
        .filter(
            Q(is_confirmed=True),
            instrument__organization__in=organization_ids,
            starts_at__gte=span.start,
            starts_at__lt=span.end,
        )
        .select_related("review")
        .order_by("instrument_id", "starts_at", "id")
        .iterator(chunk_size=BATCH)
    )
    while batch := list(islice(found, BATCH)):
        for log in batch:
            review = getattr(log, "review", None)
            yield {
                **{name: getattr(log, name) for name in AS_LOGGED},
                **values_of(log),
                "organization_id": log.instrument.organization_id,
                "inner_number": log.instrument.inner_number,
                "subjects": log.instrument.subjects,
                "booking_subject": log.booking.subject if log.booking else "",
                "booked": log.booking is not None,
                "applicant": log.user.name,
                "phone": log.user.phone,
                "email": log.user.email,
                "applicant_unit": log.payer_organization.name_zh if log.payer_organization else INDIVIDUAL,
                "rating": review.rating if review else "",
            }


AS_LOGGED = ("public_id", "instrument_id", "user_kind", "external", "funding_sources")


def unconfirmed_count(viewer: "Viewer", organization_ids: Collection[int], year: int) -> int:
    """How many uses of the year wait for a second person's word, and are not reported yet."""
    span = year_of(year)
    return (
        usage_logs(viewer)
        .filter(
            Q(is_confirmed=False),
            instrument__organization__in=organization_ids,
            starts_at__gte=span.start,
            starts_at__lt=span.end,
        )
        .count()
    )
