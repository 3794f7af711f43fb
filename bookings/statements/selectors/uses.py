"""What statements that payers agreed to bill for single uses, for who supports them with money."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable

from bookings.statements.domain.billing import to_fen
from bookings.statements.domain.states import StatementState
from bookings.statements.models import Statement, StatementLine
from bookings.usage.models import UsageLog
from bookings.usage.selectors.logs_as_counted import IS_CORRECTED, iterate_counted_rows

AGREED_STATES = (StatementState.CONFIRMED, StatementState.SETTLED)
"""A statement that is paid is agreed to, whether its payer confirmed it before or not."""


@dataclass(frozen=True)
class BilledUse:
    """A use that a statement bills, with what every statement sent until now bills of it.

    Its times are those of the last of them: a correction bills the difference with the times that count then.
    """

    log: UsageLog
    starts_at: datetime
    ends_at: datetime
    effective_seconds: int
    billed_yuan: Decimal


def agreed_statements(*organization_ids: int) -> QuerySet[Statement]:
    """Return the statements to which these payers agreed, newest first; the caller may see them."""
    return (
        Statement.objects.filter(payer_organization__in=organization_ids, state__in=AGREED_STATES)
        .select_related("organization")
        .order_by("-month", "-id")
    )


def billed_uses(statement_ids: Collection[int]) -> dict[int, list[BilledUse]]:
    """Return the uses of each statement in the order of its lines, without charges for what was not used."""
    sent = StatementLine.objects.filter(log=OuterRef("log")).exclude(statement__state=StatementState.DRAFT)
    billed = sent.order_by().values("log").annotate(sum=Sum("amount_yuan")).values("sum")
    last_line = sent.order_by("-pk").values("pk")[:1]
    lines = (
        StatementLine.objects.filter(statement__in=statement_ids, log__isnull=False, corrects__isnull=True)
        .annotate(billed_yuan=Subquery(billed), last_line_id=Subquery(last_line))
        .select_related("log__instrument", "log__user")
        .order_by("statement", "position")
    )
    found: dict[int, list[BilledUse]] = {pk: [] for pk in statement_ids}
    rows = list(lines)
    last_lines = StatementLine.objects.in_bulk({line.last_line_id for line in rows})
    for line in rows:
        assert line.log is not None
        last = last_lines[line.last_line_id]
        found[line.statement_id].append(
            BilledUse(
                line.log, last.starts_at, last.ends_at, last.effective_seconds, to_fen(line.billed_yuan)
            )
        )
    return found


def uses_with_correction_to_bill(logs: Collection[int]) -> frozenset[int]:
    """Return those of the uses (keys) of which a confirmed correction is on no statement sent until now."""
    sent = StatementLine.objects.filter(log=OuterRef("pk")).exclude(statement__state=StatementState.DRAFT)
    billed = sent.order_by().values("log").annotate(sum=Sum("amount_yuan")).values("sum")
    corrected = UsageLog.objects.filter(IS_CORRECTED, pk__in=logs).annotate(billed_yuan=Subquery(billed))
    read: dict[str, str | Combinable] = {"amount_yuan": "amount_yuan", "billed_yuan": F("billed_yuan")}
    batches = iterate_counted_rows(corrected.order_by("id"), read)
    return frozenset(
        row["pk"] for rows in batches for row in rows if row["amount_yuan"] != row["billed_yuan"]
    )
