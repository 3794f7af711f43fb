"""What is typed at a kiosk, and the name of one."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.kiosk.domain import Act, ActKind
from bookings.requests.domain.admission import MAX_SAMPLES
from instrument_share.web.forms.fields import InstantField, InstantInput, choices_of

KEY = re.compile(r"[\w-]{1,64}", re.ASCII)
ADDRESS = re.compile(r"/arrival/([^/]+)/?$")
LONGEST_FAULT = 300


class KioskForm(forms.Form):
    """A new kiosk."""

    name = forms.CharField(
        label=_("Name of the kiosk"),
        max_length=50,
        help_text=_("Its location, such as “beside the door of room 305”."),
    )


class CodeField(forms.CharField):
    """A check-in code; a scanner types the whole address that the user's QR code holds."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        found = ADDRESS.search(text)
        return (found[1] if found else text).upper()


class KeyForm(forms.Form):
    """A form with the key of the act that it asks for."""

    key = forms.RegexField(regex=KEY, widget=forms.HiddenInput)


class CodeForm(KeyForm):
    """The code, and what the person wants."""

    code = CodeField(
        label=_("Check-in code"),
        max_length=200,
        error_messages={"required": _("Type the code from your booking’s page, or scan it.")},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )
    kind = forms.TypedChoiceField(
        choices=[(kind.value, kind.value) for kind in (ActKind.CHECK_IN, ActKind.CHECK_OUT)],
        coerce=ActKind,
        empty_value=ActKind.CHECK_IN,
        required=False,
    )

    def to_act(self, now: datetime) -> Act:
        """Return what the person does now."""
        typed = self.cleaned_data
        return Act(typed["kind"], typed["key"], now, code=typed["code"])


class CheckOutForm(KeyForm):
    """When the use really ended, and how many samples there were."""

    code = CodeField(max_length=200, widget=forms.HiddenInput)
    ends_at = InstantField(
        label=_("End of use"),
        widget=InstantInput,
        help_text=_("When the use really ended. Only the time until then is recorded and charged."),
    )
    samples = forms.IntegerField(
        label=_("Number of samples"), min_value=0, max_value=MAX_SAMPLES, required=False
    )

    @property
    def times(self) -> dict[str, Any]:
        """Return the keyword arguments of `calculate_use`."""
        return {"ends_at": self.cleaned_data["ends_at"], "samples": self.cleaned_data["samples"]}

    def to_act(self, now: datetime) -> Act:
        """Return the check-out."""
        typed = self.cleaned_data
        return Act(ActKind.CHECK_OUT, typed["key"], now, code=typed["code"], **self.times)


class FaultForm(KeyForm):
    """What is broken."""

    text = forms.CharField(
        label=_("What is broken?"), max_length=LONGEST_FAULT, widget=forms.Textarea({"rows": 4})
    )

    def to_act(self, now: datetime) -> Act:
        """Return the report."""
        return Act(ActKind.FAULT, self.cleaned_data["key"], now, text=self.cleaned_data["text"])


class KeptActForm(KeyForm):
    """An act that the kiosk has kept while the line was cut."""

    kind = forms.TypedChoiceField(choices=lambda: choices_of(ActKind), coerce=ActKind)
    at = forms.DateTimeField()
    code = CodeField(max_length=200, required=False)
    text = forms.CharField(max_length=LONGEST_FAULT, required=False)
    ends_at = InstantField(required=False)
    samples = forms.IntegerField(min_value=0, max_value=MAX_SAMPLES, required=False)

    def to_act(self) -> Act:
        """Return the act as of when it happened."""
        return Act(**self.cleaned_data)
