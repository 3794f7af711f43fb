"""Forms for check-out, correction and review of a use."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.requests.domain.admission import MAX_SAMPLES
from bookings.requests.domain.choices import Direction
from bookings.usage.domain.choices import Rating, UsagePurpose
from bookings.usage.domain.usage import MAX_YUAN, Spent
from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.fields import (
    BaseIntervalForm,
    FindProblems,
    InstantField,
    InstantInput,
    add_further_problems,
    choices_of,
)
from instrument_share.web.forms.params import MAX_INTERVAL
from providers.domain import ServiceMode

MINUTE = 60
MinutesField = partial(forms.IntegerField, min_value=0, max_value=31 * 24 * 60, required=False)
"""A part of the time in whole minutes."""
ExactMinutesField = partial(
    forms.DecimalField, decimal_places=1, max_value=MAX_INTERVAL.days * 24 * 60, max_digits=7
)
"""A part of the time as it was recorded."""


class SpentFields(forms.Form):
    """Division of the time; empty measuring time means what the other parts leave."""

    setup = MinutesField(label=_("Set-up (minutes)"))
    measuring = MinutesField(
        label=_("Measuring (minutes)"), help_text=_("Leave empty to use the rest of the time.")
    )
    post = MinutesField(label=_("Post-processing (minutes)"))
    idle = MinutesField(
        label=_("Idle (minutes)"), help_text=_("Idle time does not count and is not charged.")
    )

    @property
    def seconds(self) -> dict[str, int | None]:
        """Return the parts in seconds, as the services take them."""
        spent = self.cleaned_data
        measuring = spent.get("measuring")
        return {
            "setup_seconds": (spent.get("setup") or 0) * MINUTE,
            "measuring_seconds": None if measuring is None else measuring * MINUTE,
            "post_seconds": (spent.get("post") or 0) * MINUTE,
            "idle_seconds": (spent.get("idle") or 0) * MINUTE,
        }


class CheckOutForm(SpentFields):
    """What happened during the use. Without its parts, all of the time was measuring.

    `find_problems` returns what the rules say to `times`.
    """

    read_together = {None: ("ends_at", "setup", "measuring", "post", "idle")}

    ends_at = InstantField(
        label=_("End of use"),
        widget=InstantInput,
        help_text=_("When the use really ended. Only the time until then is recorded and charged."),
    )
    samples = forms.IntegerField(
        label=_("Number of samples"), min_value=0, max_value=MAX_SAMPLES, required=False
    )
    content = forms.CharField(label=_("Work done"), max_length=200, required=False)
    results = forms.CharField(
        label=_("Results"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, find_problems: FindProblems, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._find_problems = find_problems

    def clean(self) -> dict[str, Any]:
        """Add what the rules refuse, so that every problem stands in the first round."""
        cleaned = super().clean() or {}
        add_further_problems(self, self._find_problems(self.times))
        return cleaned

    @property
    def times(self) -> dict[str, Any]:
        """Return the keyword arguments of `calculate_use`, as far as they could be read."""
        return {
            **self.seconds,
            "ends_at": self.cleaned_data.get("ends_at"),
            "samples": self.cleaned_data.get("samples"),
        }

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keyword arguments of `booking_check_out`."""
        return {
            **self.times,
            "content": self.cleaned_data.get("content", ""),
            "results": self.cleaned_data.get("results", ""),
        }


class CorrectionForm(BaseIntervalForm):
    """New values of a log; only changed fields are corrected.

    The form only parses; `bookings.usage.domain.usage.find_correction_problems` validates.
    """

    starts_at = InstantField(label=_("Starts at"), widget=InstantInput)
    ends_at = InstantField(label=_("Ends at"), widget=InstantInput)
    setup_seconds = ExactMinutesField(label=_("Set-up (minutes)"))
    measuring_seconds = ExactMinutesField(label=_("Measuring (minutes)"))
    post_seconds = ExactMinutesField(label=_("Post-processing (minutes)"))
    idle_seconds = ExactMinutesField(label=_("Idle (minutes)"))
    service_mode = forms.ChoiceField(label=_("Way of service"), choices=partial(choices_of, ServiceMode))
    direction = forms.ChoiceField(label=_("Direction"), choices=partial(choices_of, Direction))
    purpose = forms.ChoiceField(label=_("Kind of use"), choices=partial(choices_of, UsagePurpose))
    content = forms.CharField(label=_("Work done"))
    project = forms.CharField(label=_("Project"), required=False)
    samples = forms.IntegerField(label=_("Number of samples"), min_value=0, max_value=MAX_SAMPLES)
    results = forms.CharField(label=_("Results"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    amount_yuan = forms.DecimalField(
        label=_("Amount (yuan)"),
        max_value=MAX_YUAN,
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=_(
            "Left empty, it follows the corrected values. "
            "Enter one where another was agreed, or the rule has no price."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Auditors can read it."),
    )

    def __init__(self, data: Any, *, values: Mapping[str, Any]) -> None:
        super().__init__(data, initial={name: _to_form_value(name, value) for name, value in values.items()})
        self.fields["amount_yuan"].widget.attrs["placeholder"] = f"{values['amount_yuan']:.2f}"
        self._values = values

    @property
    def changes(self) -> dict[str, Any]:
        """Return the changed values, as `usage_correct` takes them.

        Where the use becomes longer or shorter and no measuring time is entered, it is what the other parts
        leave.
        """
        changed = {
            name: _to_stored_value(name, self.cleaned_data[name])
            for name in self.changed_data
            if name != "reason" and self.cleaned_data[name] is not None
        }
        before, after = self._values, {**self._values, **changed}
        time = Interval(after["starts_at"], after["ends_at"])
        if "measuring_seconds" not in changed and time.length != before["ends_at"] - before["starts_at"]:
            others = {name: after[name] for name in ("setup_seconds", "post_seconds", "idle_seconds")}
            changed["measuring_seconds"] = Spent.from_interval(time, **others).measuring_seconds
        return changed


def _to_form_value(name: str, value: Any) -> Any:
    """Return a stored value as the form shows it: instants to the minute, seconds as minutes, no amount."""
    if name == "amount_yuan":
        return ""
    if isinstance(value, datetime):
        return value.replace(second=0, microsecond=0)
    return (Decimal(value) / MINUTE).quantize(Decimal("0.1")) if name.endswith("_seconds") else value


def _to_stored_value(name: str, value: Any) -> Any:
    return int(value * MINUTE) if name.endswith("_seconds") else value


class ReviewForm(forms.Form):
    """A rating and a comment."""

    rating = forms.ChoiceField(
        label=_("Rating"), choices=partial(choices_of, Rating), widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Your comment"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It is shown on the instrument’s page as you write it, without your name."),
    )


class AnswerForm(forms.Form):
    """The unit's answer to a dispute or a rating."""

    answer = forms.CharField(
        label=pgettext_lazy("disagreement", "Answer"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
