"""What a usage log says with its confirmed corrections applied, and what a correction may add."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.usage.domain.usage import not_over_problem
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval, subtract

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


def find_addition_problems(
    before: Mapping[str, Any], after: Mapping[str, Any], now: datetime, limit_days: int
) -> Iterator[Problem]:
    """Yield problems of a correction that adds time which could not be entered by hand any more.

    That is time outside the time before, not over yet or older than `limit_days`, and more effective time of
    a use that is older.
    """
    known, time = (Interval(values["starts_at"], values["ends_at"]) for values in (before, after))
    oldest = now - timedelta(days=limit_days)
    added = subtract([time], [known])
    if added and added[-1].end > now:
        yield not_over_problem()
    is_longer_in_effect = _sum_effective(after) > _sum_effective(before)
    if any(one.start < oldest for one in added) or (is_longer_in_effect and known.start < oldest):
        yield Problem(
            "usage.added_too_late",
            gettext_noop(
                "Time older than {days} days can't be added to a use any more. Keep within its time and its "
                "effective time ({time})."
            ),
            {"days": limit_days, "time": known},
            "starts_at",
        )


def _sum_effective(values: Mapping[str, Any]) -> int:
    return sum(values[part] for part in EFFECTIVE_PARTS)
