"""The form that cancels bookings."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.forms.params import parse_number


class CancelForm(ReasonForm):
    """A reason, and how many of the bookings the page says are cancelled late.

    Where there are more by now, the page is shown again with what that costs, and asks once more.
    """

    late = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, sent: Mapping[str, str] | None, *, late: int, required: bool) -> None:
        told = sent.get("late", "") if sent is not None else ""
        self._is_told = late <= (parse_number(told) or 0)
        data = None if sent is None else {**{name: sent[name] for name in sent}, "late": str(late)}
        super().__init__(data, initial={"late": late}, required=required)

    def clean(self) -> dict[str, Any]:
        """Refuse what was read before the time for cancelling without charge had ended."""
        if not self._is_told:
            raise forms.ValidationError(
                _(
                    "The time for cancelling without charge has ended since this page was opened. Read what "
                    "it costs now, and confirm again to cancel all the same."
                )
            )
        return self.cleaned_data
