"""Large numbers of usage logs as they count now, read as values in batches."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from bookings.usage.domain.corrections import EFFECTIVE_PARTS, apply_corrections
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageLog
from bookings.usage.selectors.overlaps import IS_OVERLAPPING, count_once
from bookings.usage.selectors.usage import BATCH_SIZE

CONFIRMATION = UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
"""Of a log itself, in a statement over logs."""
IS_CORRECTED = Exists(UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=False))
"""Whether a confirmed correction changes a log, in a statement over logs.

By confirmations alone: joined with corrections, PostgreSQL reads all of those again for every log.
"""
_READ_TO_COUNT_ONCE: dict[str, str | Combinable] = {
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "overlapping": IS_OVERLAPPING,
}
_READ_OF_PROJECTS = {
    "booking_id": "booking_id",
    "project_id": "booking__organization_project_id",
    "amount_yuan": "amount_yuan",
    "public_id": "public_id",
}


class ProjectUse(NamedTuple):
    """A use of a booking that names a project, with its amount as confirmed corrections leave it."""

    project_id: int
    booking_id: int
    public_id: str
    amount_yuan: Decimal


def iterate_counted_rows(
    logs: QuerySet[UsageLog], sources: Mapping[str, str | Combinable]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the ordered logs in batches of rows with confirmed corrections applied.

    `sources` maps names in a row to where they are read. Rows also have `pk`, the parts of the effective
    time, `effective_seconds` and `corrected`. Statements grow with every 2,000 logs, one of them corrected.
    """
    read = {"pk": "pk", "corrected": IS_CORRECTED, **{name: name for name in EFFECTIVE_PARTS}, **sources}
    found = (
        logs.select_related(None)
        .prefetch_related(None)
        .values_list(*(F(source) if isinstance(source, str) else source for source in read.values()))
        .iterator(chunk_size=BATCH_SIZE)
    )
    while rows := [dict(zip(read, row, strict=True)) for row in islice(found, BATCH_SIZE)]:
        _correct(rows)
        yield rows


def iterate_by_instrument(
    logs: QuerySet[UsageLog], sources: Mapping[str, str | Combinable]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the logs in batches of rows as above, by instrument and start; the caller may write in between.

    On SQLite a connection that is still reading can't write once another one has written: there the uses of
    some instruments at a time are read whole. PostgreSQL reads all by one statement, which takes two thirds
    of the time.
    """
    ordered = logs.order_by("instrument_id", "starts_at", "id")
    if connection.vendor != "sqlite":
        yield from iterate_counted_rows(ordered, sources)
        return
    for instruments in _group_instruments(logs):
        of_some = iterate_counted_rows(ordered.filter(instrument__in=instruments), sources)
        yield list(chain.from_iterable(of_some))


def _group_instruments(logs: QuerySet[UsageLog]) -> Iterator[list[int]]:
    """Yield the instruments in groups of 2,000 logs at most, one with more logs alone."""
    group: list[int] = []
    size = 0
    counted = logs.order_by("instrument_id").values("instrument_id").annotate(count=Count("pk"))
    for row in list(counted):
        if group and size + row["count"] > BATCH_SIZE:
            yield group
            group, size = [], 0
        group.append(row["instrument_id"])
        size += row["count"]
    if group:
        yield group


def _correct(rows: Sequence[dict[str, Any]]) -> None:
    """Correct the few rows that have corrections: to ask by every id took a third of a year's reading."""
    corrections: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if corrected := [row["pk"] for row in rows if row["corrected"]]:
        confirmed = UsageCorrection.objects.filter(log__in=corrected, confirmation__isnull=False)
        for log_id, changes in confirmed.order_by("entry__number").values_list("log_id", "changes"):
            corrections[log_id].append(changes)
    for row in rows:
        apply_corrections(row, corrections.get(row["pk"], ()))


def get_counted_seconds(logs: QuerySet[UsageLog]) -> dict[int, int]:
    """Return the effective seconds of each log that no earlier use took, by the log's id."""
    counted: dict[int, int] = {}
    for rows in iterate_counted_rows(logs.order_by("id"), _READ_TO_COUNT_ONCE):
        count_once(rows)
        counted |= {row["pk"]: row["effective_seconds"] for row in rows}
    return counted


def iterate_project_uses(logs: QuerySet[UsageLog]) -> Iterator[ProjectUse]:
    """Yield those of the logs whose bookings name projects."""
    named = logs.filter(booking__organization_project__isnull=False).order_by("id")
    for rows in iterate_counted_rows(named, _READ_OF_PROJECTS):
        yield from (ProjectUse(**{name: row[name] for name in ProjectUse._fields}) for row in rows)


def sum_project_uses(project_ids: Collection[int]) -> Mapping[int, Decimal]:
    """Return what the uses of each of these projects cost, in yuan."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for use in iterate_project_uses(UsageLog.objects.filter(booking__organization_project__in=project_ids)):
        sums[use.project_id] += use.amount_yuan
    return sums
