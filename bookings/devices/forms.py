"""The form of a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from bookings.devices.domain import LABELS, NoteKind
from bookings.requests.forms.closures import InstrumentChoice
from instrument_share.web.forms.fields import set_choices


class NoteForm(InstrumentChoice):
    """What a keeper should know of an instrument."""

    kind = forms.TypedChoiceField(label=gettext_lazy("Kind"), coerce=NoteKind, empty_value=NoteKind.NOTE)
    text = forms.CharField(
        label=gettext_lazy("What the others should know"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Keepers and managers of the instrument can read it, users can’t."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = LABELS[NoteKind]
        set_choices(self.fields["kind"], [(kind.value, gettext(words[kind])) for kind in NoteKind])
