"""The form of a wait."""

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.proposals.domain import LONGEST
from bookings.proposals.forms import FEWEST_HOURS, HOUR
from bookings.requests.domain.waiting import get_waitable_modes
from bookings.requests.forms.booking import BookingForm
from instrument_share.web.responses.problem import told
from providers.domain import ServiceMode, length_sentence

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.domain import Terms


class WaitForm(BookingForm):
    """What a request has, with a number of hours between an earliest start and a latest end."""

    named_otherwise = {**BookingForm.named_otherwise, "minutes": "hours"}
    hours = forms.DecimalField(
        label=pgettext_lazy("wanted", "Hours"),
        min_value=FEWEST_HOURS,
        max_value=LONGEST // HOUR,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )

    def __init__(self, data: Any, *, viewer: "User", terms: "Terms | None", initial: Any = None) -> None:
        super().__init__(data, viewer=viewer, terms=terms, initial=initial)
        self.fields["starts_at"].label = _("Earliest start")
        self.fields["ends_at"].label = _("Latest end")
        del self.fields["samples"]
        if terms:
            sentence = length_sentence(terms)
            self.fields["hours"].help_text = told(sentence.message, sentence.params)

    def get_modes(self, terms: "Terms") -> Collection[ServiceMode]:
        """Return those in which one can wait."""
        return get_waitable_modes(terms)

    def as_wait(self) -> dict[str, Any]:
        """Return the keyword arguments of `waiting_join`."""
        asked = self.as_request()
        del asked["samples"]
        return asked | {
            "wanted": asked.pop("interval"),
            "service_mode": ServiceMode(asked["service_mode"]),
            "minutes": round(timedelta(hours=float(self.cleaned_data["hours"])) / timedelta(minutes=1)),
        }
