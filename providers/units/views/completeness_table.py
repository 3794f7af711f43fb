"""The table of all owning units by completeness, with filters and orders.

What is judged of each day is kept, past month ends too. The number of queries is constant.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.web.text.formats import bilingual
from providers.terms.domain.special_days import ONE_DAY
from providers.terms.openings import local_midnight
from providers.units.domain.choices import LISTED_UNDER, Completeness
from providers.units.domain.completeness import (
    RANK,
    KindChange,
    KindCompleteness,
    UnitCompleteness,
    kind_changes,
)
from providers.units.domain.completeness_plain import A_WEEK
from providers.units.domain.information import InformationKind
from providers.units.selectors.completeness import completeness_at
from providers.units.selectors.reminders import last_reminded

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

OPEN = "open"
"""Missing or out of date."""


@dataclass(frozen=True)
class UnitRow:
    """An owning unit with its completeness now and a week before."""

    organization: "Organization"
    completeness: UnitCompleteness
    changes: tuple[KindChange, ...] = ()
    reminded_at: datetime | None = None
    is_of_officer: bool = False
    """Whether the viewer answers for the unit as an officer, who reminds it."""

    @property
    def open(self) -> tuple[KindCompleteness, ...]:
        return self.completeness.next_steps

    @property
    def to_do(self) -> tuple[KindCompleteness, ...]:
        """Return the open kinds that the unit can act on."""
        return self.completeness.to_do

    @property
    def is_to_remind(self) -> bool:
        """Return whether the viewer can remind the unit of something."""
        return self.is_of_officer and bool(self.to_do)

    @property
    def open_since(self) -> date | None:
        """Return the day since which something is open."""
        return min((kind.since for kind in self.open if kind.since is not None), default=None)

    @property
    def district(self) -> str:
        """Return the district's code, or an empty string."""
        return self.organization.district.code if self.organization.district else ""

    def kind(self, code: str) -> KindCompleteness:
        return next(kind for kind in self.completeness.kinds if kind.kind == code)

    @property
    def missing(self) -> int:
        return self._count(Completeness.MISSING)

    @property
    def stale(self) -> int:
        return self._count(Completeness.STALE)

    def _count(self, state: Completeness) -> int:
        return sum(LISTED_UNDER[kind.shown] is state for kind in self.completeness.kinds)


def owning_units(viewer: "Viewer", as_of: date) -> list[UnitRow]:
    """Return every admitted unit of the viewer's region that owns instruments, as of a day's end.

    Units that were registered later are left out.
    """
    found = accounts.organizations(viewer).filter(
        accounts.region_of(viewer).within(),
        owns_instruments=True,
        state=OrganizationState.ADMITTED,
        created_at__lt=local_midnight(as_of + ONE_DAY),
    )
    units = list(found)
    ids = [unit.pk for unit in units]
    judged = completeness_at(ids, [as_of - A_WEEK, as_of])
    reminded, of_officer = last_reminded(viewer, ids), accounts.region_of(viewer, Role.BUREAU_OFFICER)
    return [
        UnitRow(
            unit,
            judged[unit.pk][1],
            kind_changes(*judged[unit.pk]),
            reminded.get(unit.pk),
            of_officer.covers(unit),
        )
        for unit in units
    ]


def filter_units(rows: Iterable[UnitRow], filters: Mapping[str, str]) -> list[UnitRow]:
    """Return the units that match the filters, in the order of `sort`.

    `information` and `state` combine: that kind in that state, as its badge says it; any kind,
    or any open state, if not given.
    """
    found = [
        row
        for row in rows
        if filters.get("district", "") in ("", row.district)
        and filters.get("kind", "") in ("", row.organization.kind)
        and _in_state(row, filters.get("information", ""), filters.get("state", ""))
        and _changed(row, filters.get("changed", ""))
    ]
    return sort_units(found, filters.get("sort", ""))


def _in_state(row: UnitRow, information: str, state: str) -> bool:
    if not information and not state:
        return True
    kinds = [kind for kind in row.completeness.kinds if information in ("", kind.kind)]
    if state in ("", OPEN):
        return any(kind.state is not Completeness.COMPLETE for kind in kinds)
    if state == Completeness.COMPLETE and not information:
        return not row.open
    return any(LISTED_UNDER[kind.shown] == state for kind in kinds)


def _changed(row: UnitRow, changed: str) -> bool:
    better = [change.better for change in row.changes]
    found = {"": True, "better": any(better), "worse": not all(better)}
    return found.get(changed, bool(better))


Key = Callable[[UnitRow], Any]
LAST = date.max


def _by_kind(code: str) -> Key:
    """Return a sort key: the worst state first, and the longest-lasting first within it."""

    def key(row: UnitRow) -> Any:
        kind = row.kind(code)
        return RANK[kind.state], kind.since or LAST

    return key


ORDERS: dict[str, Key] = {
    "name": lambda row: bilingual(row.organization, "name"),
    "district": lambda row: (row.district == "", row.district),
    "percent": lambda row: (row.completeness.percent, -row.missing),
    "since": lambda row: row.open_since or LAST,
    "reminded": lambda row: (row.reminded_at is None, row.reminded_at.timestamp() if row.reminded_at else 0),
    **{kind.value: _by_kind(kind.value) for kind in InformationKind},
}
"""Columns by which the table is sorted, ascending; with a minus in front, descending."""
FIRST_ORDER = "percent"


def sort_units(rows: Sequence[UnitRow], sort: str) -> list[UnitRow]:
    """Return the units sorted by a column, equal ones by id."""
    column = sort.removeprefix("-")
    key = ORDERS.get(column, ORDERS[FIRST_ORDER])
    by_id = sorted(rows, key=lambda row: row.organization.pk)
    return sorted(by_id, key=key, reverse=sort.startswith("-") and column in ORDERS)
