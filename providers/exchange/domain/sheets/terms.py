"""The terms that the rows of one instrument make together, of a sheet of rules or of prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Words
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
QUOTAS = frozenset(one.name for one in QUOTA_FIELDS)


@dataclass(frozen=True)
class RowOfTerms:
    """What a usable row of rules or prices says, with its place in the sheet."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class TermsFound:
    """The terms that the rows of one instrument make, or what is wrong with them: (row, problem) by field."""

    draft: TermsDraft | None
    problems: tuple[tuple[int, Problem], ...] = ()


def build_rule(rows: Sequence[RowOfTerms], base: TermsDraft | None) -> TermsFound:
    """The rule of one instrument: its rows are its opening hours; what they leave open is as in `base`."""
    said, problems = _said(rows, OF_ROW)
    patterns: list[OpeningPattern] = []
    exceptions: list[DayException] = []
    opening, excepting = _rows_of_hours(rows)
    for row in opening:
        pattern = _pattern(row.values, said["applies_from"])
        if isinstance(pattern, Problem):
            problems.append((row.number, pattern))
        else:
            patterns.append(pattern)
    for row in excepting:
        values = row.values
        if values.keys() & (set(OF_PATTERN) - {"opens", "closes", "exception_date"}):
            message = gettext_noop("A row with an exception has no weekdays and doesn't recur.")
            problems.append((row.number, Problem("import.exception", message, {}, "exception_date")))
        exceptions.append(DayException(values["exception_date"], values.get("opens"), values.get("closes")))
    if problems:
        return TermsFound(None, tuple(problems))
    draft = base or _bare()
    if patterns or base is None:
        draft = replace(draft, patterns=tuple(patterns))
    if exceptions:
        draft = replace(draft, exceptions=tuple(exceptions))
    if "price_hour_yuan" in said:
        draft = replace(draft, prices=(Price(said["price_hour_yuan"]),))
    draft = replace(draft, quotas=_quotas(draft.quotas, said), **terms_from_input(said))
    numbered = {"patterns": opening, "exceptions": excepting}
    return _judged(rows, draft, COLUMN_OF, numbered)


def build_prices(rows: Sequence[RowOfTerms], base: TermsDraft | None) -> TermsFound:
    """The terms in force with the prices of these rows in place of theirs."""
    said, problems = _said(rows, OF_PRICE)
    if base is None:
        message = gettext_noop("The instrument has no rule on that day to which prices could belong.")
        problems.append((rows[0].number, Problem("import.no_rule", message, {}, "inner_number")))
    if problems or base is None:
        return TermsFound(None, tuple(problems))
    draft = replace(base, prices=tuple(_price(row.values) for row in rows))
    if "minimum_charge_yuan" in said:
        draft = replace(draft, minimum_charge_yuan=said["minimum_charge_yuan"])
    return _judged(rows, draft, {**COLUMN_OF, "prices": "price_yuan"}, {"prices": rows})


def is_same_terms(terms: TermsDraft | None, other: TermsDraft) -> bool:
    """Whether two terms say the same, whatever their version and the order of their rows."""
    return terms is not None and _comparable(terms) == _comparable(other)


def terms_to_draft(terms: TermsDraft) -> TermsDraft:
    """Terms without what makes them a version in force."""
    return TermsDraft(**{one.name: getattr(terms, one.name) for one in fields(TermsDraft)})


def _comparable(terms: TermsDraft) -> dict[str, Any]:
    values = {one.name: getattr(terms, one.name) for one in fields(TermsDraft)}
    for name in ("patterns", "prices", "exceptions", "quotas"):
        values[name] = sorted(values[name], key=repr)
    return values


def _bare() -> TermsDraft:
    return TermsDraft(patterns=(), user_kinds=frozenset(), service_modes=frozenset(), prices=())


def _said(rows: Iterable[RowOfTerms], own: Iterable[str]) -> tuple[dict[str, Any], list[tuple[int, Problem]]]:
    """What holds for the whole instrument; a later row that says otherwise is wrong."""
    said: dict[str, Any] = {}
    problems: list[tuple[int, Problem]] = []
    for row in rows:
        for name, value in row.values.items():
            if name not in own and said.setdefault(name, value) != value:
                message = gettext_noop("A row above says something else about “{field}” of this instrument.")
                label = {**PRICE_FIELDS, **RULE_FIELDS}[name].label
                problems.append(
                    (row.number, Problem("import.contradiction", message, {"field": Words(label)}, name))
                )
    return said, problems


def _pattern(values: Mapping[str, Any], applies_from: date) -> OpeningPattern | Problem:
    for name in ("weekdays", "opens", "closes"):
        if name not in values:
            message = gettext_noop("“{field}” is missing.")
            return Problem("import.essential", message, {"field": Words(RULE_FIELDS[name].label)}, name)
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


def _rows_of_hours(rows: Sequence[RowOfTerms]) -> tuple[list[RowOfTerms], list[RowOfTerms]]:
    """Rows with opening hours, and rows with an exception."""
    excepting = [row for row in rows if "exception_date" in row.values]
    with_hours = [row for row in rows if row.values.keys() & set(OF_PATTERN)]
    return [row for row in with_hours if row not in excepting], excepting


def _quotas(base: Iterable[Quota], said: Mapping[str, Any]) -> tuple[Quota, ...]:
    """The quotas of `base` with those limits that the rows name in place of theirs."""
    quotas = {(one.holder, one.span): one for one in base}
    for name in sorted(QUOTAS & said.keys()):
        holder, span, what = name.removeprefix("quota_").split("_")
        of = QuotaHolder(holder), QuotaSpan(span)
        before = quotas.get(of, Quota(*of))
        value = said[name]
        if what == "hours":
            quotas[of] = replace(before, most_time=value)
        else:
            quotas[of] = replace(before, most_bookings=value)
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
    rows: Sequence[RowOfTerms],
    draft: TermsDraft,
    columns: Mapping[str, str],
    numbered: Mapping[str, Sequence[RowOfTerms]],
) -> TermsFound:
    """The draft, or its problems with the rows they are in: one with a number in its own (`numbered`)."""
    found = []
    for problem in problems_of_terms(draft):
        name = columns.get(problem.field or "", problem.field)
        own = numbered.get(problem.field or "") or rows
        number = problem.params.get("number", 1)
        row = own[number - 1] if number <= len(own) else rows[0]
        found.append((row.number, Problem(problem.code, problem.message, problem.params, name)))
    return TermsFound(None if found else draft, tuple(found))
