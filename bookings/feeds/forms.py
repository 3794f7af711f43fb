"""The forms of a new webhook and of an external calendar."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.feeds.domain.webhooks import ACTIONS
from bookings.requests.forms.closures import InstrumentChoice
from instrument_share.journal.registry import registered_acts
from instrument_share.web.forms.fields import set_choices


class WebhookForm(forms.Form):
    """Where a webhook is and what it is told."""

    address = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_(
            "An address of your own system that begins with https:// and can be reached from the internet."
        ),
    )
    actions = forms.MultipleChoiceField(label=_("Events to send"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        words = registered_acts()
        set_choices(self.fields["actions"], [(action, gettext(words[action])) for action in ACTIONS])


class ExternalCalendarForm(InstrumentChoice):
    """Which instrument follows which calendar."""

    address = forms.URLField(
        label=_("Address of the calendar"),
        max_length=500,
        assume_scheme="https",
        help_text=_(
            "The iCalendar address (.ics) that your calendar program offers; it begins with https://."
        ),
    )
