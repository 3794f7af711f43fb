"""Sheets whose rows belong to other apps; they are uploaded, previewed and entered like this app's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.exchange.domain.sheets.sheet_types import SheetKind
from providers.exchange.services.import_plans import Outcome, Planner
from providers.exchange.services.imports import PERMISSIONS, PLANNERS
from providers.exchange.services.sheet_runs import AT_ONCE
from providers.exchange.templatetags.sheets_ui import OUTCOMES_OF
from providers.exchange.views.imports import NEXT_PAGES


@dataclass(frozen=True)
class SheetImport:
    """A kind of sheet of another app.

    `permission` is asked of the unit, `at_once` says how many rows a part enters. `outcomes` are the badges
    (label, tone, icon) of what becomes of a row, and `next_page` gives the address and title of the page with
    what was entered.
    """

    kind: SheetKind
    planner: Planner
    permission: str
    at_once: int
    outcomes: Mapping[Outcome, tuple[Any, str, str]]
    next_page: Callable[[], tuple[str, str]]


def register_sheet_imports(*sheets: SheetImport) -> None:
    """Offer further kinds of sheets on the page of imports."""
    for one in sheets:
        name = one.kind.name
        KINDS[name.value] = one.kind
        PLANNERS[name], PERMISSIONS[name], AT_ONCE[name] = one.planner, one.permission, one.at_once
        OUTCOMES_OF[name.value], NEXT_PAGES[name.value] = one.outcomes, one.next_page
