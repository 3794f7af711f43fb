"""The form of a unit's profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import (
    FindProblems,
    PreparedFileField,
    RevisionField,
    add_further_problems,
)
from instrument_share.web.responses.problem import told
from providers.instruments.forms.fields import markdown_area, text_field
from providers.instruments.services.pictures import prepare_picture
from providers.units.domain.profiles import PROFILE_FIELDS, SHORTEST_INTRODUCTION


class ProfileForm(forms.Form):
    """A unit's profile; `find_problems` returns what the rules say to the values entered."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        find_problems: FindProblems,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial)
        self._find_problems = find_problems
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
        self.fields["picture"] = PreparedFileField(
            prepare=prepare_picture,
            label=told(PROFILE_FIELDS["picture"].label, {}),
            required=False,
            widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
            help_text=_("JPEG, PNG or WebP, 10 MB at most. Data about camera and place are removed."),
        )

    def clean(self) -> dict[str, Any]:
        """Add what the rules refuse, so that every problem stands in the first round."""
        cleaned = super().clean() or {}
        add_further_problems(self, self._find_problems(self.values()))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return the values that could be read, as the services take them, without the picture."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in PROFILE_FIELDS and name != "picture"
        }
