"""Forms for rows of the terms: opening hours, exceptions, prices, quotas."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.city_time import FIRST_YEAR
from instrument_share.kernel.errors import Invalid, Problem
from instrument_share.web.forms.fields import DayField, DayInput, TimeInput, add_problems, choices_of
from instrument_share.web.forms.lengths import HoursField
from instrument_share.web.responses.problem import told
from providers.instruments.forms.fields import SeveralField
from providers.terms.domain.choices import Frequency, PriceUnit, QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.labels import NTH_WORDS, WEEKDAYS
from providers.terms.domain.terms import (
    MINUTE,
    MOST_INTERVAL,
    NTHS,
    DayException,
    OpeningPattern,
    Price,
    Quota,
)

MOST_ROWS = 30
CLOSED, OPEN = "closed", "open"


def integer_field(
    label: Any, min_value: int, max_value: int, *, required: bool = True, hint: Any = ""
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=min_value,
        max_value=max_value,
        required=required,
        help_text=hint,
        widget=forms.NumberInput({"class": "figure"}),
    )


def _weekdays() -> list[tuple[str, str]]:
    return [(str(number), told(name, {})) for number, name in enumerate(WEEKDAYS)]


def _nths() -> list[tuple[str, str]]:
    return [("", "—"), *((str(n), told(NTH_WORDS[n], {})) for n in NTHS)]


def _choices_with_any(nothing: Any, members: type[StrEnum]) -> list[tuple[str, Any]]:
    return [("", capfirst(nothing)), *choices_of(members)]


class RowForm(forms.Form):
    """A row of the terms. `instead` holds values in place of those that could not be read."""

    instead: Mapping[str, Any]

    def to_domain(self) -> Any:
        """Return the row as a part of the terms; the form must be valid."""
        return self._build(self.cleaned_data)

    def as_far_as_read(self) -> Any:
        """Return the row as a part of the terms, to be judged apart from what could not be read."""
        return self._build({**self.instead, **self.cleaned_data})

    def add_further_problem(self, problem: Problem) -> None:
        """Put what a rule refuses beside its field, unless a field that the rule reads has a problem."""
        fields = ROW_FIELDS[problem.code]
        if self.errors.keys().isdisjoint(fields):
            add_problems(self, Invalid(problems=[replace(problem, field=fields[0])]))

    def _build(self, row: Mapping[str, Any]) -> Any:
        raise NotImplementedError


class PatternForm(RowForm):
    """One row of opening hours."""

    instead = {
        "frequency": Frequency.WEEKLY,
        "weekdays": (0,),
        "nth": None,
        "interval": 1,
        "opens": time(9),
        "closes": time(17),
        "starts_on": date(FIRST_YEAR, 1, 1),
        "until": None,
    }

    frequency = forms.ChoiceField(
        label=_("Recurs"), initial=Frequency.WEEKLY.value, choices=partial(choices_of, Frequency)
    )
    weekdays = SeveralField(label=_("Weekdays"), coerce=int, choices=_weekdays)
    nth = forms.TypedChoiceField(
        label=_("Which week of the month"), required=False, coerce=int, empty_value=None, choices=_nths
    )
    interval = integer_field(_("Interval (weeks or months)"), 1, MOST_INTERVAL)
    opens = forms.TimeField(label=_("Opens"), widget=TimeInput())
    closes = forms.TimeField(label=_("Closes"), widget=TimeInput())
    starts_on = DayField(label=_("Starting on"), widget=DayInput())
    until = DayField(label=_("Through"), required=False, widget=DayInput())

    def _build(self, row: Mapping[str, Any]) -> OpeningPattern:
        monthly = row["frequency"] == Frequency.MONTHLY_BY_WEEKDAY
        return OpeningPattern(
            opens=row["opens"],
            closes=row["closes"],
            starts_on=row["starts_on"],
            weekdays=tuple(row["weekdays"]),
            frequency=Frequency(row["frequency"]),
            interval=row["interval"],
            nth=row["nth"] if monthly else None,
            until=row["until"],
        )


class ExceptionForm(RowForm):
    """A day that differs from the recurring hours."""

    instead = {"day": date(FIRST_YEAR, 1, 1), "what": CLOSED, "opens": time(9), "closes": time(17)}

    day = DayField(label=_("Day"), widget=DayInput())
    what = forms.ChoiceField(
        label=_("On that day"),
        initial=CLOSED,
        choices=[
            (CLOSED, _("the recurring hours don't apply")),
            (OPEN, _("also open, at these times")),
        ],
    )
    opens = forms.TimeField(label=_("Opens"), required=False, widget=TimeInput())
    closes = forms.TimeField(label=_("Closes"), required=False, widget=TimeInput())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("what") == OPEN:
            for name in ("opens", "closes"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Enter when it opens and when it closes."))
        return cleaned

    def _build(self, row: Mapping[str, Any]) -> DayException:
        if row["what"] == CLOSED:
            return DayException(row["day"])
        return DayException(row["day"], row["opens"], row["closes"])


class QuotaForm(RowForm):
    """The limits of one person or one organization."""

    instead = {"holder": QuotaHolder.USER, "span": QuotaSpan.WEEK, "hours": None, "bookings": None}

    holder = forms.ChoiceField(label=_("Counted for"), choices=partial(choices_of, QuotaHolder))
    span = forms.ChoiceField(
        label=_("Counted per"), initial=QuotaSpan.WEEK.value, choices=partial(choices_of, QuotaSpan)
    )
    hours = HoursField(label=_("Hours at most"), required=False, min_value=0, max_value=744, step="0.5")
    bookings = integer_field(_("Bookings at most"), 1, 1000, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("hours") is None and cleaned.get("bookings") is None:
            self.add_error("hours", _("Enter hours, bookings, or both."))
        return cleaned

    def _build(self, row: Mapping[str, Any]) -> Quota:
        return Quota(
            holder=QuotaHolder(row["holder"]),
            span=QuotaSpan(row["span"]),
            most_time=None if row["hours"] is None else row["hours"] // MINUTE * MINUTE,
            most_bookings=row["bookings"],
        )


class PriceForm(RowForm):
    """One public price."""

    instead = {
        "user_kind": "",
        "service_mode": "",
        "price_yuan": Decimal(0),
        "unit": PriceUnit.HOUR,
        "from_time": None,
        "until_time": None,
        "weekdays": (),
    }

    user_kind = forms.ChoiceField(
        label=_("For whom"), required=False, choices=partial(_choices_with_any, _("everybody"), UserKind)
    )
    service_mode = forms.ChoiceField(
        label=_("Way of service"), required=False, choices=partial(_choices_with_any, _("any"), ServiceMode)
    )
    price_yuan = forms.DecimalField(
        label=_("Price (yuan)"),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "class": "figure"}),
    )
    unit = forms.ChoiceField(
        label=_("Charged"), initial=PriceUnit.HOUR.value, choices=partial(choices_of, PriceUnit)
    )
    from_time = forms.TimeField(label=_("Time from"), required=False, widget=TimeInput())
    until_time = forms.TimeField(label=_("Time until"), required=False, widget=TimeInput())
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Only on"),
        required=False,
        coerce=int,
        choices=_weekdays,
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def shows_times(self) -> bool:
        """Return whether the price has times, or errors in them."""
        wrong = any(name in self.errors for name in ("weekdays", "from_time", "until_time"))
        return wrong or any(self[name].value() for name in ("from_time", "weekdays"))

    def _build(self, row: Mapping[str, Any]) -> Price:
        return Price(
            price_yuan=row["price_yuan"],
            user_kind=UserKind(row["user_kind"]) if row["user_kind"] else None,
            service_mode=ServiceMode(row["service_mode"]) if row["service_mode"] else None,
            unit=PriceUnit(row["unit"]),
            from_time=row["from_time"],
            until_time=row["until_time"],
            weekdays=tuple(row["weekdays"]),
        )


ROW_FORMS: dict[str, type[RowForm]] = {
    "patterns": PatternForm,
    "exceptions": ExceptionForm,
    "prices": PriceForm,
    "quotas": QuotaForm,
}
ROW_FIELDS = {
    "rule.weekdays": ("weekdays",),
    "rule.one_weekday": ("weekdays", "frequency"),
    "rule.nth": ("nth", "frequency"),
    "rule.interval": ("interval",),
    "rule.until": ("until", "starts_on"),
    "rule.day_far_off": ("starts_on", "until"),
    "rule.exception_far_off": ("day",),
    "rule.exception_times": ("opens", "closes"),
    "rule.quota_empty": ("hours", "bookings"),
    "rule.price_negative": ("price_yuan",),
    "rule.price_times": ("until_time", "from_time"),
    "rule.price_counted_at_times": ("from_time", "until_time", "weekdays", "unit"),
}
"""The fields of a row that a rule reads, by the code of its problem; the first is the one to be mended."""
NEVER_EMPTY = frozenset({"patterns", "prices"})
"""Kinds of rows of which one always stands there, to be filled in."""
ROW_SETS = {
    prefix: forms.formset_factory(form, extra=0, max_num=MOST_ROWS, validate_max=True)
    for prefix, form in ROW_FORMS.items()
}


ROW_HEADINGS = {
    "patterns": _("Opening hours %(number)s"),
    "exceptions": _("Exception %(number)s"),
    "prices": _("Price %(number)s"),
    "quotas": _("Quota %(number)s"),
}
"""The names of rows in messages about their problems."""


def row_initial(part: OpeningPattern | DayException | Price | Quota) -> dict[str, Any]:
    """Return the initial values of a row's form."""
    match part:
        case DayException():
            what = CLOSED if part.opens is None else OPEN
            return {"day": part.day, "what": what, "opens": part.opens, "closes": part.closes}
        case Quota():
            return {
                "holder": part.holder.value,
                "span": part.span.value,
                "hours": part.most_time,
                "bookings": part.most_bookings,
            }
    form = PatternForm if isinstance(part, OpeningPattern) else PriceForm
    shown = {name: getattr(part, name) for name in form.base_fields}
    return {**shown, "weekdays": [str(day) for day in part.weekdays]}
