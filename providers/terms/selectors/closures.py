"""Closures of instruments."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from providers.instruments.selectors.instruments import instruments
from providers.terms.models import Closure

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def closures(instrument_ids: Collection[int], interval: Interval) -> dict[int, list[Interval]]:
    """Return closures that overlap `interval` and are not lifted, uncut, by time."""
    found: dict[int, list[Interval]] = {instrument_id: [] for instrument_id in instrument_ids}
    for row in closure_rows(instrument_ids, interval):
        found[row.instrument_id].append(Interval(row.starts_at, row.ends_at))
    return found


def closure_rows(instrument_ids: Collection[int], interval: Interval) -> QuerySet[Closure]:
    """Return the same closures as rows, with their public reasons."""
    return Closure.objects.filter(
        instrument_id__in=list(instrument_ids),
        ends_at__gt=interval.start,
        starts_at__lt=interval.end,
        lifted_at__isnull=True,
    ).order_by("instrument_id", "starts_at", "id")


def closures_of(instrument_ids: Collection[int]) -> QuerySet[Closure]:
    """Return every closure of the instruments, lifted or not, with its instrument and author."""
    found = Closure.objects.filter(instrument_id__in=list(instrument_ids))
    return found.select_related("instrument", "created_by")


def closure(viewer: "Viewer", public_id: str) -> Closure:
    """Return one closure of a visible instrument. Raises NotFound."""
    rows = Closure.objects.filter(public_id=public_id, instrument__in=instruments(viewer))
    return require_found(rows.select_related("instrument").first())
