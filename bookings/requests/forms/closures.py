"""Forms for closures."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from instrument_share.web.forms.fields import IntervalForm, set_choices
from instrument_share.web.text.formats import bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable

    from providers.models import Instrument


class InstrumentChoice(forms.Form):
    """A choice among the instruments that the person is responsible for."""

    instrument = forms.ChoiceField(label=gettext_lazy("Instrument"))

    def __init__(self, *args: Any, instruments: "Iterable[Instrument]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._instruments = {one.public_id: one for one in instruments}
        set_choices(
            self.fields["instrument"],
            [(key, bilingual(one, "name")) for key, one in self._instruments.items()],
        )

    @property
    def chosen(self) -> "Instrument":
        """Return the chosen instrument."""
        return self._instruments[self.cleaned_data["instrument"]]


class ClosureForm(InstrumentChoice, IntervalForm):
    """The interval and reason of a closure."""

    reason_zh = forms.CharField(
        label=gettext_lazy("Reason (Chinese)"),
        max_length=200,
        help_text=gettext_lazy("Everybody who views the calendar can read it."),
    )
    reason_en = forms.CharField(label=gettext_lazy("Reason (English)"), max_length=200, required=False)
