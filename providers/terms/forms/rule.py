"""The terms of an instrument as a form: lengths in hours, rows of opening hours and of prices."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web.forms.fields import InstantField, InstantInput, add_further_problems, choices_of
from instrument_share.web.forms.lengths import HoursField, WholeLengthField
from instrument_share.web.forms.params import parse_number
from providers.instruments.forms.fields import CodeSetField
from providers.terms.domain.choices import Decision, HolidayTreatment, ServiceMode, UserKind
from providers.terms.domain.terms import (
    DAY,
    MINUTE,
    MOST_DECISION_HOURS,
    MOST_HOURS,
    OpeningPattern,
    TermsDraft,
)
from providers.terms.forms.rule_rows import (
    MOST_ROWS,
    NEVER_EMPTY,
    ROW_FIELDS,
    ROW_FORMS,
    ROW_HEADINGS,
    ROW_SETS,
    integer_field,
    row_initial,
)
from providers.terms.services.rules import find_rule_problems


def _hours_field(label: Any, help_text: Any = "") -> HoursField:
    return HoursField(label=label, min_value=0, max_value=MOST_HOURS, help_text=help_text)


def _choice_field(label: Any, members: type[StrEnum]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=members, choices=partial(choices_of, members))


class RuleForm(forms.Form):
    """The scalar terms, with the names and values of TermsDraft."""

    use_required_attribute = False
    read_together = {
        "min_length": ("step",),
        "max_length": ("step", "min_length"),
        "horizon": ("lead",),
        "decision_hours": ("decision",),
        "prices": ("user_kinds", "service_modes"),
    }

    applies_from = InstantField(
        label=_("Applies from"),
        widget=InstantInput(),
        help_text=_("Bookings that are made already keep their terms."),
    )
    holidays = _choice_field(_("Public holidays"), HolidayTreatment)
    step = WholeLengthField(MINUTE, label=_("Step (minutes)"), min_value=1, max_value=1440)
    min_length = _hours_field(_("Shortest booking (hours)"))
    max_length = _hours_field(_("Longest booking (hours)"))
    turnaround = WholeLengthField(
        MINUTE, label=_("Kept free after each use (minutes)"), min_value=0, max_value=1440
    )
    may_span_gaps = forms.BooleanField(label=_("A booking may run on overnight"), required=False)
    lead = _hours_field(_("Minimum notice (hours)"))
    horizon = WholeLengthField(DAY, label=_("Bookable ahead (days)"), min_value=1, max_value=365)
    change_deadline = _hours_field(
        _("Can be moved until (hours before start)"),
        _("Moves end with free cancellation at the latest."),
    )
    cancel_deadline = _hours_field(_("Free cancellation until (hours before start)"))
    late_cancel_percent = integer_field(_("Late cancellation charge (%)"), 0, 100)
    no_show_percent = integer_field(_("No-show charge (%)"), 0, 100)
    user_kinds = CodeSetField(UserKind, label=_("Who may book"))
    needs_qualification = forms.BooleanField(
        label=_("Self-operated or remote use needs a qualification"), required=False
    )
    decision = _choice_field(_("Approval of requests"), Decision)
    decision_hours = integer_field(_("The keeper decides within (hours)"), 1, MOST_DECISION_HOURS)
    service_modes = CodeSetField(ServiceMode, label=_("Ways of service"))
    minimum_charge_yuan = forms.DecimalField(
        label=_("Minimum charge (yuan)"), min_value=0, max_digits=10, decimal_places=2
    )
    accepts_vouchers = forms.BooleanField(label=_("Innovation vouchers are accepted"), required=False)


@dataclass(frozen=True)
class Part:
    """A part of the page: its number of problems, and whether a row was added or removed."""

    problems: int
    touched: bool


PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "patterns": (("holidays",), ("patterns", "exceptions")),
    "prices": (("minimum_charge_yuan", "accepts_vouchers"), ("prices",)),
    "who": (("user_kinds", "service_modes", "needs_qualification", "decision", "decision_hours"), ()),
    "lengths": (
        (
            "step",
            "min_length",
            "max_length",
            "turnaround",
            "lead",
            "horizon",
            "change_deadline",
            "cancel_deadline",
            "late_cancel_percent",
            "no_show_percent",
            "may_span_gaps",
        ),
        (),
    ),
    "quotas": ((), ("quotas",)),
}
"""The parts of the page, each with its fields and its kinds of rows."""


class TermsForms:
    """The form and its rows together; the buttons for rows work without a script.

    `data` is what was posted. With an `act` such as "add-patterns" or "drop-patterns-2" the page is shown
    again as it was typed, with a row more or less and without validation.
    """

    def __init__(self, data: QueryDict | None, *, initial: dict[str, Any]) -> None:
        self.act = "" if data is None else data.get("act", "preview")
        self.is_bound = data is not None and self.act in ("preview", "publish")
        if data is not None and self.is_bound:
            self.rule = RuleForm(data)
            self.rows: dict[str, Any] = {
                prefix: rows(data, prefix=prefix) for prefix, rows in ROW_SETS.items()
            }
        else:
            shown = initial if data is None else _typed_again(data, self.act)
            self.rule = RuleForm(initial=shown)
            self.rows = {
                prefix: rows(prefix=prefix, initial=_shown(prefix, shown[prefix]))
                for prefix, rows in ROW_SETS.items()
            }
        for prefix, rows in self.rows.items():
            for number, row in enumerate(rows, 1):
                row.heading = ROW_HEADINGS[prefix] % {"number": number}

    @property
    def every(self) -> list[forms.Form]:
        """Return the form and all rows, in the order of the page."""
        return [self.rule, *(row for rows in self.rows.values() for row in rows)]

    def parts(self) -> dict[str, Part]:
        """Return the parts of the page with their problems."""
        worked_on = self.act.split("-")[1] if "-" in self.act else ""
        return {
            name: Part(
                problems=self._problems(fields, prefixes) if self.is_bound else 0,
                touched=worked_on in prefixes,
            )
            for name, (fields, prefixes) in PARTS.items()
        }

    def _problems(self, fields: Iterable[str], prefixes: Iterable[str]) -> int:
        rows = (row for prefix in prefixes for row in self.rows[prefix])
        return sum(len(self.rule.errors.get(field, ())) for field in fields) + sum(
            len(errors) for row in rows for errors in row.errors.values()
        )

    def is_valid(self) -> bool:
        parts = [self.rule.is_valid(), *(rows.is_valid() for rows in self.rows.values())]
        return self.is_bound and all(parts)

    def add_further_problems(self, now: datetime) -> None:
        """Put what keeps the terms from being published beside each field, as far as they could be read.

        A field that has a problem already gets no second one.
        """
        others = []
        for problem in find_rule_problems(*self._as_far_as_read(now), now):
            rows = list(self.rows.get(problem.field or "", ()))
            if problem.code in ROW_FIELDS:
                rows[problem.params["number"] - 1].add_further_problem(problem)
            elif problem.field != "exceptions" or not any(row.errors for row in rows):
                others.append(problem)
        add_further_problems(self.rule, others)

    def _as_far_as_read(self, now: datetime) -> tuple[TermsDraft, datetime]:
        """Return the terms, and from when they apply, with other values for what could not be read."""
        read = self.rule.cleaned_data
        usual = default_terms(now.astimezone(CITY_TIME).date())
        values: dict[str, Any] = {
            **{name: read[name] for name in SCALARS if name in read},
            **{prefix: tuple(row.as_far_as_read() for row in rows) for prefix, rows in self.rows.items()},
        }
        return replace(usual, **values), read.get("applies_from", now)

    @property
    def applies_from(self) -> datetime:
        applies_from: datetime = self.rule.cleaned_data["applies_from"]
        return applies_from

    def draft(self) -> TermsDraft:
        """Return the entered terms; the forms must be valid."""
        values: dict[str, Any] = {
            **{name: self.rule.cleaned_data[name] for name in SCALARS},
            **{prefix: tuple(form.to_domain() for form in rows) for prefix, rows in self.rows.items()},
        }
        return TermsDraft(**values)


SCALARS = tuple(name for name in RuleForm.base_fields if name != "applies_from")


def rule_initial(draft: TermsDraft, applies_from: datetime) -> dict[str, Any]:
    """Return the initial values of the forms for these terms."""
    return {
        "applies_from": applies_from,
        **{name: getattr(draft, name) for name in SCALARS},
        **{prefix: [row_initial(row) for row in getattr(draft, prefix)] for prefix in ROW_FORMS},
    }


def default_terms(today: date) -> TermsDraft:
    """Return the defaults of a first rule: working days, decided by the keeper, for everybody."""
    return TermsDraft(
        patterns=(OpeningPattern(opens=time(9), closes=time(17), starts_on=today),),
        user_kinds=frozenset(UserKind),
        service_modes=frozenset({ServiceMode.OPERATED}),
        prices=(),
    )


def _shown(prefix: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rows or ([{}] if prefix in NEVER_EMPTY else [])


def _typed_again(data: QueryDict, act: str) -> dict[str, Any]:
    """Return what was typed as initial values, with a row more or less."""
    rows = {prefix: _typed_rows(data, prefix, form, act) for prefix, form in ROW_FORMS.items()}
    return {**_typed(data, RuleForm), **rows}


def _typed(data: QueryDict, form: type[forms.Form], prefix: str = "") -> dict[str, Any]:
    lists = {"weekdays", "user_kinds", "service_modes"}
    return {
        name: data.getlist(prefix + name) if name in lists else data.get(prefix + name)
        for name in form.base_fields
    }


def _typed_rows(data: QueryDict, prefix: str, form: type[forms.Form], act: str) -> list[dict[str, Any]]:
    count = min(parse_number(data.get(f"{prefix}-TOTAL_FORMS", "")) or 0, MOST_ROWS)
    rows = [
        _typed(data, form, f"{prefix}-{number}-")
        for number in range(count)
        if act != f"drop-{prefix}-{number}"
    ]
    if act == f"add-{prefix}" and len(rows) < MOST_ROWS:
        last = rows[-1] if rows else {}
        rows.append({name: last[name] for name in CARRIED_OVER if name in last})
    return rows


CARRIED_OVER = ("interval", "starts_on", "frequency", "unit")
"""What a row that is added takes over from the last one."""
