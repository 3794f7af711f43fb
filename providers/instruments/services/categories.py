"""Load a version of the category table."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.journal.services import record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import Conflict, Invalid, gettext_noop
from providers.instruments.domain.categories import CategoryRow, is_top, numbered_rows, table_problems
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import category_table, instrument_locks
from providers.instruments.services.changes import instruments_changed
from providers.instruments.services.common import save_and_record

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
    moved = _instruments_moved(made)
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


def _instruments_moved(made: dict[str, InstrumentCategory]) -> int:
    """Move instruments to the new rows of their codes where the names agree; return their number."""
    held = Instrument.objects.filter(category__code__in=made).order_by("pk")
    by_code: dict[str, list[int]] = {}
    for pk, code, name in held.values_list("pk", "category__code", "category__name_zh"):
        if made[code].name_zh == name:
            by_code.setdefault(code, []).append(pk)
    instrument_locks([pk for ids in by_code.values() for pk in ids])
    for code, ids in by_code.items():
        Instrument.objects.filter(pk__in=ids).update(category=made[code])
    moved = [pk for ids in by_code.values() for pk in ids]
    instruments_changed(moved)
    return len(moved)
