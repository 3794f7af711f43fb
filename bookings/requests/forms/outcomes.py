"""Form for the outcomes of bookings affected by a decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.fields import InstantField, InstantInput
from instrument_share.web.text.formats import timerange

if TYPE_CHECKING:
    from bookings.requests.models import Booking


CANCEL, MOVE, KEEP = "cancel", "move", "keep"
WAYS: Mapping[str, Any] = {
    KEEP: _("Keep it: it takes place as booked"),
    CANCEL: _("Cancel it without charge"),
    MOVE: _("Move it, of the same length, to:"),
}


class OutcomesForm(forms.Form):
    """Asks for the outcome of each affected booking; `choices` are the possible outcomes."""

    def __init__(self, data: Any, *, bookings: "Sequence[Booking]", choices: "Sequence[str]") -> None:
        super().__init__(data)
        self.bookings, self.choices = bookings, choices
        for booking in bookings:
            time = timerange(Interval(booking.starts_at, booking.ends_at))
            self.fields[f"outcome_{booking.public_id}"] = forms.ChoiceField(
                label=f"{booking.user.name} · {time}",
                choices=[(way, WAYS[way]) for way in choices],
                widget=forms.RadioSelect,
            )
            if MOVE in choices:
                self.fields[f"start_{booking.public_id}"] = InstantField(
                    label=_("New start, where it is moved"), required=False, widget=InstantInput
                )

    @staticmethod
    def has_answers(data: Mapping[str, Any]) -> bool:
        """Return whether the submitted data contain outcomes, so that the form is to be validated."""
        return any(name.startswith("outcome_") for name in data)

    def clean(self) -> dict[str, Any]:
        """Require a new start for each booking that is moved."""
        cleaned = super().clean() or {}
        for booking in self.bookings:
            start = f"start_{booking.public_id}"
            if (
                cleaned.get(f"outcome_{booking.public_id}") == MOVE
                and not cleaned.get(start)
                and start not in self.errors
            ):
                self.add_error(start, _("Enter the new start."))
        return cleaned

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Return (booking, outcome field, start field or None) for each booking."""
        return [
            (
                booking,
                self[f"outcome_{booking.public_id}"],
                self[f"start_{booking.public_id}"] if MOVE in self.choices else None,
            )
            for booking in self.bookings
        ]

    @property
    def outcomes(self) -> dict[str, Any]:
        """Return the outcomes by public id, as the services take them."""
        return {booking.public_id: self._get_outcome(booking) for booking in self.bookings}

    def _get_outcome(self, booking: "Booking") -> Any:
        outcome = self.cleaned_data[f"outcome_{booking.public_id}"]
        if outcome != MOVE:
            return outcome
        start: datetime = self.cleaned_data[f"start_{booking.public_id}"]
        return Interval(start, start + (booking.ends_at - booking.starts_at))
