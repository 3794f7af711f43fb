"""Keep the sums of usage by day, in the transaction that writes or corrects a log."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

from bookings.usage.domain.days import DaySums
from bookings.usage.models import ServedDay, UsageDay, UsageLog, UsageOverlap
from bookings.usage.selectors.days import calculate_sums, get_kept_sums, iterate_units
from bookings.usage.selectors.overlaps import calculate_counted_seconds
from bookings.usage.services.waiting import waiting_differs, waiting_rebuild
from providers import public as providers

DAY_KEY, DAY_AMOUNTS = (
    ("organization_id", "day"),
    ("internal_seconds", "external_seconds", "amount_fen", "uses"),
)
SERVED_KEY, SERVED_AMOUNTS = ("organization_id", "payer_id", "day"), ("uses",)
BATCH_SIZE = 200


def usage_days_add(logs: Iterable[UsageLog], *, overlap: UsageOverlap | None = None) -> None:
    """Count new logs, under the caller's locks of their instruments; `overlap` is that of a single log."""
    sums = DaySums()
    for log in logs:
        sums.add(_get_facts(log, vars(log), overlap))
    _keep(sums)


def usage_days_change(log: UsageLog, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Count a log by its values after a correction in place of those before, under its instrument's lock."""
    sums = DaySums()
    overlap = UsageOverlap.objects.filter(log=log).first()
    sums.add(_get_facts(log, before, overlap), times=-1)
    sums.add(_get_facts(log, after, overlap))
    _keep(sums.without_nothing())
    # A day that a correction has emptied has no row, as if it had never had one.
    days = {day for _unit, day in sums.days}
    for model in (UsageDay, ServedDay):
        rows = model._default_manager.filter(organization_id=log.instrument.organization_id, day__in=days)
        rows.filter(uses=0).delete()


def usage_rebuild() -> int:
    """Make the sums and the list of what waits of every unit again from its logs; return their number.

    Each unit is a transaction of its own, and only writes to its instruments wait for it.
    """
    units = list(iterate_units())
    for unit in units:
        _rebuild(unit)
    return len(units)


@transaction.atomic
def _rebuild(organization_id: int) -> None:
    providers.instrument_locks_of_unit(organization_id)
    for model in (UsageDay, ServedDay):
        model._default_manager.filter(organization_id=organization_id).delete()
    _keep(calculate_sums(organization_id))
    waiting_rebuild(organization_id)


def usage_units_differing() -> list[int]:
    """Return the units of which what is kept differs from the logs; writes wait as for a rebuild."""
    return [unit for unit in iterate_units() if _differs(unit)]


@transaction.atomic
def _differs(organization_id: int) -> bool:
    providers.instrument_locks_of_unit(organization_id)
    if waiting_differs(organization_id):
        return True
    return get_kept_sums(organization_id) != calculate_sums(organization_id)


def _get_facts(log: UsageLog, values: Mapping[str, Any], overlap: UsageOverlap | None) -> dict[str, Any]:
    return {
        "unit": log.instrument.organization_id,
        "payer": log.payer_organization_id,
        "external": log.external,
        "starts_at": values["starts_at"],
        "effective_seconds": calculate_counted_seconds(values, overlap),
        "amount_yuan": values["amount_yuan"],
    }


def _keep(sums: DaySums) -> None:
    """Add to the kept sums; rows are touched in order of their keys, so that two writers can't deadlock."""
    _add_rows(
        UsageDay, DAY_KEY, DAY_AMOUNTS, [(*key, *amounts) for key, amounts in sorted(sums.days.items())]
    )
    served = [(*key, uses) for key, uses in sorted(sums.served.items())]
    _add_rows(ServedDay, SERVED_KEY, SERVED_AMOUNTS, served)


def _add_rows(
    model: type[models.Model], key: Sequence[str], amounts: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, or add their amounts where the key is known: one statement, which Django can't express."""
    table, columns = model._meta.db_table, (*key, *amounts)
    adding = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in amounts)
    for start in range(0, len(rows), BATCH_SIZE):
        some = rows[start : start + BATCH_SIZE]
        places = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places} "  # noqa: S608 (own names only)
                f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {adding}",
                [value for row in some for value in row],
            )
