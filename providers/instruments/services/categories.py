"""Load a version of the category table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.journal.services import record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import Conflict, Invalid, gettext_noop
from providers.instruments.domain.categories import CategoryRow, is_top, numbered_rows, table_problems
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import category_table, instrument_locks
from providers.instruments.services.changes import instruments_changed
from providers.instruments.services.common import save_and_record
from providers.revisions.services import units_revised

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class TableExists(Conflict):
    """The version exists already, with other codes."""

    code = "category.version_exists"
    message = gettext_noop(
        "The category table “{version}” is loaded already and differs. Give this one its own name."
    )


@transaction.atomic
def category_table_load(
    *, actor: "User | None", version: str, rows: Iterable[CategoryRow], now: datetime
) -> int:
    """Load a version of the national category table as the current one; return its number of codes.

    The same version with the same codes changes nothing. Instruments move to their code's new row if it has
    the same name; one whose code has vanished or has another name keeps the old row until somebody decides
    (`instrument_categories_keep`, or another code). English names are carried over. Raises
    Invalid with every problem, by row.
    """
    require_unless_system(actor, "providers.maintain_tables")
    numbered = numbered_rows(rows)
    if problems := table_problems(numbered):
        raise Invalid(problems=problems)
    table = [row for _number, row in numbered]
    loaded = dict(InstrumentCategory.objects.filter(version=version).values_list("code", "name_zh"))
    if loaded:
        if loaded != {row.code: row.name_zh for row in table}:
            raise TableExists(version=version)
        return len(table)
    with raise_when_taken(TableExists(version=version), InstrumentCategory, "version", "code"):
        made = _entered(version, table)
    moved = _instruments_moved(actor, made, now)
    record(
        actor=actor,
        action="category_table.loaded",
        subject=made[table[0].code],
        now=now,
        details={"version": version, "rows": len(table), "instruments": moved},
    )
    return len(table)


@transaction.atomic
def instrument_categories_keep(*, actor: "User", instrument_ids: Collection[int], now: datetime) -> int:
    """Keep the codes of instruments whose code has another meaning in the current table; return their number.

    For the bureau. Instruments whose code is current already, or has vanished, are left as they are.
    """
    current = {row.code: row for row in category_table()}
    held = InstrumentCategory.objects.in_bulk(
        Instrument.objects.filter(pk__in=instrument_ids, category__isnull=False).values_list(
            "category", flat=True
        )
    )
    kept = []
    for instrument in instrument_locks(instrument_ids):
        require(actor, "providers.review_publication", instrument)
        before = held.get(instrument.category_id or 0)
        after = before and current.get(before.code)
        if before is None or after is None or before == after:
            continue
        instrument.category = after
        instrument.revision += 1
        names = {"category": after.code, "before": before.name_zh, "after": after.name_zh}
        save_and_record(instrument, actor, "instrument.category_kept", now, **names)
        kept.append(instrument.pk)
    instruments_changed(kept)
    return len(kept)


def _entered(version: str, table: Sequence[CategoryRow]) -> dict[str, InstrumentCategory]:
    english = dict(
        InstrumentCategory.objects.exclude(name_en="").order_by("pk").values_list("name_zh", "name_en")
    )
    made: dict[str, InstrumentCategory] = {}
    for depth in (0, 1, 2):
        new = [
            InstrumentCategory(
                version=version,
                code=row.code,
                name_zh=row.name_zh,
                name_en=row.name_en or english.get(row.name_zh, ""),
                parent=made.get(row.parent),
            )
            for row in table
            if _depth(row) == depth
        ]
        made |= {category.code: category for category in InstrumentCategory.objects.bulk_create(new)}
    return made


def _depth(row: CategoryRow) -> int:
    return 0 if is_top(row) else 1 if row.code.endswith("00") else 2


def _instruments_moved(
    actor: "User | None", made: Mapping[str, InstrumentCategory], now: datetime
) -> list[str]:
    """Move instruments to the new rows of their codes where the names agree; return their public ids."""
    held = {row.pk: row for row in InstrumentCategory.objects.filter(code__in=made)}
    ids = Instrument.objects.filter(category__in=held).values_list("pk", flat=True)
    moved = []
    for instrument in instrument_locks(ids):
        before = held.get(instrument.category_id or 0)
        if before is not None and made[before.code].name_zh == before.name_zh:
            instrument.category = made[before.code]
            instrument.revision += 1
            moved.append(instrument)
    how: dict[str, Any] = {"batch_size": 500, "default_user": actor, "default_date": now}
    bulk_update_with_history(moved, Instrument, ["category", "revision"], **how)
    units_revised(one.organization_id for one in moved)
    instruments_changed([one.pk for one in moved])
    return [one.public_id for one in moved]
