"""The form of a unit's profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import RevisionField
from instrument_share.web.responses.problem import told
from providers.instruments.forms.fields import markdown_area, text_field
from providers.units.domain.profiles import PROFILE_FIELDS, SHORTEST_INTRODUCTION


class ProfileForm(forms.Form):
    """A unit's profile; the services report problems."""

    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial=initial)
        for name, spec in PROFILE_FIELDS.items():
            self.fields[name] = text_field(
                told(spec.label, {}), spec.limit, needed=spec.needed, english=name.endswith("_en")
            )
        self.fields["address_en"].widget = forms.TextInput({"lang": "en"})
        self.fields["address_en"].help_text = ""
        self.fields["website"] = forms.URLField(
            label=told(PROFILE_FIELDS["website"].label, {}), required=False, assume_scheme="https"
        )
        self.fields["email"] = forms.EmailField(label=told(PROFILE_FIELDS["email"].label, {}), required=False)
        self.fields["introduction_zh"].help_text = _("At least %(shortest)s characters.") % {
            "shortest": SHORTEST_INTRODUCTION
        }
        self.fields["introduction_zh"].widget = markdown_area(10)
        self.fields["introduction_en"].widget = markdown_area(8, english=True)
        self.fields["revision"] = RevisionField()
        self.fields["picture"] = forms.FileField(
            label=told(PROFILE_FIELDS["picture"].label, {}),
            required=False,
            widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
            help_text=_("JPEG, PNG or WebP, 10 MB at most. Data about camera and place are removed."),
        )

    def values(self) -> dict[str, Any]:
        """Return the values that the services take, without the picture."""
        return {name: self.cleaned_data[name] for name in PROFILE_FIELDS if name != "picture"}
