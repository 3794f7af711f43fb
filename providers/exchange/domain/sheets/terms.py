"""Build the terms of an instrument from its rows of a sheet of rules or prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Words
from providers.exchange.domain.sheets.rows import SheetRow
from providers.exchange.domain.sheets.sheet_types import MISSING
from providers.exchange.domain.sheets.term_fields import PRICE_FIELDS, QUOTA_FIELDS, RULE_FIELDS
from providers.terms.domain.choices import Frequency, PriceUnit, QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.rule_columns import terms_from_input
from providers.terms.domain.terms import (
    DayException,
    OpeningPattern,
    Price,
    Quota,
    TermsDraft,
    problems_of_terms,
)

OF_PATTERN = (
    "weekdays",
    "opens",
    "closes",
    "frequency",
    "interval",
    "nth",
    "starts_on",
    "until",
    "exception_date",
)
"""Columns that each row has of its own; the others hold for the whole instrument."""
OF_ROW = {*OF_PATTERN, "inner_number"}
OF_PRICE = {
    "inner_number",
    "user_kind",
    "service_mode",
    "unit",
    "price_yuan",
    "from_time",
    "until_time",
    "weekdays",
}
COLUMN_OF = {
    "patterns": "weekdays",
    "prices": "price_hour_yuan",
    "exceptions": "exception_date",
    "quotas": QUOTA_FIELDS[0].name,
}
"""Where a problem of the terms is shown, unless a column has the name of its field."""
QUOTAS = frozenset(column.name for column in QUOTA_FIELDS)
QUOTA_LIMITS = {"hours": "most_time", "bookings": "most_bookings"}
"""End of a column's name → limit of a quota."""


@dataclass(frozen=True)
class TermsFound:
    """The terms of an instrument's rows, or their problems as (row, problem)."""

    draft: TermsDraft | None
    problems: tuple[tuple[int, Problem], ...] = ()


def build_rule(rows: Sequence[SheetRow], base: TermsDraft | None) -> TermsFound:
    """Return an instrument's rule: its rows are opening hours, missing values are taken from `base`."""
    common, problems = _common_values(rows, OF_ROW)
    excepting = [row for row in rows if "exception_date" in row.values]
    opening = [row for row in rows if row not in excepting and row.values.keys() & set(OF_PATTERN)]
    for row in opening:
        if lacking := [name for name in ("weekdays", "opens", "closes") if name not in row.values]:
            label = Words(RULE_FIELDS[lacking[0]].label)
            problems.append((row.number, Problem("import.essential", MISSING, {"field": label}, lacking[0])))
    for row in excepting:
        if row.values.keys() & (set(OF_PATTERN) - {"opens", "closes", "exception_date"}):
            message = gettext_noop("A row with an exception has no weekdays and doesn't recur.")
            problems.append((row.number, Problem("import.exception", message, {}, "exception_date")))
    if problems:
        return TermsFound(None, tuple(problems))
    draft = base or TermsDraft(patterns=(), user_kinds=frozenset(), service_modes=frozenset(), prices=())
    if opening:
        patterns = tuple(_pattern(row.values, common["applies_from"]) for row in opening)
        draft = replace(draft, patterns=patterns)
    if excepting:
        draft = replace(draft, exceptions=tuple(_exception(row.values) for row in excepting))
    if "price_hour_yuan" in common:
        draft = replace(draft, prices=(Price(common["price_hour_yuan"]),))
    draft = replace(draft, quotas=_quotas(draft.quotas, common), **terms_from_input(common))
    return _judged(rows, draft, COLUMN_OF, {"patterns": opening, "exceptions": excepting})


def build_prices(rows: Sequence[SheetRow], base: TermsDraft | None) -> TermsFound:
    """Return the terms of `base` with the prices of these rows."""
    common, problems = _common_values(rows, OF_PRICE)
    if base is None:
        message = gettext_noop("The instrument has no rule on that day to which prices could belong.")
        problems.append((rows[0].number, Problem("import.no_rule", message, {}, "inner_number")))
    if problems or base is None:
        return TermsFound(None, tuple(problems))
    draft = replace(
        base,
        prices=tuple(_price(row.values) for row in rows),
        minimum_charge_yuan=common.get("minimum_charge_yuan", base.minimum_charge_yuan),
    )
    return _judged(rows, draft, {**COLUMN_OF, "prices": "price_yuan"}, {"prices": rows})


