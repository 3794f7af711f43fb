"""A unit's profile and what it publishes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.formats import bilingual
from instrument_share.web.problem import told
from providers.domain.publications import FIELDS, PublicationKind
from providers.domain.units import PROFILE_FIELDS, SHORTEST_INTRODUCTION
from providers.forms.fields import DayInput, TextField, offer, text_field


class ProfileForm(forms.Form):
    """A unit's profile; the services say what is wrong."""

    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial=initial)
        for name, spec in PROFILE_FIELDS.items():
            self.fields[name] = text_field(
                told(spec.label, {}), spec.limit, needed=spec.needed, english=name.endswith("_en")
            )
        for name in ("email", "website"):
            self.fields[name].widget = forms.TextInput()
            self.fields[name].help_text = ""
        self.fields["address_en"].widget = forms.TextInput({"lang": "en"})
        self.fields["address_en"].help_text = ""
        self.fields["website"] = forms.URLField(
            label=told(PROFILE_FIELDS["website"].label, {}), required=False, assume_scheme="https"
        )
        self.fields["email"] = forms.EmailField(label=told(PROFILE_FIELDS["email"].label, {}), required=False)
        self.fields["introduction_zh"].help_text = _("%(shortest)s characters at least.") % {
            "shortest": SHORTEST_INTRODUCTION
        }
        self.fields["introduction_zh"].widget.attrs["rows"] = 8
        self.fields["picture"] = forms.FileField(
            label=told(PROFILE_FIELDS["picture"].label, {}),
            required=False,
            widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
            help_text=_("JPEG, PNG or WebP, 10 MB at most. Data about camera and place are removed."),
        )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "picture"}


class PublicationForm(forms.Form):
    """One of the four kinds that go out at once."""

    use_required_attribute = False

    title_zh = TextField(label=_("Title"))
    title_en = TextField(label=_("Title (English)"), required=False)
    body_zh = TextField(label=_("Text"), widget=forms.Textarea({"rows": 10}))
    body_en = TextField(label=_("Text (English)"), required=False, widget=forms.Textarea({"rows": 6}))
    effective_date = forms.DateField(label=_("In force from"), required=False, widget=DayInput())
    expiry_date = forms.DateField(label=_("In force through"), required=False, widget=DayInput())
    file = forms.FileField(
        label=_("Attached file"),
        required=False,
        widget=forms.FileInput({"accept": "application/pdf"}),
        help_text=_("PDF, 20 MB at most."),
    )
    client_zh = TextField(label=_("Served organization"), required=False)
    instruments = forms.MultipleChoiceField(
        label=_("Instruments used"), required=False, widget=forms.SelectMultiple({"size": 6})
    )
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2100)
    networkable_count = forms.IntegerField(
        label=_("Instruments at or above the registration threshold in that year"),
        required=False,
        min_value=0,
        max_value=100_000,
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        kind: PublicationKind,
        instruments: Any,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial)
        for name in self.fields.keys() - FIELDS[kind]:
            del self.fields[name]
        if "instruments" in self.fields:
            offer(self.fields["instruments"], [(str(one.pk), bilingual(one, "name")) for one in instruments])
        if kind is PublicationKind.REGULATION:
            self.fields["body_zh"].required = False
        for name in ("effective_date", "year"):
            if name in self.fields:
                self.fields[name].required = True

    def values(self) -> dict[str, Any]:
        """What the services take; without the file, which is prepared first."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        if "networkable_count" in values:
            values["networkable_count"] = values["networkable_count"] or 0
        return values
