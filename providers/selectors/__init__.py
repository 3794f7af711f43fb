"""Reads of units, instruments, terms and open time; the viewer first, so that scoping can't be forgotten."""

from providers.selectors.completeness import completeness_of, completeness_of_year, month_ends
from providers.selectors.instruments import (
    catalogue,
    category_counts,
    category_table,
    has_qualification,
    instrument,
    instrument_ids,
    instrument_lock,
    instrument_locks,
    instruments,
    instruments_kept,
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
from providers.selectors.yearly import instruments_of_year, openness_of_year, units_of_year

__all__ = [
    "add_working_days",
    "catalogue",
    "category_counts",
    "category_table",
    "closure",
    "closure_rows",
    "closures",
    "completeness_of",
    "completeness_of_year",
    "day_table",
    "has_qualification",
    "instrument",
    "instrument_ids",
    "instrument_lock",
    "instrument_locks",
    "instruments",
    "instruments_kept",
    "instruments_of_year",
    "keepers_of",
    "month_ends",
    "open_windows",
    "openness_of_year",
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
    "units_of_year",
    "user_kind",
]
