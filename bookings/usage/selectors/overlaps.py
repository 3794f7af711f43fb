"""Uses of an instrument that overlap, and how much of them counts where time counts once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from bookings.usage.models import UsageOverlap
from instrument_share.journal.selectors import entries
from instrument_share.kernel.interval import Interval, calculate_share_left

IS_OVERLAPPING = Exists(UsageOverlap.objects.filter(log=OuterRef("pk")))
"""Whether a log was recorded although it overlaps earlier ones, in a statement over logs."""


def count_once(rows: Sequence[dict[str, Any]]) -> None:
    """Reduce `effective_seconds` of overlapping logs, in place, to the share that no earlier use took.

    Rows have `pk`, `starts_at`, `ends_at`, `effective_seconds` and `overlapping`. In whole seconds, rounded
    down; one statement where any overlaps. An assessment counts by the same share, from its own snapshot.
    """
    overlapping = {row["pk"]: row for row in rows if row["overlapping"]}
    if overlapping:
        for found in UsageOverlap.objects.filter(log__in=overlapping):
            row = overlapping[found.pk]
            row["effective_seconds"] = calculate_counted_seconds(row, found)


def calculate_counted_seconds(values: Mapping[str, Any], overlap: UsageOverlap | None) -> int:
    """Return the effective seconds of a log's values that no earlier use took."""
    if overlap is None:
        return int(values["effective_seconds"])
    taken: Iterable[Interval] = map(Interval.parse, overlap.taken.values())
    share = calculate_share_left(Interval(values["starts_at"], values["ends_at"]), taken)
    return int(values["effective_seconds"] * share)


def find_untold_overlaps() -> list[str]:
    """Return the logs (public ids) whose marked overlap is not what the journal tells of it."""
    recorded = entries().filter(action="usage.recorded", details__has_key="overlaps")
    told = {entry.subject_id: (entry.details["overlaps"], entry.details.get("reason")) for entry in recorded}
    rows = UsageOverlap.objects.select_related("log")
    stored = {row.log.public_id: (row.taken, row.reason) for row in rows}
    return sorted(log for log in told.keys() | stored.keys() if told.get(log) != stored.get(log))
