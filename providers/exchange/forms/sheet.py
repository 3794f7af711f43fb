"""The form to upload a sheet with an optional map of its headings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_OF_MAP = 200_000


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=_("Sheet"),
        help_text=_("XLSX or CSV, 10 MB and 20,000 rows at most; the first visible sheet counts."),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
    )
    map = forms.FileField(
        label=_("Map"),
        required=False,
        help_text=_("TOML; needed only where assigning columns is not enough."),
        widget=forms.FileInput({"accept": ".toml"}),
    )

    def clean_map(self) -> Any:
        upload = self.cleaned_data["map"]
        if upload is None:
            return ""
        try:
            return upload.read(MOST_OF_MAP).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The map is not text in UTF-8. Save it as such.")) from None
