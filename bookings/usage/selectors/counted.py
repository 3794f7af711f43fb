"""Usage logs by the thousand as they count now: values instead of objects, read in batches."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageLog
from bookings.usage.selectors.usage import BATCH, typed

CONFIRMATION = UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
"""Of a log itself, in a statement over logs."""
PARTS = ("setup_seconds", "measuring_seconds", "post_seconds")


def counted_rows(
    logs: QuerySet[UsageLog], sources: Mapping[str, str | Combinable]
) -> Iterator[list[dict[str, Any]]]:
    """The ordered logs in batches: each a row with the confirmed corrections applied, oldest first.

    `sources` tells what a row holds: its name → where it is read. There are besides `pk`, the parts of the
    effective time and `effective_seconds`, and whether something is `corrected`. The number of statements
    grows with every 2,000 logs, not with each.
    """
    read = {"pk": "pk", **{name: name for name in PARTS}, **sources}
    found = (
        logs.select_related(None)
        .prefetch_related(None)
        .values_list(*(F(source) if isinstance(source, str) else source for source in read.values()))
        .iterator(chunk_size=BATCH)
    )
    while rows := [dict(zip(read, row, strict=True)) for row in islice(found, BATCH)]:
        _correct(rows)
        yield rows


def _correct(rows: Sequence[dict[str, Any]]) -> None:
    corrections: dict[int, list[dict[str, Any]]] = defaultdict(list)
    confirmed = UsageCorrection.objects.filter(
        log__in=[row["pk"] for row in rows], confirmation__isnull=False
    ).order_by("entry__number")
    for log_id, changes in confirmed.values_list("log_id", "changes"):
        corrections[log_id].append(changes)
    for row in rows:
        row["corrected"] = row["pk"] in corrections
        for changes in corrections.get(row["pk"], ()):
            row.update({name: typed(name, value) for name, value in changes.items() if name in row})
        row["effective_seconds"] = sum(row[part] for part in PARTS)
