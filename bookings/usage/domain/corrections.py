"""What a usage log says with its confirmed corrections applied."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

EFFECTIVE_PARTS = ("setup_seconds", "measuring_seconds", "post_seconds")
"""The parts of a use that make up its effective time."""


def apply_corrections(values: dict[str, Any], corrections: Iterable[Mapping[str, Any]]) -> None:
    """Apply the changes of confirmed corrections, oldest first, to a log's values in place.

    This is the only definition of how a log counts: pages, exports, statistics, the openness statement and
    the snapshot of a year all come from it. `values` holds at least the parts of the effective time, which
    gives `effective_seconds`; changes of fields that it does not hold are left out.
    """
    for changes in corrections:
        values.update({name: _parse_value(name, value) for name, value in changes.items() if name in values})
    values["effective_seconds"] = sum(values[part] for part in EFFECTIVE_PARTS)


def _parse_value(name: str, value: Any) -> Any:
    """Convert a correction's JSON value to the type of the log's field."""
    if name in {"starts_at", "ends_at"}:
        return datetime.fromisoformat(value).astimezone(UTC)
    if name == "amount_yuan":
        return Decimal(value)
    return value
