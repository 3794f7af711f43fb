"""Forms for links and groups of instruments."""

import hashlib
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import VersionField, choices_of, set_choices
from instrument_share.web.text.formats import bilingual, bracketed
from instrument_share.web.text.labels import label
from providers.instruments.domain.choices import GroupKind, InstrumentState
from providers.instruments.forms.fields import ShownForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from providers.instruments.models import Instrument, InstrumentGroup


class LinksForm(ShownForm):
    """Other instruments of the unit that a booking includes."""

    linked = forms.MultipleChoiceField(
        label=_("Booked together with it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "While one of those you choose is not in service, this instrument can't be booked either."
        ),
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    """The digest of what the page has said of whom the chosen links hit."""

    def __init__(self, data: Any = None, *, others: "Iterable[Instrument]", held: Iterable[int]) -> None:
        keys = [str(pk) for pk in held]
        super().__init__(data, initial={"linked": keys, "shown": " ".join(keys)})
        set_choices(self.fields["linked"], [(str(one.pk), _name_with_state(one)) for one in others])

    def get_chosen(self) -> set[int]:
        """Return the keys of the instruments that were chosen."""
        return {int(pk) for pk in self.cleaned_data["linked"]}

    def asks_for_a_look(self, effects: list[str]) -> bool:
        """Return whether the page has not said yet whom the links hit; it has once it is shown after this."""
        digest = hashlib.sha256("\n".join(effects).encode()).hexdigest()
        if not effects or self.cleaned_data["seen"] == digest:
            return False
        self.data = data = cast("QueryDict", self.data).copy()
        data["seen"] = digest
        return True


def _name_with_state(instrument: "Instrument") -> str:
    """Return the instrument's name, with its state unless it is in service."""
    if instrument.state == InstrumentState.PUBLISHED:
        return _name(instrument)
    return f"{_name(instrument)} · {label('instrument', instrument.state).text}"


class GroupForm(forms.Form):
    """The name and the instruments of a group."""

    name_zh = forms.CharField(label=_("Name of the group (Chinese)"), max_length=50)
    name_en = forms.CharField(label=_("Name of the group (English)"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("How they are related"),
        widget=forms.RadioSelect,
        choices=partial(choices_of, GroupKind),
    )
    instruments = forms.MultipleChoiceField(
        label=_("Instruments of the group"), widget=forms.CheckboxSelectMultiple
    )
    seen = VersionField()

    def __init__(self, *args: Any, own: "Iterable[Instrument]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["instruments"], _as_choices(own))


def describe_group(group: "InstrumentGroup", members: "Iterable[Instrument]") -> dict[str, Any]:
    """Return what the form of a group starts with."""
    return {
        "name_zh": group.name_zh,
        "name_en": group.name_en,
        "kind": group.kind,
        "instruments": [str(member.pk) for member in members],
        "seen": group.version,
    }


def _as_choices(instruments: "Iterable[Instrument]") -> list[tuple[str, str]]:
    return [(str(one.pk), _name(one)) for one in instruments]


def _name(instrument: "Instrument") -> str:
    return f"{bilingual(instrument, 'name')}{bracketed(instrument.inner_number)}"
