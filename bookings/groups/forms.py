"""The forms of a series, of handing over and of extending."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.groups.domain import FEWEST_DATES, LONGEST_PAUSE, MOST_DATES, Scope, get_dates
from bookings.groups.selectors.together import Wanted
from bookings.requests.domain.choices import Direction
from bookings.requests.forms.booking import BookingForm
from bookings.requests.forms.cancelling import CancelForm
from instrument_share.web.forms.fields import IntervalForm, choices_of, set_choices
from instrument_share.web.text.formats import moment, yuan
from instrument_share.web.text.people import label_people
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from bookings.groups.selectors.extension import LaterEnd
    from instrument_share.accounts.models import User
    from providers.domain import Terms
    from providers.models import Instrument


def get_wanted(form: BookingForm, instrument: "Instrument") -> Wanted:
    """Return what a valid form asks for."""
    asked = form.cleaned_data
    return Wanted(
        instrument=instrument,
        interval=form.interval,
        service_mode=ServiceMode(asked["service_mode"]),
        payer=form.payer_organization,
        subject=asked["subject"],
        samples=asked["samples"] or 0,
        project=asked["project"],
        organization_project=form.named_project,
        direction=asked["direction"] or Direction.RESEARCH.value,
    )


class SeriesForm(BookingForm):
    """A request that is repeated every so many weeks; to look at the dates it needs no subject yet."""

    every_weeks = forms.IntegerField(
        label=_("Every … weeks"), min_value=1, max_value=LONGEST_PAUSE, initial=1
    )
    count = forms.IntegerField(
        label=_("Number of dates"), min_value=FEWEST_DATES, max_value=MOST_DATES, initial=4
    )

    def __init__(
        self, data: Any, *, viewer: "User", terms: "Terms | None", is_sent: bool, initial: Any = None
    ) -> None:
        usual_values = {"every_weeks": "1", "count": "4"}
        super().__init__(
            data and {**usual_values, **data.dict()}, viewer=viewer, terms=terms, initial=initial
        )
        self._is_sent = is_sent

    def full_clean(self) -> None:
        """Check the form; it shows the subject as needed, but asks for it only once the dates are sent."""
        self.fields["subject"].required = self._is_sent
        super().full_clean()
        self.fields["subject"].required = True

    def get_requests(self, instrument: "Instrument") -> Sequence[Wanted]:
        """Return a request for each date."""
        first = get_wanted(self, instrument)
        dates = get_dates(first.interval, self.cleaned_data["every_weeks"], self.cleaned_data["count"])
        return [first.at(one) for one in dates]


class BasketAddForm(BookingForm):
    """A request for the basket; what it is for may follow there."""

    direction = forms.ChoiceField(choices=lambda: choices_of(Direction), required=False)

    def __init__(self, data: Any, *, viewer: "User", terms: "Terms | None") -> None:
        super().__init__(data, viewer=viewer, terms=terms)
        self.fields["subject"].required = False


class BasketForm(forms.Form):
    """What is to be measured, for the times that were collected without saying so."""

    subject = forms.CharField(label=_("Subject of the measurement"), max_length=200, required=False)

    def __init__(self, data: Any, *, needs_subject: bool, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["subject"].required = needs_subject
        if not needs_subject:
            self.fields["subject"].widget = forms.HiddenInput()


class ScopeForm(forms.Form):
    """How far a change of a series reaches."""

    scope = forms.ChoiceField(
        label=_("Which dates"),
        choices=lambda: choices_of(Scope),
        widget=forms.RadioSelect,
        initial=Scope.FOLLOWING,
    )


class SeriesCancelForm(ScopeForm, CancelForm):
    """Which dates are cancelled, and why; a unit says why."""

    field_order = ("scope", "reason")


class SeriesMoveForm(ScopeForm, IntervalForm):
    """The new time of one date, and which dates move as far."""

    field_order = ("starts_at", "ends_at", "scope")


class ExtendForm(forms.Form):
    """A later end, of those that would be granted."""

    ends_at = forms.TypedChoiceField(label=_("New end"), coerce=datetime.fromisoformat)

    def __init__(self, data: Any, *, ends: "Sequence[LaterEnd]") -> None:
        super().__init__(data)
        choices = [(one.ends_at, f"{moment(one.ends_at)} · {yuan(one.price_yuan)}") for one in ends]
        set_choices(self.fields["ends_at"], [(end.isoformat(), words) for end, words in choices])


class HandOverForm(forms.Form):
    """To whom a booking goes."""

    colleague = forms.ChoiceField(label=_("Colleague"))

    def __init__(self, data: Any, *, colleagues: "Sequence[User]") -> None:
        super().__init__(data)
        self._ids = {one.public_id: one.pk for one in colleagues}
        names = zip(self._ids, label_people(colleagues), strict=True)
        set_choices(self.fields["colleague"], [("", "—"), *names])

    def get_colleague_id(self) -> int:
        """Return the key of the chosen colleague."""
        return self._ids[self.cleaned_data["colleague"]]
