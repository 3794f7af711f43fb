"""The terms of an instrument as a form: lengths in hours, rows of opening hours and of prices."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from instrument_share.web.problem import told
from providers.domain.terms import NTHS, OpeningPattern, Price, TermsDraft
from providers.domain.wording import NTH_WORDS, WEEKDAYS
from providers.domain.words import (
    Decision,
    Frequency,
    HolidayTreatment,
    PriceUnit,
    ServiceMode,
    UserKind,
)
from providers.forms.fields import DayInput, MomentInput, SeveralField, TimeInput, choices_of, offer

MOST_ROWS = 30
HOUR = timedelta(hours=1)


def _hours_field(label: Any, *, least: str = "0") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_value=Decimal(8760),
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.25", "class": "figure"}),
    )


def _whole_field(
    label: Any, least: int, most: int, *, required: bool = True, hint: Any = ""
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=required,
        help_text=hint,
        widget=forms.NumberInput({"class": "figure"}),
    )


class RuleForm(forms.Form):
    """Everything of the terms but the rows."""

    use_required_attribute = False

    applies_from = forms.DateTimeField(
        label=_("Applies from"),
        widget=MomentInput(),
        help_text=_("Bookings that are made already keep their terms."),
    )
    holidays = forms.ChoiceField(label=_("Public holidays"))
    step = _whole_field(_("Step (minutes)"), 1, 1440)
    min_length = _hours_field(_("Shortest booking (hours)"))
    max_length = _hours_field(_("Longest booking (hours)"))
    turnaround = _whole_field(_("Kept free after each use (minutes)"), 0, 1440)
    may_span_gaps = forms.BooleanField(label=_("A booking may run on overnight"), required=False)
    lead = _hours_field(_("Minimum notice (hours)"))
    horizon = _whole_field(_("Bookable ahead (days)"), 1, 365)
    change_deadline = _hours_field(_("Can be moved until (hours before start)"))
    cancel_deadline = _hours_field(_("Free cancellation until (hours before start)"))
    late_cancel_percent = _whole_field(_("Late cancellation charge (%)"), 0, 100)
    no_show_percent = _whole_field(_("No-show charge (%)"), 0, 100)
    user_kinds = SeveralField(label=_("Who may book"))
    needs_qualification = forms.BooleanField(label=_("Self-operation needs a qualification"), required=False)
    decision = forms.ChoiceField(label=_("Decision"))
    decision_hours = _whole_field(_("The keeper decides within (hours)"), 1, 720)
    service_modes = SeveralField(label=_("Ways of service"))
    quota_user_week_hours = forms.DecimalField(
        label=_("Hours per person per week"),
        required=False,
        min_value=0,
        max_value=168,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.5", "class": "figure"}),
    )
    quota_user_week_bookings = _whole_field(_("Bookings per person per week"), 1, 1000, required=False)
    quota_organization_month_hours = forms.DecimalField(
        label=_("Hours per organization per month"),
        required=False,
        min_value=0,
        max_value=744,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.5", "class": "figure"}),
    )
    minimum_charge_yuan = forms.DecimalField(
        label=_("Minimum charge (yuan)"), min_value=0, max_digits=10, decimal_places=2
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        for name, members in (
            ("holidays", HolidayTreatment),
            ("user_kinds", UserKind),
            ("decision", Decision),
            ("service_modes", ServiceMode),
        ):
            offer(self.fields[name], choices_of(members))


def _weekdays() -> list[tuple[str, str]]:
    return [(str(number), told(name, {})) for number, name in enumerate(WEEKDAYS)]


class PatternForm(forms.Form):
    """One row of opening hours."""

    use_required_attribute = False

    frequency = forms.ChoiceField(label=_("Recurs"), initial=Frequency.WEEKLY.value)
    weekdays = SeveralField(label=_("Weekdays"), coerce=int)
    nth = forms.TypedChoiceField(
        label=_("Which week of the month"), required=False, coerce=int, empty_value=None
    )
    interval = _whole_field(_("Interval (weeks or months)"), 1, 52)
    opens = forms.TimeField(label=_("Opens"), widget=TimeInput())
    closes = forms.TimeField(label=_("Closes"), widget=TimeInput())
    starts_on = forms.DateField(label=_("Starting on"), widget=DayInput())
    until = forms.DateField(label=_("Through"), required=False, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["frequency"], choices_of(Frequency))
        offer(self.fields["weekdays"], _weekdays())
        offer(self.fields["nth"], [("", "—"), *((str(n), told(NTH_WORDS[n], {})) for n in NTHS)])

    def pattern(self) -> OpeningPattern:
        row = self.cleaned_data
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


class PriceForm(forms.Form):
    """One public price."""

    use_required_attribute = False

    user_kind = forms.ChoiceField(label=_("For whom"), required=False)
    service_mode = forms.ChoiceField(label=_("Way of service"), required=False)
    price_yuan = forms.DecimalField(
        label=_("Price (yuan)"),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "class": "figure"}),
    )
    unit = forms.ChoiceField(label=_("Charged"), initial=PriceUnit.HOUR.value)
    from_time = forms.TimeField(label=_("Time from"), required=False, widget=TimeInput())
    until_time = forms.TimeField(label=_("Time until"), required=False, widget=TimeInput())
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Only on"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["user_kind"], [("", _("everybody")), *choices_of(UserKind)])
        offer(self.fields["service_mode"], [("", _("any")), *choices_of(ServiceMode)])
        offer(self.fields["unit"], choices_of(PriceUnit))

    def price(self) -> Price:
        row = self.cleaned_data
        return Price(
            price_yuan=row["price_yuan"],
            user_kind=UserKind(row["user_kind"]) if row["user_kind"] else None,
            service_mode=ServiceMode(row["service_mode"]) if row["service_mode"] else None,
            unit=PriceUnit(row["unit"]),
            from_time=row["from_time"],
            until_time=row["until_time"],
            weekdays=tuple(row["weekdays"]),
        )


PatternRows = forms.formset_factory(PatternForm, extra=0, max_num=MOST_ROWS, validate_max=True)
PriceRows = forms.formset_factory(PriceForm, extra=0, max_num=MOST_ROWS, validate_max=True)


class TermsForms:
    """The form and its rows together. Its row buttons work without a script.

    `data` is what was posted. With `act` "add-patterns", "add-prices", "drop-patterns-2" … the page is shown
    again as it was typed, with a row more or less, and nothing is checked yet.
    """

    def __init__(self, data: QueryDict | None, *, initial: dict[str, Any]) -> None:
        self.act = "" if data is None else data.get("act", "preview")
        self.is_bound = data is not None and self.act in ("preview", "publish")
        if data is not None and self.is_bound:
            self.rule = RuleForm(data)
            self.patterns = PatternRows(data, prefix="patterns")
            self.prices = PriceRows(data, prefix="prices")
            return
        if data is not None:
            initial = {
                **_typed(data, RuleForm),
                "patterns": _typed_rows(data, "patterns", PatternForm, self.act),
                "prices": _typed_rows(data, "prices", PriceForm, self.act),
            }
        self.rule = RuleForm(initial=initial)
        self.patterns = _shown(PatternRows, "patterns", initial["patterns"])
        self.prices = _shown(PriceRows, "prices", initial["prices"])

    def is_valid(self) -> bool:
        parts = [self.rule.is_valid(), self.patterns.is_valid(), self.prices.is_valid()]
        return self.is_bound and all(parts)

    @property
    def applies_from(self) -> datetime:
        applies_from: datetime = self.rule.cleaned_data["applies_from"]
        return applies_from

    def draft(self) -> TermsDraft:
        """The terms that were entered; of valid forms only."""
        asked = self.rule.cleaned_data
        return TermsDraft(
            patterns=tuple(form.pattern() for form in self.patterns),
            user_kinds=frozenset(UserKind(kind) for kind in asked["user_kinds"]),
            service_modes=frozenset(ServiceMode(mode) for mode in asked["service_modes"]),
            prices=tuple(form.price() for form in self.prices),
            holidays=HolidayTreatment(asked["holidays"]),
            step=timedelta(minutes=asked["step"]),
            turnaround=timedelta(minutes=asked["turnaround"]),
            horizon=timedelta(days=asked["horizon"]),
            **{name: _length(asked[name]) for name in IN_HOURS},
            may_span_gaps=asked["may_span_gaps"],
            needs_qualification=asked["needs_qualification"],
            decision=Decision(asked["decision"]),
            decision_hours=asked["decision_hours"],
            quota_user_week_minutes=_minutes(asked["quota_user_week_hours"]),
            quota_user_week_bookings=asked["quota_user_week_bookings"],
            quota_organization_month_minutes=_minutes(asked["quota_organization_month_hours"]),
            minimum_charge_yuan=asked["minimum_charge_yuan"],
            late_cancel_percent=asked["late_cancel_percent"],
            no_show_percent=asked["no_show_percent"],
        )


IN_HOURS = ("min_length", "max_length", "lead", "change_deadline", "cancel_deadline")


def _length(hours: Decimal) -> timedelta:
    return timedelta(seconds=int(hours * 3600))


def _minutes(hours: Decimal | None) -> int | None:
    return None if hours is None else int(hours * 60)


def _hours(length: timedelta) -> Decimal:
    return (Decimal(int(length.total_seconds())) / 3600).quantize(Decimal("0.01")).normalize()


def initial_of(draft: TermsDraft, applies_from: datetime) -> dict[str, Any]:
    """What the forms show of terms."""
    quotas = (draft.quota_user_week_minutes, draft.quota_organization_month_minutes)
    user_week, organization_month = (
        None if minutes is None else _hours(timedelta(minutes=minutes)) for minutes in quotas
    )
    return {
        "applies_from": applies_from,
        "holidays": draft.holidays.value,
        "step": draft.step // timedelta(minutes=1),
        "turnaround": draft.turnaround // timedelta(minutes=1),
        "horizon": draft.horizon // timedelta(days=1),
        **{name: f"{_hours(getattr(draft, name)):f}" for name in IN_HOURS},
        "may_span_gaps": draft.may_span_gaps,
        "needs_qualification": draft.needs_qualification,
        "decision": draft.decision.value,
        "decision_hours": draft.decision_hours,
        "user_kinds": [kind.value for kind in draft.user_kinds],
        "service_modes": [mode.value for mode in draft.service_modes],
        "quota_user_week_hours": user_week,
        "quota_user_week_bookings": draft.quota_user_week_bookings,
        "quota_organization_month_hours": organization_month,
        "minimum_charge_yuan": draft.minimum_charge_yuan,
        "late_cancel_percent": draft.late_cancel_percent,
        "no_show_percent": draft.no_show_percent,
        "patterns": [_row_of(pattern, PatternForm) for pattern in draft.patterns],
        "prices": [_row_of(price, PriceForm) for price in draft.prices],
    }


def _row_of(row: OpeningPattern | Price, form: type[forms.Form]) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in form.base_fields}
    shown["weekdays"] = [str(day) for day in row.weekdays]
    return shown


def usual(today: date) -> TermsDraft:
    """What a first rule starts from: working days, decided by the keeper, open to everybody."""
    return TermsDraft(
        patterns=(
            OpeningPattern(
                opens=datetime.min.replace(hour=9).time(),
                closes=datetime.min.replace(hour=17).time(),
                starts_on=today,
            ),
        ),
        user_kinds=frozenset(UserKind),
        service_modes=frozenset({ServiceMode.OPERATED}),
        prices=(),
    )


def _shown(rows: Any, prefix: str, initial: list[dict[str, Any]]) -> Any:
    """Rows to be filled in; at least one stands there."""
    return rows(prefix=prefix, initial=initial or [{}])


def _typed(data: QueryDict, form: type[forms.Form], prefix: str = "") -> dict[str, Any]:
    lists = {"weekdays", "user_kinds", "service_modes"}
    return {
        name: data.getlist(prefix + name) if name in lists else data.get(prefix + name)
        for name in form.base_fields
    }


def _typed_rows(data: QueryDict, prefix: str, form: type[forms.Form], act: str) -> list[dict[str, Any]]:
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    count = min(int(total), MOST_ROWS) if total.isdecimal() else 0
    rows = [
        _typed(data, form, f"{prefix}-{number}-")
        for number in range(count)
        if act != f"drop-{prefix}-{number}"
    ]
    if act == f"add-{prefix}" and len(rows) < MOST_ROWS:
        last = rows[-1] if rows else {}
        kept: dict[str, Any] = {
            name: last[name] for name in ("interval", "starts_on", "frequency", "unit") if name in last
        }
        rows.append(kept)
    return rows
