"""Large numbers of usage logs as they count now, read as values in batches."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageLog
from bookings.usage.selectors.usage import BATCH_SIZE, parse_value

CONFIRMATION = UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
"""Of a log itself, in a statement over logs."""
EFFECTIVE_PARTS = ("setup_seconds", "measuring_seconds", "post_seconds")


def iterate_counted_rows(
    logs: QuerySet[UsageLog], sources: Mapping[str, str | Combinable]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the ordered logs in batches of rows with confirmed corrections applied.

    `sources` maps names in a row to where they are read. Rows also have `pk`, the parts of the effective
    time, `effective_seconds` and `corrected`. Statements grow with every 2,000 logs.
    """
    read = {"pk": "pk", **{name: name for name in EFFECTIVE_PARTS}, **sources}
    found = (
        logs.select_related(None)
        .prefetch_related(None)
        .values_list(*(F(source) if isinstance(source, str) else source for source in read.values()))
        .iterator(chunk_size=BATCH_SIZE)
    )
    while rows := [dict(zip(read, row, strict=True)) for row in islice(found, BATCH_SIZE)]:
        _apply_corrections(rows)
        yield rows


def _apply_corrections(rows: Sequence[dict[str, Any]]) -> None:
    corrections: dict[int, list[dict[str, Any]]] = defaultdict(list)
    confirmed = UsageCorrection.objects.filter(
        log__in=[row["pk"] for row in rows], confirmation__isnull=False
    ).order_by("entry__number")
    for log_id, changes in confirmed.values_list("log_id", "changes"):
        corrections[log_id].append(changes)
    for row in rows:
        row["corrected"] = row["pk"] in corrections
        for changes in corrections.get(row["pk"], ()):
            row.update({name: parse_value(name, value) for name, value in changes.items() if name in row})
        row["effective_seconds"] = sum(row[part] for part in EFFECTIVE_PARTS)
