"""Forms for citing uses in an open-service case."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import DayField, DayInput, set_choices
from instrument_share.web.text.formats import bilingual, date_only, hours


class UseSearchForm(forms.Form):
    """Optional filters for uses to cite, sent in the address."""

    use_required_attribute = False

    instrument = forms.ChoiceField(label=_("Instrument"), required=False)
    first = DayField(label=_("First day"), required=False, widget=DayInput())
    last = DayField(label=_("Last day"), required=False, widget=DayInput())
    q = forms.CharField(
        label=_("Keywords"),
        required=False,
        max_length=100,
        help_text=_("Who used it, who paid, what was measured, or the booking's number."),
    )

    def __init__(self, data: Any, *, instruments: Iterable[Any]) -> None:
        super().__init__(data)
        names = [(one.public_id, bilingual(one, "name")) for one in instruments]
        set_choices(self.fields["instrument"], [("", _("All of them")), *names])


class CaseUsesForm(forms.Form):
    """The uses cited by an open-service case; only the unit sees the users.

    `shown` are those that the page showed as cited: what somebody else does to others meanwhile stays so.
    """

    use_required_attribute = False

    uses = forms.MultipleChoiceField(
        label=_("Completed uses by others"), required=False, widget=forms.CheckboxSelectMultiple()
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        offered: Iterable[Any],
        effective_seconds: Mapping[int, int],
        initial: dict[str, Any],
    ) -> None:
        """`effective_seconds` holds those of each offered booking's log, by the log's id."""
        super().__init__(data, initial=initial)
        set_choices(
            self.fields["uses"],
            ((one.public_id, _describe_use(one, effective_seconds[one.usage_log.pk])) for one in offered),
        )

    def get_shown(self) -> list[str] | None:
        """Return the uses that the page showed as cited; None where it did not say."""
        return self.cleaned_data["shown"].split() if "shown" in self.data else None


def _describe_use(booking: Any, seconds: int) -> str:
    payer = booking.payer_organization
    return _("{day} · {instrument} · {length} · {user} ({number})").format(
        day=date_only(booking.starts_at),
        instrument=bilingual(booking.instrument, "name"),
        length=hours(timedelta(seconds=seconds)),
        user=bilingual(payer, "name") if payer else booking.user.get_full_name(),
        number=booking.public_id,
    )
