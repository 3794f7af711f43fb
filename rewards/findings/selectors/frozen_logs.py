"""Usage logs as they were frozen, by their public ids."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from bookings.public import usage_logs
from rewards.cycle.domain.entries import EntryFacts
from rewards.cycle.domain.rows import entry_from_row
from rewards.cycle.selectors.snapshot import StoredSnapshot

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from rewards.cycle.models import AssessmentCycle


def get_frozen_logs(viewer: "Viewer", cycle: "AssessmentCycle", logs: Collection[str]) -> list[EntryFacts]:
    """Return those of the logs that were frozen and the viewer may see; reads their instruments alone."""
    seen = usage_logs(viewer).filter(public_id__in=logs).prefetch_related(None)
    instruments = set(seen.values_list("instrument__public_id", flat=True))
    return list(read_logs(StoredSnapshot(cycle), logs, instruments).values())


def read_logs(
    snapshot: StoredSnapshot, logs: Collection[str], instruments: Collection[str] | None = None
) -> dict[str, EntryFacts]:
    """Return logs of a snapshot by their public ids, of these instruments or of all."""
    units = {row.uscc: row for row in snapshot.units()}
    return {
        row.id: entry_from_row(row, instrument, units[instrument.uscc])
        for instrument in snapshot.instruments()
        if instruments is None or instrument.instrument in instruments
        for row in snapshot.usage(instrument.instrument)
        if row.id in logs
    }
