"""What convinced the checks: frozen uses, and the records on which they rest, as of the freeze."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bookings.public import (
    GrantedHours,
    disputes_by_public_id,
    get_booking_acts,
    get_corrections_since,
    get_granted_hours,
)
from instrument_share.accounts.selectors import Ground, grounds_of_relation, names_of_people
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.public import PastDays, get_past_days
from rewards.cycle.domain.rows import entry_from_row
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow, UsageRow
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.findings.domain.causes import list_kinds
from rewards.findings.domain.grounds import kinds_of_use

if TYPE_CHECKING:
    from bookings.models import UsageDispute
    from instrument_share.journal.models import AuditEntry
    from rewards.findings.models import Finding


@dataclass(frozen=True)
class Grounds:
    """The uses of a finding with what is known of each; people and organizations by public id."""

    frozen_at: datetime
    uses: Mapping[str, UsageRow]
    """By public id, in order of their start."""
    kinds: Mapping[str, Collection[str]]
    """What the checks say of each use by itself."""
    instruments: Mapping[str, InstrumentRow]
    units: Mapping[str, UnitRow]
    """The unit of each use's instrument, by the use."""
    people: Mapping[str, str]
    acts: Mapping[str, "Sequence[AuditEntry]"]
    """The journal's entries on each booking."""
    relations: Mapping[str, Sequence[Ground]]
    """Why each using organization was related to the unit at the freeze, where that was found."""
    disputes: "Mapping[str, UsageDispute]"
    """The disputes that were open at the freeze."""
    corrected: Mapping[str, datetime]
    """When a use was corrected after the freeze."""
    granted: Mapping[str, GrantedHours]
    """The hours that granted each booking of a use outside the windows."""
    days: PastDays | None
    """The windows of the finding's instrument from the day of the first use to that of the last."""
    instrument: str
    """The public id of the finding's instrument; empty where it has none."""


def get_grounds(finding: "Finding", uses: Sequence[UsageRow]) -> Grounds:
    """Return what convinced the checks of those uses of a finding that the viewer may see.

    The number of statements does not grow with the uses.
    """
    cycle = finding.cycle
    assert cycle.frozen_at is not None
    snapshot = StoredSnapshot(cycle)
    instruments = {row.instrument: row for row in snapshot.instruments()}
    by_uscc = {row.uscc: row for row in snapshot.units()}
    units = {row.id: by_uscc[instruments[row.instrument].uscc] for row in uses}
    kinds = {
        row.id: kinds_of_use(
            entry_from_row(row, instruments[row.instrument], units[row.id]), units[row.id].related
        )
        for row in uses
    }
    related = "self_dealing" in list_kinds(finding.kind, finding.evidence)
    return Grounds(
        frozen_at=cycle.frozen_at,
        uses={row.id: row for row in uses},
        kinds=kinds,
        instruments=instruments,
        units=units,
        people=names_of_people({name for row in uses for name in (row.recorded_by, row.operator)}),
        acts=get_booking_acts({row.booking for row in uses if row.booking}),
        relations=_relations(uses, units, kinds, cycle.frozen_at) if related else {},
        disputes=disputes_by_public_id({row.open_dispute for row in uses if row.open_dispute}),
        corrected=get_corrections_since([row.id for row in uses], cycle.frozen_at),
        granted=_granted(uses, kinds),
        days=_days(finding, uses),
        instrument=finding.instrument.public_id if finding.instrument else "",
    )


def _relations(
    uses: Sequence[UsageRow],
    units: Mapping[str, UnitRow],
    kinds: Mapping[str, Collection[str]],
    at: datetime,
) -> dict[str, list[Ground]]:
    """Return the relations of each organization that used its own; a finding of self-dealing has one."""
    pairs = {
        row.payer_organization: units[row.id].organization
        for row in uses
        if row.payer_organization and "self_dealing" in kinds[row.id]
    }
    return {user: grounds_of_relation(owner, user, at) for user, owner in pairs.items()}


def _granted(uses: Sequence[UsageRow], kinds: Mapping[str, Collection[str]]) -> Mapping[str, GrantedHours]:
    outside = [row for row in uses if row.booking and "outside_windows" in kinds[row.id]]
    if not outside:
        return {}
    span = Interval(min(row.starts_at for row in outside), max(row.ends_at for row in outside))
    return get_granted_hours([row.booking for row in outside if row.booking], span)


def _days(finding: "Finding", uses: Sequence[UsageRow]) -> PastDays | None:
    own = [row for row in uses if finding.instrument and row.instrument == finding.instrument.public_id]
    if not own or finding.instrument_id is None:
        return None
    first = min(row.starts_at for row in own).astimezone(CITY_TIME)
    last = max(row.ends_at for row in own).astimezone(CITY_TIME)
    start = first.replace(hour=0, minute=0, second=0)
    end = last.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    return get_past_days(finding.instrument_id, Interval(start, end))
