"""Form parts that bookings and usage share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.requests.domain import wording
from instrument_share.kernel.interval import Interval
from instrument_share.web.asked import InstantField, TimesForm
from instrument_share.web.problem import told
from providers.domain import word


def choices(members: type[StrEnum]) -> list[tuple[str, str]]:
    """A closed list as (code, words in the reader's language)."""
    say = wording.word if members in wording.WORDS else word
    return [(member.value, told("{word}", {"word": say(member)})) for member in members]


def offer(form: forms.Form, name: str, entries: Iterable[tuple[str, Any]]) -> None:
    """Set what a field of choices offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(entries)


class LocalDateTime(forms.DateTimeInput):
    """The browser's own field for a day and a time; Asia/Shanghai."""

    def __init__(self, *, by_second: bool = False) -> None:
        attrs = {"type": "datetime-local", **({"step": "1"} if by_second else {})}
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M:%S" if by_second else "%Y-%m-%dT%H:%M")


class ReasonForm(forms.Form):
    """A reason that the other side reads."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, required: bool = True, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = required
        self.fields["reason"].help_text = help_text


class TimeForm(TimesForm):
    """From when to when."""

    starts_at = InstantField(label=_("Starts at"), widget=LocalDateTime)
    ends_at = InstantField(label=_("Ends at"), widget=LocalDateTime)

    @property
    def interval(self) -> Interval:
        return Interval(self.cleaned_data["starts_at"], self.cleaned_data["ends_at"])
