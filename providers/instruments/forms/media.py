"""Forms for pictures, files, links, groups and customs supervision of an instrument."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import DayInput, choices_of, set_choices
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import bilingual, bracketed
from providers.instruments.domain.choices import Audience, GroupKind
from providers.instruments.domain.customs import CUSTOMS_FIELDS
from providers.instruments.forms.fields import text_field

if TYPE_CHECKING:
    from providers.instruments.models import Instrument


class PictureForm(forms.Form):
    """A new picture with its alternative text."""

    picture = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, 10 MB at most. Data about camera and place are removed."),
    )
    alt_zh = forms.CharField(
        label=_("What it shows (Chinese)"),
        max_length=100,
        required=False,
        help_text=_("Read out to who does not see it."),
    )
    alt_en = forms.CharField(label=_("What it shows (English)"), max_length=200, required=False)


class AttachmentForm(forms.Form):
    """A PDF, its title, and its audience."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": "application/pdf"}),
        help_text=_("PDF, 20 MB at most."),
    )
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=100)
    title_en = forms.CharField(label=_("Title (English)"), max_length=200, required=False)
    audience = forms.ChoiceField(label=_("Who may read it"), choices=partial(choices_of, Audience))


class LinksForm(forms.Form):
    """Other instruments of the unit that a booking includes."""

    linked = forms.MultipleChoiceField(
        label=_("Booked together with it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, others: "Iterable[Instrument]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["linked"], _as_choices(others))


class GroupForm(forms.Form):
    """The name and the instruments of a group."""

    name_zh = forms.CharField(label=_("Name of the group (Chinese)"), max_length=50)
    name_en = forms.CharField(label=_("Name of the group (English)"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("What they are to each other"),
        widget=forms.RadioSelect,
        choices=partial(choices_of, GroupKind),
    )
    instruments = forms.MultipleChoiceField(
        label=_("Instruments of the group"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, own: "Iterable[Instrument]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["instruments"], _as_choices(own))


def _as_choices(instruments: "Iterable[Instrument]") -> list[tuple[str, str]]:
    return [(str(one.pk), f"{bilingual(one, 'name')}{bracketed(one.inner_number)}") for one in instruments]


class CustomsForm(forms.Form):
    """The fields of customs supervision; the services report problems."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        for name, spec in CUSTOMS_FIELDS.items():
            label = told(spec.label, {})
            if spec.kind == "yes_no":
                self.fields[name] = forms.BooleanField(label=label, required=False)
                continue
            field = text_field(label, spec.limit, needed=spec.needed)
            if spec.kind == "date":
                field.widget = DayInput()
            elif spec.shape:
                field.help_text = told(spec.shape, {})
            self.fields[name] = field
