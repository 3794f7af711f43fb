"""Import rows of instruments as drafts, or update existing drafts.

Rows match by internal number; submitted and published instruments are not touched, and an empty cell removes
nothing.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from instrument_share.journal.services import build_entry, record_all
from providers.exchange.domain.sheets.rows import SheetRow, add_problem
from providers.exchange.services.import_plans import ImportTask, Made, Outcome, Plan, PlannedRow, Step
from providers.instruments.domain.fields import problem_of_later_day
from providers.instruments.domain.states import EDITABLE_AS_A_WHOLE
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import categories_with_parts
from providers.instruments.services.common import values_to_json
from providers.instruments.services.instruments import assign_values, changed_values, problem_of_category
from providers.revisions.services import units_revised
from providers.search.services.index import search_index
from providers.terms.openings import local_date

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization

BATCH = 500


def plan_instruments(task: ImportTask) -> Plan:
    categories = _categories(task.rows)
    present = {one.inner_number: one for one in _present(task.organization)}

    found = Plan([], [], [], partial(_write, task))
    for row in task.rows:
        row = _with_looked_up(task, row, categories)
        found.problems.extend(row.problems)
        outcome: Outcome = Outcome.REFUSED
        names: tuple[str, ...] = ()
        if row.usable:
            known = present.get(row.inner_number)
            instrument = known or Instrument(organization=task.organization, created_at=task.now)
            outcome, before = _settle(instrument, known is not None, _values(row, categories))
            names = tuple(sorted(before))
            if outcome in (Outcome.NEW, Outcome.UPDATED):
                found.steps.append(Step(1, outcome, (instrument, before)))
        name = str(row.values.get("name_zh", ""))
        found.rows.append(PlannedRow(row.number, row.inner_number, name, outcome, names))
    return found


def _write(task: ImportTask, steps: Sequence[Step]) -> list[Made]:
    subjects: list[tuple[Instrument, dict[str, Any]]] = [step.subject for step in steps]
    how: dict[str, Any] = {"batch_size": BATCH, "default_user": task.actor, "default_date": task.now}
    new = [instrument for instrument, before in subjects if not before]
    updated = [(instrument, sorted(before)) for instrument, before in subjects if before]
    bulk_create_with_history(new, Instrument, **how)
    if updated:
        fields = sorted({"revision", *(name for _, names in updated for name in names)})
        bulk_update_with_history([instrument for instrument, _ in updated], Instrument, fields, **how)
    units_revised([task.organization.pk])
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
                build_entry(action="instrument.updated", subject=one, details={"fields": names}, **common)
                for one, names in updated
            ),
        ]
    )
    return [
        {"id": one.pk, "revision": one.revision, "before": values_to_json(before)} for one, before in subjects
    ]


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
) -> tuple[Outcome, dict[str, Any]]:
    """Assign the values; return the outcome, and the values before of what changes of a known draft."""
    if is_known and instrument.state not in EDITABLE_AS_A_WHOLE:
        return Outcome.KEPT, {}
    different = changed_values(instrument, values)
    if is_known and not different:
        return Outcome.UNCHANGED, {}
    before = {name: getattr(instrument, name) for name in different} if is_known else {}
    assign_values(instrument, different)
    instrument.revision += 1
    return (Outcome.UPDATED if is_known else Outcome.NEW), before


def _categories(rows: Sequence[SheetRow]) -> dict[str, InstrumentCategory]:
    codes = {row.values["category"] for row in rows if row.values.get("category")}
    return {category.code: category for category in categories_with_parts() if category.code in codes}


def _with_looked_up(
    task: ImportTask, row: SheetRow, categories: Mapping[str, InstrumentCategory]
) -> SheetRow:
    """Return the row with what the category table and today's date have against it."""
    code, day = row.values.get("category"), row.values.get("in_service_date")
    if code and (problem := problem_of_category(code, categories.get(code))):
        row = add_problem(row, task.kind, problem)
    if problem := problem_of_later_day(day, local_date(task.now)):
        row = add_problem(row, task.kind, problem)
    return row


def _values(row: SheetRow, categories: Mapping[str, InstrumentCategory]) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if value not in (None, "", [])}
    if "category" in values:
        values["category"] = categories[values["category"]]
    return values
