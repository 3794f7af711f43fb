"""What keepers decide and record, and what users move and rate. The rules are the services'."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.domain import wording
from bookings.domain.words import Direction, Rating, UsagePurpose
from instrument_share.kernel.interval import Interval
from instrument_share.web.asked import DayField, InstantField, TimesForm
from instrument_share.web.formats import bilingual, date_only, hours, timerange
from instrument_share.web.problem import told
from providers.domain import wording as provider_wording
from providers.domain.words import ServiceMode
from providers.forms.fields import DayInput

if TYPE_CHECKING:
    from bookings.models import Booking

MINUTE = 60
LONGEST_DAY = 31 * 24 * 60


def choices(members: type[StrEnum]) -> list[tuple[str, str]]:
    """A closed list as (code, words in the reader's language)."""
    say = wording.word if members in wording.WORDS else provider_wording.word
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


class Minutes(forms.IntegerField):
    """A part of the time, in whole minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=LONGEST_DAY, required=False, **kwargs)


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


class SpentFields(forms.Form):
    """How the time divides. Measuring left empty is what the other parts leave."""

    setup = Minutes(label=_("Set-up (minutes)"))
    measuring = Minutes(
        label=_("Measuring (minutes)"), help_text=_("Leave it empty: it is what the other parts leave.")
    )
    post = Minutes(label=_("Post-processing (minutes)"))
    idle = Minutes(label=_("Idle (minutes)"), help_text=_("Idle time does not count and is not charged."))

    @property
    def seconds(self) -> dict[str, int | None]:
        """As the services take it."""
        spent = self.cleaned_data
        measuring = spent.get("measuring")
        return {
            "setup_seconds": (spent.get("setup") or 0) * MINUTE,
            "measuring_seconds": None if measuring is None else measuring * MINUTE,
            "post_seconds": (spent.get("post") or 0) * MINUTE,
            "idle_seconds": (spent.get("idle") or 0) * MINUTE,
        }


class CheckOutForm(SpentFields):
    """What happened at the instrument. All of it may stay empty: then all of the time was measuring."""

    samples = forms.IntegerField(label=_("Number of samples"), min_value=0, max_value=10_000, required=False)
    content = forms.CharField(label=_("What was done"), max_length=200, required=False)
    results = forms.CharField(
        label=_("Results"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, used: timedelta, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        minutes = int(used.total_seconds()) // MINUTE
        self.fields["measuring"].widget.attrs["placeholder"] = str(minutes)
        self.fields["measuring"].help_text = _(
            "Leave it empty: it is what the other parts leave of {length}."
        ).format(length=hours(used))

    @property
    def facts(self) -> dict[str, Any]:
        """As `booking_check_out` takes it."""
        return {
            **self.seconds,
            "samples": self.cleaned_data.get("samples"),
            "content": self.cleaned_data.get("content", ""),
            "results": self.cleaned_data.get("results", ""),
        }


class CorrectionForm(TimesForm):
    """What should be read instead of what counts now; only what is changed here is corrected.

    It reads what was typed; whether the values may be so is `domain.usage.correction_problems`.
    """

    starts_at = InstantField(label=_("Starts at"), widget=LocalDateTime(by_second=True))
    ends_at = InstantField(label=_("Ends at"), widget=LocalDateTime(by_second=True))
    setup_seconds = forms.DecimalField(label=_("Set-up (minutes)"), decimal_places=1)
    measuring_seconds = forms.DecimalField(label=_("Measuring (minutes)"), decimal_places=1)
    post_seconds = forms.DecimalField(label=_("Post-processing (minutes)"), decimal_places=1)
    idle_seconds = forms.DecimalField(label=_("Idle (minutes)"), decimal_places=1)
    service_mode = forms.ChoiceField(label=_("Way of service"))
    direction = forms.ChoiceField(label=_("Direction"))
    purpose = forms.ChoiceField(label=_("Kind of use"))
    content = forms.CharField(label=_("What was done"))
    project = forms.CharField(label=_("Project"), required=False)
    samples = forms.IntegerField(label=_("Number of samples"))
    results = forms.CharField(label=_("Results"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    amount_yuan = forms.DecimalField(
        label=_("Amount (yuan)"),
        decimal_places=2,
        help_text=_("It does not follow the hours by itself. Change it where they change the price."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("An auditor reads it."),
    )

    def __init__(self, data: Any, *, values: Mapping[str, Any]) -> None:
        super().__init__(data, initial={name: _typed_in(name, value) for name, value in values.items()})
        for name, members in (
            ("service_mode", ServiceMode),
            ("direction", Direction),
            ("purpose", UsagePurpose),
        ):
            offer(self, name, choices(members))

    @property
    def changes(self) -> dict[str, Any]:
        """As `usage_correct` takes them."""
        return {
            name: _stored(name, self.cleaned_data[name]) for name in self.changed_data if name != "reason"
        }


def _typed_in(name: str, value: Any) -> Any:
    """A stored value as the form shows it: seconds as minutes with one decimal."""
    return (Decimal(value) / MINUTE).quantize(Decimal("0.1")) if name.endswith("_seconds") else value


def _stored(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return int(value * MINUTE) if name.endswith("_seconds") else value


class ReviewForm(forms.Form):
    """How the use was."""

    rating = forms.ChoiceField(label=_("How was it?"), widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("A few words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "rating", choices(Rating))


CANCEL, MOVE, KEEP = "cancel", "move", "keep"
WAYS: Mapping[str, Any] = {
    KEEP: _("Keep it: it takes place as booked"),
    CANCEL: _("Cancel it without charge"),
    MOVE: _("Move it, of the same length, to:"),
}


class OutcomesForm(forms.Form):
    """What becomes of each booking that a decision hits; `ways` are those that are possible."""

    def __init__(
        self, data: Any, *, hit: "Sequence[Booking]", ways: "Sequence[str]" = (CANCEL, MOVE)
    ) -> None:
        super().__init__(data)
        self.hit, self.ways = hit, ways
        for booking in hit:
            time = timerange(Interval(booking.starts_at, booking.ends_at))
            self.fields[f"outcome_{booking.public_id}"] = forms.ChoiceField(
                label=f"{booking.user.name} · {time}",
                choices=[(way, WAYS[way]) for way in ways],
                widget=forms.RadioSelect,
            )
            if MOVE in ways:
                self.fields[f"start_{booking.public_id}"] = InstantField(
                    label=_("New start, where it is moved"), required=False, widget=LocalDateTime
                )

    @staticmethod
    def answers(data: Mapping[str, Any]) -> bool:
        """Whether what was sent says what becomes of bookings, so that it is judged."""
        return any(name.startswith("outcome_") for name in data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for booking in self.hit:
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
        """Each booking with its fields."""
        return [
            (
                booking,
                self[f"outcome_{booking.public_id}"],
                self[f"start_{booking.public_id}"] if MOVE in self.ways else None,
            )
            for booking in self.hit
        ]

    @property
    def outcomes(self) -> dict[str, Any]:
        """By public id, as the services take it."""
        return {booking.public_id: self._outcome(booking) for booking in self.hit}

    def _outcome(self, booking: "Booking") -> Any:
        said = self.cleaned_data[f"outcome_{booking.public_id}"]
        if said != MOVE:
            return said
        start: datetime = self.cleaned_data[f"start_{booking.public_id}"]
        return Interval(start, start + (booking.ends_at - booking.starts_at))


class SoughtUsesForm(forms.Form):
    """Which uses are looked through for a case; it stands in the address, and all of it may be left open."""

    use_required_attribute = False

    instrument = forms.ChoiceField(label=_("Instrument"), required=False)
    first = DayField(label=_("First day"), required=False, widget=DayInput())
    last = DayField(label=_("Last day"), required=False, widget=DayInput())
    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=100,
        help_text=_("Who used it, who paid, what was measured, or the booking's number."),
    )

    def __init__(self, data: Any, *, instruments: Iterable[Any]) -> None:
        super().__init__(data)
        names = [(one.public_id, bilingual(one, "name")) for one in instruments]
        offer(self, "instrument", [("", _("All of them")), *names])


class CaseUsesForm(forms.Form):
    """The uses from which an open-service case came; who used it is seen by the unit alone."""

    use_required_attribute = False

    uses = forms.MultipleChoiceField(
        label=_("Completed uses by others"), required=False, widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, data: Any = None, *, offered: Iterable[Any], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        offer(self, "uses", ((one.public_id, _use_in_words(one)) for one in offered))


def _use_in_words(booking: Any) -> str:
    payer = booking.payer_organization
    return _("{day} · {instrument} · {length} · {user} ({number})").format(
        day=date_only(booking.starts_at),
        instrument=bilingual(booking.instrument, "name"),
        length=hours(timedelta(seconds=booking.usage_log.effective_seconds)),
        user=bilingual(payer, "name") if payer else booking.user.get_full_name(),
        number=booking.public_id,
    )
