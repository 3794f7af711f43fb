"""What the journal is searched by."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.journal.registry import registered_acts, registered_kinds
from instrument_share.operations.selectors.journal import JournalFilter
from instrument_share.web.forms.fields import DayField, DayInput, set_choices
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from instrument_share.web.text.labels import ROLES

HIGHEST_NUMBER = 2**63 - 1
"""So large a number fits into its column."""
SYSTEM_WORDS = frozenset({"system", "系统"})


class JournalForm(forms.Form):
    """Who, what, which, when; everything may be left open."""

    actor = forms.CharField(
        label=_("By whom"),
        required=False,
        max_length=100,
        help_text=_("Name, user name, email address or id; “system” for automatic actions"),
    )
    subject = forms.CharField(
        label=_("What it concerns"),
        required=False,
        max_length=100,
        help_text=_("Id, or the name of an instrument, an organization or a person"),
    )
    kind = forms.ChoiceField(label=_("Kind of subject"), required=False)
    action = forms.ChoiceField(label=_("Action"), required=False)
    number = forms.IntegerField(
        label=_("Entry no."),
        required=False,
        min_value=1,
        max_value=HIGHEST_NUMBER,
        help_text=_("As the evidence of a finding names it"),
    )
    since = DayField(label=_("From day"), required=False, widget=DayInput)
    until = DayField(label=_("Until day"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted((gettext(kind.label), model) for model, kind in registered_kinds().items())
        set_choices(self.fields["kind"], [("", _("All")), *((model, label) for label, model in kinds)])
        set_choices(self.fields["action"], [("", _("All")), *_grouped_acts()])
        for field in self.fields.values():
            field.optional_note = ""  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first one."))
        return cleaned

    @property
    def wanted(self) -> JournalFilter:
        """What is looked for; after the form was found valid."""
        values = dict(self.cleaned_data)
        by_system = values["actor"].lower() in SYSTEM_WORDS
        return JournalFilter(**values, by_system=by_system)


class AccountFilterForm(FilterForm):
    """Filters of the list of accounts; the state stands beside them as chips."""

    q = forms.CharField(label=_("Name, user name, email address or organization"), max_length=MAX_TEXT)
    role = forms.ChoiceField(label=_("Role"))

    def offer_choices(self) -> None:
        self.offer("role", ((one.value, label) for one, label in ROLES.items()))


def _grouped_acts() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the acts in groups by what they are done to, in the order in which apps name them."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, words in registered_acts().items():
        groups[code.partition(".")[0]].append((code, gettext(words)))
    for acts in groups.values():
        yield acts[0][1], acts
