"""What statements that payers agreed to bill for single uses, for who supports them with money."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

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

    Its times are those that count now. Statements don't know them: a correction that leaves the amount as it
    was is on none.
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


def is_agreed(statement: Statement) -> bool:
    """Return whether the payer agrees to a statement, until a payment is reversed if it only paid it."""
    return statement.state in AGREED_STATES


def billed_uses(statement_ids: Collection[int]) -> dict[int, list[BilledUse]]:
    """Return the uses of each statement in the order of its lines, without charges for what was not used."""
    sent = StatementLine.objects.filter(log=OuterRef("log")).exclude(statement__state=StatementState.DRAFT)
    billed = sent.order_by().values("log").annotate(sum=Sum("amount_yuan")).values("sum")
    lines = list(
        StatementLine.objects.filter(statement__in=statement_ids, log__isnull=False, corrects__isnull=True)
        .annotate(billed_yuan=Subquery(billed))
        .select_related("log__instrument", "log__user")
        .order_by("statement", "position")
    )
    times = _get_counted_times([line.log.pk for line in lines if line.log])
    found: dict[int, list[BilledUse]] = {pk: [] for pk in statement_ids}
    for line in lines:
        assert line.log is not None
        use = BilledUse(line.log, billed_yuan=to_fen(line.billed_yuan), **times[line.log.pk])
        found[line.statement_id].append(use)
    return found


def _get_counted_times(logs: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return when uses (keys) were as corrected, and their effective time, by their keys."""
    read: dict[str, str | Combinable] = {"starts_at": "starts_at", "ends_at": "ends_at"}
    batches = iterate_counted_rows(UsageLog.objects.filter(pk__in=logs).order_by("id"), read)
    names = (*read, "effective_seconds")
    return {row["pk"]: {name: row[name] for name in names} for rows in batches for row in rows}


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
