"""Form for the outcomes of bookings affected by a decision."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.fields import InstantField, InstantInput, add_problems
from instrument_share.web.text.formats import moment, timerange

if TYPE_CHECKING:
    from bookings.requests.models import Booking

    FindStarts = Callable[[Sequence[Booking]], Mapping[str, datetime]]


CANCEL, MOVE, KEEP = "cancel", "move", "keep"
WAYS: Mapping[str, Any] = {
    KEEP: _("Keep it: it takes place as booked"),
    CANCEL: _("Cancel it without charge"),
    MOVE: _("Move it, with the same length, to:"),
}


@dataclass(frozen=True)
class OutcomeNotes:
    """What is said of a form's bookings, by id: what is cancelled with each, and why it can't be moved."""

    cancelled_too: Mapping[int, str] = field(default_factory=dict)
    immovable: Mapping[int, str] = field(default_factory=dict)


class OutcomesForm(forms.Form):
    """Asks for the outcome of each affected booking; `choices` are the possible outcomes.

    `find_starts` proposes where each could go; what `notes` call immovable is not asked to be moved.
    """

    def __init__(
        self,
        data: Any,
        *,
        bookings: "Sequence[Booking]",
        choices: "Sequence[str]",
        notes: OutcomeNotes,
        find_starts: "FindStarts | None" = None,
    ) -> None:
        super().__init__(data)
        self.bookings, self.choices, self._notes = bookings, choices, notes
        movable = [booking for booking in bookings if self._is_movable(booking)]
        starts = find_starts(movable) if find_starts and movable else {}
        for booking in bookings:
            time = timerange(Interval(booking.starts_at, booking.ends_at))
            self.fields[f"outcome_{booking.public_id}"] = forms.ChoiceField(
                label=f"{booking.user.name} · {time}",
                choices=[(way, self._describe(way, booking)) for way in self._get_choices(booking)],
                widget=forms.RadioSelect,
                help_text=notes.immovable.get(booking.pk, "") if MOVE in choices else "",
            )
            if self._is_movable(booking):
                free = starts.get(booking.public_id)
                self.fields[f"start_{booking.public_id}"] = InstantField(
                    label=_("New start for {user}, where it is moved").format(user=booking.user.name),
                    required=False,
                    widget=InstantInput,
                    initial=free,
                    help_text=_propose(booking, free) if find_starts else "",
                )

    def _is_movable(self, booking: "Booking") -> bool:
        return MOVE in self.choices and booking.pk not in self._notes.immovable

    def _get_choices(self, booking: "Booking") -> "list[str]":
        return [way for way in self.choices if way != MOVE or self._is_movable(booking)]

    def _describe(self, way: str, booking: "Booking") -> Any:
        """Return a choice in words; with a cancellation, what is cancelled too."""
        also = self._notes.cancelled_too.get(booking.pk) if way == CANCEL else None
        return _("{choice}. {also}").format(choice=WAYS[way], also=also) if also else WAYS[way]

    @staticmethod
    def has_answers(data: Mapping[str, Any]) -> bool:
        """Return whether the submitted data contain outcomes, so that the form is to be validated."""
        return any(name.startswith("outcome_") for name in data)

    def clean(self) -> dict[str, Any]:
        """Require a new start for each booking that is moved."""
        cleaned = super().clean() or {}
        for booking in self.bookings:
            start = f"start_{booking.public_id}"
            if self._get_way(booking) == MOVE and not cleaned.get(start) and start not in self.errors:
                self.add_error(start, _("Enter the new start."))
        return cleaned

    def add_refusal(self, error: DomainError, form: forms.Form) -> None:
        """Put what is wrong with a booking's new time beside that, and the other problems into `form`."""
        numbers = {booking.public_id for booking in self.bookings}
        own = [one for one in error.problems if one.subject in numbers]
        if own:
            add_problems(
                self, DomainError(problems=[replace(one, field=f"start_{one.subject}") for one in own])
            )
            error.problems = tuple(one for one in error.problems if one not in own)
        if error.problems or not own:
            add_problems(form, error)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Return (booking, outcome field, start field or None) for each booking."""
        return [
            (
                booking,
                self[f"outcome_{booking.public_id}"],
                self[f"start_{booking.public_id}"] if self._is_movable(booking) else None,
            )
            for booking in self.bookings
        ]

    @property
    def outcomes(self) -> dict[str, Any]:
        """Return the outcomes by public id, as the services take them."""
        return {booking.public_id: self._get_outcome(booking) for booking in self.bookings}

    def _get_way(self, booking: "Booking") -> str:
        way: str = self.cleaned_data.get(f"outcome_{booking.public_id}", "")
        return way

    def _get_outcome(self, booking: "Booking") -> Any:
        outcome = self._get_way(booking)
        if outcome != MOVE:
            return outcome
        start: datetime = self.cleaned_data[f"start_{booking.public_id}"]
        return Interval(start, start + (booking.ends_at - booking.starts_at))


def _propose(booking: "Booking", free: datetime | None) -> Any:
    """Return where the booking could go, or that no such time was found."""
    if free is not None:
        return _("Free: {time}").format(time=moment(free))
    if booking.organization_project_id is None:
        return _("No free time was found to which it could be moved.")
    return _("No free time was found to which it could be moved and which its project covers.")


class KeepingOutcomesForm(OutcomesForm):
    """Outcomes of a decision about opening hours: each booking stands unless something else is chosen.

    `typed` is what was entered before, to be shown again.
    """

    for_all = forms.ChoiceField(
        label=_("For all of them"),
        required=False,
        choices=[
            ("", _("As chosen for each")),
            (KEEP, _("Keep all: they take place as booked")),
            (CANCEL, _("Cancel all without charge")),
        ],
    )

    def __init__(
        self,
        data: Any,
        *,
        bookings: "Sequence[Booking]",
        choices: "Sequence[str]" = (KEEP, MOVE, CANCEL),
        notes: OutcomeNotes,
        find_starts: "FindStarts",
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, bookings=bookings, choices=choices, notes=notes, find_starts=find_starts)
        before = typed or {}
        for name in ("for_all", "reason"):
            if name in self.fields:
                self.fields[name].initial = before.get(name, "")
        for booking in bookings:
            outcome, start = f"outcome_{booking.public_id}", f"start_{booking.public_id}"
            way = before.get(outcome)
            self.fields[outcome].initial = way if way in self._get_choices(booking) else KEEP
            if way == MOVE and start in self.fields:
                self.fields[start].initial = before.get(start)

    @property
    def is_for_several(self) -> bool:
        """Return whether there is a choice for all of them to offer."""
        return len(self.bookings) > 1

    def _get_way(self, booking: "Booking") -> str:
        return self.cleaned_data.get("for_all") or super()._get_way(booking)


class PublicationOutcomesForm(KeepingOutcomesForm):
    """The same, with the reason that the users of cancelled bookings read."""

    reason = forms.CharField(
        label=_("Reason for cancelling"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Users whose booking is cancelled can read it."),
    )

    def clean(self) -> dict[str, Any]:
        """Require a reason where a booking is cancelled."""
        cleaned = super().clean()
        cancels = any(self._get_way(booking) == CANCEL for booking in self.bookings)
        if cancels and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Give a reason: those concerned can read it."))
        return cleaned
