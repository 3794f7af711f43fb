"""Form to declare a fact."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.documents import DocumentsField
from instrument_share.web.forms.fields import (
    DayField,
    DayInput,
    FindProblems,
    add_further_problems,
    set_choices,
)
from instrument_share.web.text.formats import bilingual
from rewards.declarations.domain.facts import LONGEST_EVIDENCE, FactKind
from rewards.declarations.reports import KINDS, get_titles
from rewards.declarations.selectors import known_codes

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument


class FactForm(forms.Form):
    """A fact of a unit or of one of its instruments, with its evidence.

    `find_problems` returns what the rules say to `declared`, apart from the files.
    """

    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    fact = forms.ChoiceField(label=_("Declared fact"))
    instrument = forms.ChoiceField(
        label=_("Instrument"), required=False, help_text=_("Only for facts about one instrument.")
    )
    figure = forms.DecimalField(
        label=_("Figure"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("Yuan, or the number of projects."),
    )
    evidence = forms.CharField(
        label=_("Proof"),
        max_length=LONGEST_EVIDENCE,
        help_text=_("The document that proves it, with its number."),
    )
    documents = DocumentsField(
        label=_("Files"),
        required=False,
        accept=".pdf,.jpg,.jpeg,.png",
        help_text=_("PDF, JPEG or PNG of at most 10 MB each; they replace those declared before."),
    )
    valid_through = DayField(
        label=_("Valid through"),
        required=False,
        widget=DayInput,
        help_text=_("For a qualification. It counts if it is valid on 31 December."),
    )

    def __init__(
        self,
        *args: Any,
        units: "Iterable[Organization]",
        instruments: "Iterable[Instrument]",
        find_problems: FindProblems,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._find_problems = find_problems
        set_choices(self.fields["unit"], [(unit.pk, bilingual(unit, "name")) for unit in units])
        set_choices(self.fields["fact"], [("", _("Choose a fact")), *_facts()])
        named = [(each.public_id, f"{bilingual(each, 'name')} · {each.inner_number}") for each in instruments]
        set_choices(self.fields["instrument"], [("", "—"), *named])

    def clean(self) -> dict[str, Any]:
        """Add what the rules refuse, so that every problem stands in the first round."""
        cleaned = super().clean() or {}
        if cleaned.keys() >= {"unit", "fact"}:
            add_further_problems(self, self._find_problems(self.declared))
        return cleaned

    @property
    def declared(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        kind, _separator, code = self.cleaned_data["fact"].partition(":")
        entered = self.cleaned_data
        return {
            "organization_id": entered["unit"],
            "kind": FactKind(kind),
            "code": code,
            "instrument": entered.get("instrument", ""),
            "figure": entered.get("figure"),
            "evidence": entered.get("evidence", ""),
            "valid_through": entered.get("valid_through"),
            "uploads": entered.get("documents", ()),
        }


class FactSheetForm(forms.Form):
    """A sheet of facts that was filled in."""

    sheet = forms.FileField(
        label=_("Sheet of declared facts"),
        help_text=_("XLSX or CSV. You see what it says before anything is declared."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


def _facts() -> list[tuple[str, Any]]:
    """Every fact that can be declared: qualifications and grades as the loaded policies name them."""
    choices: list[tuple[str, Any]] = [
        (f"{kind}:{code}", f"{KINDS[kind]} · {title}")
        for (kind, code), title in get_titles(known_codes()).items()
    ]
    others = (FactKind.MAJOR_PROJECTS, FactKind.NONFISCAL_VALUE, FactKind.REWARDED_BEFORE)
    return choices + [(kind.value, KINDS[kind]) for kind in others]
