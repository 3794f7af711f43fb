"""Reads of units, instruments, terms and open time; the viewer first, so that scoping can't be forgotten."""

from providers.selectors.instruments import (
    catalogue,
    category_counts,
    category_table,
    has_qualification,
    instrument,
    instrument_lock,
    instrument_locks,
    instruments,
    keepers_of,
    qualifications,
    user_kind,
)
from providers.selectors.openness import (
    closure,
    closure_rows,
    closures,
    open_windows,
    rules_of,
    terms_at,
    terms_now,
    terms_of,
)
from providers.selectors.units import publication, publications, unit, unit_of, units
from providers.selectors.workdays import add_working_days, day_table

__all__ = [
    "add_working_days",
    "catalogue",
    "category_counts",
    "category_table",
    "closure",
    "closure_rows",
    "closures",
    "day_table",
    "has_qualification",
    "instrument",
    "instrument_lock",
    "instrument_locks",
    "instruments",
    "keepers_of",
    "open_windows",
    "publication",
    "publications",
    "qualifications",
    "rules_of",
    "terms_at",
    "terms_now",
    "terms_of",
    "unit",
    "unit_of",
    "units",
    "user_kind",
]
