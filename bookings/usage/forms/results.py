"""The form of a result of a use."""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.usage.domain.choices import ResultKind
from bookings.usage.domain.results import MAX_IDENTIFIER_LENGTH, MAX_TITLE_LENGTH
from instrument_share.web.forms.fields import choices_of


class ResultForm(forms.Form):
    """What came of a use; `bookings.usage.domain.results` judges its number."""

    kind = forms.ChoiceField(label=_("Kind of result"), choices=partial(choices_of, ResultKind))
    title = forms.CharField(label=_("Title"), max_length=MAX_TITLE_LENGTH)
    identifier = forms.CharField(
        label=_("DOI or number"),
        max_length=MAX_IDENTIFIER_LENGTH,
        required=False,
        help_text=_(
            "For a paper its DOI, for a patent its number (such as ZL200310102344.5), for a standard its "
            "number with the year (such as GB/T 13745-2009)."
        ),
    )

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keyword arguments of `usage_result_state`."""
        entered = self.cleaned_data
        return {**entered, "kind": ResultKind(entered["kind"])}
