"""Compare draws, and what was seen at inspections, with the journal and with drawing once more."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from instrument_share.journal.selectors import entries
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.domain.draw import draw_inspections
from rewards.inspections.models import DrawResult, InspectionDraw, RandomInspection
from rewards.inspections.selectors.inputs import read_inputs
from rewards.report.selectors.told import act, compare, find_missing, get_detail, told_of, write_day

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry


def find_untold_inspections(cycle: AssessmentCycle) -> Iterator[str]:
    """Yield every difference between a year's draws and inspections and its journal, or what is drawn again.

    Raises SnapshotDamaged for published inputs that are no longer what was announced.
    """
    draws = list(InspectionDraw.objects.filter(cycle=cycle).order_by("number"))
    announced = entries().filter(action="draw.announced", details__cycle=cycle.public_id)
    yield from find_missing("draw", draws, announced)
    told = told_of(draws)
    for draw in draws:
        acts = told.get(draw.public_id, {})
        yield from _draw(draw, acts.get("draw.announced"))
        yield from _drawn(cycle, draw, acts.get("draw.made"))


def _draw(draw: InspectionDraw, told: "AuditEntry | None") -> Iterator[str]:
    inputs = read_inputs(draw)
    columns = {
        "number": (draw.number, get_detail(told, "number")),
        "over": (draw.over, get_detail(told, "over")),
        "size": (draw.size, get_detail(told, "size")),
        "source_zh": (draw.source_zh, get_detail(told, "source")),
        "source_en": (draw.source_en, get_detail(told, "source_en")),
        "seed_date": (write_day(draw.seed_date), get_detail(told, "seed_date")),
        "inputs_sha256": (draw.inputs_sha256, get_detail(told, "inputs_sha256")),
        "candidates": (draw.candidates, len(inputs.items)),
        "inspectors": (
            [each.fingerprint for each in draw.inspectors.order_by("number")],
            get_detail(told, "inspectors"),
        ),
        **act(told, draw.announced_at, draw.announced_by_id, "announced"),
    }
    yield from compare(f"draw {draw.public_id}", "journal", columns)


def _drawn(cycle: AssessmentCycle, draw: InspectionDraw, told: "AuditEntry | None") -> Iterator[str]:
    result: Any = DrawResult.objects.filter(draw=draw).first()
    rows = list(
        draw.inspections.select_related("organization", "instrument", "lead", "second", "finding").order_by(
            "pk"
        )
    )
    columns = {
        "seed": (result and result.seed, get_detail(told, "seed")),
        "inspections": ([row.public_id for row in rows], get_detail(told, "drawn", [])),
        **act(told, result and result.drawn_at, result and result.drawn_by_id, "drawn"),
    }
    yield from compare(f"draw {draw.public_id}", "journal", columns)
    again = _draw_again(cycle, draw, result) if result else []
    for row, drawn in zip_longest(rows, again):
        yield from compare(f"inspection {row}", "seed", {"drawn": (row and _as_drawn(row), drawn)})
    acts = told_of(rows)
    for row in rows:
        yield from _inspection(row, acts.get(row.public_id, {}).get("inspection.recorded"))


def _draw_again(
    cycle: AssessmentCycle, draw: InspectionDraw, result: DrawResult
) -> Sequence[tuple[Any, ...]]:
    """Draw by the published inputs and seed: place, unit, instrument, entry, and the two inspectors."""
    units = {unit.uscc: unit.organization for unit in StoredSnapshot(cycle).units()}
    over_entries = draw.over == DrawnFrom.ENTRIES
    inputs = read_inputs(draw)
    return [
        (
            each.position,
            units[each.item.uscc],
            each.item.instrument,
            each.item.id if over_entries else "",
            each.lead,
            each.second,
        )
        for each in draw_inspections(inputs, result.seed)
    ]


def _as_drawn(row: RandomInspection) -> tuple[Any, ...]:
    instrument = row.instrument.public_id if row.instrument else ""
    # An inspector of another draw may have the same number.
    lead, second = (each.number if each.draw_id == row.draw_id else each for each in (row.lead, row.second))
    return row.position, row.organization.public_id, instrument, row.log, lead, second


def _inspection(row: RandomInspection, told: "AuditEntry | None") -> Iterator[str]:
    photos = [(one.position, one.file.name) for one in row.photos.order_by("position")]
    columns = {
        "outcome": (row.outcome, get_detail(told, "outcome", "")),
        "record": (row.fingerprint, get_detail(told, "sha256", RandomInspection().fingerprint)),
        "photos": (photos, list(enumerate(get_detail(told, "photos", []), start=1))),
        "finding": (row.finding.public_id if row.finding else "", get_detail(told, "finding", "")),
        **act(told, row.recorded_at, row.recorded_by_id, "recorded"),
    }
    yield from compare(f"inspection {row.public_id}", "journal", columns)
