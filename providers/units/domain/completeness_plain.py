"""Completeness as JSON keeps it, and the days of which it is kept."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice
from typing import Any

from instrument_share.kernel.wording import from_plain, to_plain
from providers.terms.domain.special_days import ONE_DAY
from providers.units.domain.choices import Completeness, InformationState
from providers.units.domain.completeness import KindCompleteness, UnitCompleteness
from providers.units.domain.information import InformationKind

A_WEEK = timedelta(days=7)
"""What has changed is told by comparison with a week before."""
MONTHS_BACK = 24
"""So many past month ends can be looked at."""


def month_ends(year: int) -> tuple[date, ...]:
    """Return the last day of each month."""
    firsts = [date(year, month, 1) for month in range(2, 13)] + [date(year + 1, 1, 1)]
    return tuple(first - ONE_DAY for first in firsts)


def past_month_ends(today: date) -> Iterable[date]:
    """Yield the month ends of the last two years, latest first."""
    years = range(today.year, today.year - 3, -1)
    ends = (end for year in years for end in reversed(month_ends(year)))
    yield from islice((end for end in ends if end < today), MONTHS_BACK)


def kept_days(today: date) -> frozenset[date]:
    """Return the days that the bureau's pages ask for: today, past month ends, and a week before each."""
    asked = (today, *past_month_ends(today))
    return frozenset((*asked, *(day - A_WEEK for day in asked)))


def completeness_to_plain(judged: UnitCompleteness) -> list[dict[str, Any]]:
    """Return the kinds of a unit as JSON keeps them."""
    return [
        {
            "kind": one.kind.value,
            "state": one.state.value,
            "shown": one.shown.value,
            "reason": to_plain(one.reason),
            "next_step": to_plain(one.next_step),
            "since": None if one.since is None else one.since.isoformat(),
            "with_bureau": one.with_bureau,
        }
        for one in judged.kinds
    ]


def completeness_from_plain(organization_id: int, day: date, kinds: list[dict[str, Any]]) -> UnitCompleteness:
    """Return what `completeness_to_plain` was given."""
    return UnitCompleteness(organization_id, day, tuple(_kind(one) for one in kinds))


def _kind(kept: dict[str, Any]) -> KindCompleteness:
    return KindCompleteness(
        kind=InformationKind(kept["kind"]),
        state=Completeness(kept["state"]),
        shown=InformationState(kept["shown"]),
        reason=from_plain(kept["reason"]),
        next_step=from_plain(kept["next_step"]),
        since=None if kept["since"] is None else date.fromisoformat(kept["since"]),
        with_bureau=kept["with_bureau"],
    )
