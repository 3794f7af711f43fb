"""The form that cancels bookings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from bookings.requests.domain.errors import BookingChanged
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.forms.params import parse_number

if TYPE_CHECKING:
    from bookings.requests.models import Booking


class CancelForm(ReasonForm):
    """A reason, which bookings the page shows as they are, and how many of them it says are cancelled late.

    Where one was changed or more are late by now, the page is shown again as it stands, and asks once more.
    """

    late = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, sent: Mapping[str, str] | None, *, bookings: Sequence["Booking"], late: int, required: bool
    ) -> None:
        present = {"late": str(late), "seen": " ".join(f"{one.public_id}:{one.revision}" for one in bookings)}
        told = {} if sent is None else sent
        self._is_told = late <= (parse_number(told.get("late", "")) or 0)
        self._is_changed = told.get("seen", present["seen"]) != present["seen"]
        data = None if sent is None else {**{name: sent[name] for name in sent}, **present}
        super().__init__(data, initial=present, required=required)

    def clean(self) -> dict[str, Any]:
        """Refuse what was decided on other bookings, or before cancelling without charge had ended."""
        if self._is_changed:
            raise forms.ValidationError(_(BookingChanged.message))
        if not self._is_told:
            raise forms.ValidationError(
                _(
                    "The time for cancelling without charge has ended since this page was opened. Read what "
                    "it costs now, and confirm again to cancel all the same."
                )
            )
        return self.cleaned_data
