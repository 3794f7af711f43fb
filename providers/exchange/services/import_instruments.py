"""Import rows of instruments as drafts, or update existing drafts.

Rows match by inner number; submitted and published instruments are not touched, and an empty cell removes
nothing.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from instrument_share.journal.services import build_entry, record_all
from providers.exchange.domain.sheets.reading import SheetRow, add_problem
from providers.exchange.services.import_plans import ImportTask, Outcome, Plan, PlannedRow, Step
from providers.instruments.domain.states import EDITABLE_AS_A_WHOLE
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import category_table
from providers.instruments.services.instruments import assign_values, changed_values, unknown_category
from providers.search.services.index import search_index

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization

BATCH = 500


def plan_instruments(task: ImportTask) -> Plan:
    categories = _categories(task.rows)
    present = {one.inner_number: one for one in _present(task.organization)}

    found = Plan([], [], [], partial(_write, task))
    for row in task.rows:
        row = _with_known_category(task, row, categories)
        found.problems.extend(row.problems)
        outcome: Outcome = Outcome.REFUSED
        names: tuple[str, ...] = ()
        if row.usable:
            known = present.get(row.inner_number)
            instrument = known or Instrument(organization=task.organization, created_at=task.now)
            outcome, names = _settle(instrument, known is not None, _values(row, categories))
            if outcome in (Outcome.NEW, Outcome.UPDATED):
                found.steps.append(Step(1, (instrument, names)))
        name = str(row.values.get("name_zh", ""))
        found.rows.append(PlannedRow(row.number, row.inner_number, name, outcome, names))
    return found


def _write(task: ImportTask, steps: Sequence[Step]) -> None:
    subjects: list[tuple[Instrument, tuple[str, ...]]] = [step.subject for step in steps]
    how: dict[str, Any] = {"batch_size": BATCH, "default_user": task.actor, "default_date": task.now}
    new = [instrument for instrument, names in subjects if not names]
    updated = [(instrument, names) for instrument, names in subjects if names]
    bulk_create_with_history(new, Instrument, **how)
    if updated:
        fields = sorted({name for _, names in updated for name in names})
        bulk_update_with_history([instrument for instrument, _ in updated], Instrument, fields, **how)
    search_index([instrument.pk for instrument, _ in subjects])
    common: dict[str, Any] = {
        "actor": task.actor,
        "now": task.now,
        "organization_id": task.organization.pk,
    }
    record_all(
        [
            *(build_entry(action="instrument.created", subject=one, **common) for one in new),
            *(
                build_entry(
                    action="instrument.updated", subject=one, details={"fields": list(names)}, **common
                )
                for one, names in updated
            ),
        ]
    )


def _present(organization: "Organization") -> list[Instrument]:
    """Return the unit's instruments with drafts locked, so that none is submitted before the import."""
    drafts = Instrument.objects.filter(organization=organization, state__in=EDITABLE_AS_A_WHOLE)
    list(drafts.select_for_update().order_by("pk").values_list("pk"))
    found = Instrument.objects.filter(organization=organization).select_related("category")
    for instrument in found:
        instrument.organization = organization
    return list(found)


def _settle(
    instrument: Instrument, is_known: bool, values: Mapping[str, Any]
) -> tuple[Outcome, tuple[str, ...]]:
    if is_known and instrument.state not in EDITABLE_AS_A_WHOLE:
        return Outcome.KEPT, ()
    different = changed_values(instrument, values)
    if is_known and not different:
        return Outcome.UNCHANGED, ()
    assign_values(instrument, different)
    instrument.revision += 1
    return (Outcome.UPDATED, tuple(sorted(different))) if is_known else (Outcome.NEW, ())


def _categories(rows: Sequence[SheetRow]) -> dict[str, InstrumentCategory]:
    codes = {row.values["category"] for row in rows if row.values.get("category")}
    return {category.code: category for category in category_table() if category.code in codes}


def _with_known_category(
    task: ImportTask, row: SheetRow, categories: Mapping[str, InstrumentCategory]
) -> SheetRow:
    code = row.values.get("category")
    if not code or code in categories:
        return row
    return add_problem(row, task.kind, unknown_category(code), code)


def _values(row: SheetRow, categories: Mapping[str, InstrumentCategory]) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if value not in (None, "", [])}
    if "category" in values:
        values["category"] = categories[values["category"]]
    return values