def is_same_terms(terms: TermsDraft | None, other: TermsDraft) -> bool:
    """Return whether two terms are equal, regardless of version and order of rows."""
    return terms is not None and _comparable(terms) == _comparable(other)


def terms_to_draft(terms: TermsDraft) -> TermsDraft:
    """Return the terms without their version."""
    return TermsDraft(**{one.name: getattr(terms, one.name) for one in fields(TermsDraft)})


def _comparable(terms: TermsDraft) -> dict[str, Any]:
    values = vars(terms_to_draft(terms))
    unordered = ("patterns", "prices", "exceptions", "quotas")
    return values | {name: sorted(values[name], key=repr) for name in unordered}


def _common_values(
    rows: Iterable[SheetRow], of_each_row: Iterable[str]
) -> tuple[dict[str, Any], list[tuple[int, Problem]]]:
    """Return the values for the whole instrument; a later row with other values is a problem."""
    common: dict[str, Any] = {}
    problems: list[tuple[int, Problem]] = []
    for row in rows:
        for name, value in row.values.items():
            if name not in of_each_row and common.setdefault(name, value) != value:
                message = gettext_noop("A row above says something else about “{field}” of this instrument.")
                params = {"field": Words({**PRICE_FIELDS, **RULE_FIELDS}[name].label)}
                problems.append((row.number, Problem("import.contradiction", message, params, name)))
    return common, problems


def _pattern(values: Mapping[str, Any], applies_from: date) -> OpeningPattern:
    return OpeningPattern(
        opens=values["opens"],
        closes=values["closes"],
        starts_on=values.get("starts_on", applies_from),
        weekdays=values["weekdays"],
        frequency=Frequency(values.get("frequency", Frequency.WEEKLY)),
        interval=values.get("interval", 1),
        nth=values.get("nth"),
        until=values.get("until"),
    )


def _exception(values: Mapping[str, Any]) -> DayException:
    return DayException(values["exception_date"], values.get("opens"), values.get("closes"))


def _quotas(base: Iterable[Quota], common: Mapping[str, Any]) -> tuple[Quota, ...]:
    """Return the quotas of `base`, with the limits that the rows name replaced."""
    quotas = {(quota.holder, quota.span): quota for quota in base}
    for name in sorted(QUOTAS & common.keys()):
        holder, span, measure = name.removeprefix("quota_").split("_")
        key = QuotaHolder(holder), QuotaSpan(span)
        quotas[key] = replace(quotas.get(key, Quota(*key)), **{QUOTA_LIMITS[measure]: common[name]})
    return tuple(quotas.values())


def _price(values: Mapping[str, Any]) -> Price:
    return Price(
        price_yuan=values["price_yuan"],
        user_kind=UserKind(values["user_kind"]) if values.get("user_kind") else None,
        service_mode=ServiceMode(values["service_mode"]) if values.get("service_mode") else None,
        unit=PriceUnit(values.get("unit", PriceUnit.HOUR)),
        from_time=values.get("from_time"),
        until_time=values.get("until_time"),
        weekdays=values.get("weekdays", ()),
    )


def _judged(
    rows: Sequence[SheetRow],
    draft: TermsDraft,
    columns: Mapping[str, str],
    numbered: Mapping[str, Sequence[SheetRow]],
) -> TermsFound:
    """Return the draft, or its problems with their rows; `numbered` columns name the row themselves."""
    found = []
    for problem in problems_of_terms(draft):
        name = columns.get(problem.field or "", problem.field)
        own = numbered.get(problem.field or "") or rows
        number = problem.params.get("number", 1)
        row = own[number - 1] if number <= len(own) else rows[0]
        found.append((row.number, Problem(problem.code, problem.message, problem.params, name)))
    return TermsFound(None if found else draft, tuple(found))
