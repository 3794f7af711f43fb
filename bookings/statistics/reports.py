"""The figures of a year as tables, for files and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bookings.statistics.domain import DAYS, MONTHS, BookingFigures, Month, UsageFigures
from bookings.usage.domain.choices import ResultKind
from instrument_share.documents.content import Column, Table
from instrument_share.kernel.interval import in_hours
from instrument_share.kernel.wording import word


@dataclass(frozen=True)
class HourNames:
    """What hours of a scope are called, those for others and the rest."""

    external: Promise
    internal: Promise


HOURS_SERVED = HourNames(gettext_lazy("Hours for external users"), gettext_lazy("Hours for the unit itself"))
"""Of instruments: whom they served."""
HOURS_PAID_FOR = HourNames(
    gettext_lazy("Hours on instruments of other units"),
    gettext_lazy("Hours on its own instruments"),
)
"""Of a payer: whose instruments its people used."""


@dataclass(frozen=True)
class YearFigures:
    """All figures of a scope in a year; `utilisation` is None where there is no open time."""

    year: int
    hours: HourNames
    usage: UsageFigures
    bookings: BookingFigures
    utilisation: Decimal | None
    results: Mapping[ResultKind, int]


def build_tables(figures: YearFigures) -> list[tuple[str, Table]]:
    """Return the sums, the results, the months and the hours of the week, each with its title."""
    return [
        (_("Sums of the year"), _sums(figures)),
        (_("Results of the uses"), _results(figures)),
        (_("By month"), _months(figures)),
        (_("By hour of the week"), _week(figures.usage)),
    ]


def list_rows(figures: YearFigures) -> list[Sequence[str]]:
    """Return the cells of all tables, one in each row: table, row, column, value."""
    return [
        (title, row[0], column.title, value)
        for title, table in build_tables(figures)
        for row in table.rows
        for column, value in zip(table.columns[1:], row[1:], strict=True)
    ]


def _sums(figures: YearFigures) -> Table:
    usage, booked, year = figures.usage, figures.bookings, figures.usage.year
    pairs = [
        (str(figures.hours.external), str(in_hours(year.external_seconds))),
        (str(figures.hours.internal), str(in_hours(year.internal_seconds))),
        (_("Uses"), str(year.uses)),
        (_("Users"), str(len(usage.users))),
        (_("Paying organizations"), str(len(usage.payers))),
        (_("Amount (yuan)"), f"{year.amount_yuan:.2f}"),
        (_("Utilisation (%)"), _percent(figures.utilisation)),
        (_("Bookings"), str(booked.number)),
        (_("No-shows"), str(booked.no_shows)),
        (_("No-shows (%)"), _percent(booked.no_show_share)),
        (_("Late cancellations"), str(booked.late_cancels)),
        (_("Median lead time (days)"), format_lead(booked.median_lead)),
    ]
    return Table([Column(_("Figure")), Column(_("Value"), "right")], pairs)


def _results(figures: YearFigures) -> Table:
    rows = [(_(word(kind)), str(number)) for kind, number in figures.results.items()]
    return Table([Column(_("Kind of result")), Column(pgettext("how many", "Number"), "right")], rows)


def _months(figures: YearFigures) -> Table:
    columns = [
        Column(_("Month")),
        Column(str(figures.hours.external), "right"),
        Column(str(figures.hours.internal), "right"),
        Column(_("Uses"), "right"),
        Column(_("Amount (yuan)"), "right"),
    ]
    months = zip(name_months(figures.year), figures.usage.months, strict=True)
    return Table(columns, [_month(name, month) for name, month in months])


def name_months(year: int) -> list[str]:
    """Return the names of the months of a year."""
    return [date_format(date(year, month, 1), "YEAR_MONTH_FORMAT") for month in range(1, MONTHS + 1)]


def _month(name: str, month: Month) -> Sequence[str]:
    return (
        name,
        str(in_hours(month.external_seconds)),
        str(in_hours(month.internal_seconds)),
        str(month.uses),
        f"{month.amount_yuan:.2f}",
    )


def _week(usage: UsageFigures) -> Table:
    columns = [Column(_("Hour")), *(Column(str(WEEKDAYS[day]), "right") for day in range(DAYS))]
    rows = [
        (f"{hour:02}:00", *(str(in_hours(seconds)) for seconds in days))
        for hour, days in enumerate(usage.week)
    ]
    return Table(columns, rows)


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{share * 100:.1f}"


def format_lead(lead: timedelta | None) -> str:
    """Return a lead time in days."""
    return "" if lead is None else f"{lead / timedelta(days=1):.1f}"
