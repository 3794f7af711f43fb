"""The form of a unit's yearly figures for the national platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.exchange.domain.national.records import RECORDS, RecordType
from providers.exchange.domain.national.values import FIELD_OF

LABELS = {
    "unit_code": _("The unit's code at the national platform (insCode)"),
    "innovation": _("How it supported innovation"),
    "project": _("Projects supported"),
    "thesis": _("Papers"),
    "book": _("Books"),
    "report": _("Research reports"),
    "patent": _("Patents"),
    "output": _("Products and output"),
    "achievements": _("Results and awards"),
    "social_benefit": _("Social benefit"),
    "remark": _("Remarks"),
}
LONG = 200
"""From so many characters on a text gets several lines."""


class NationalYearForm(forms.Form):
    """The fields of `domain.national.values.FIELD_OF` with the platform's limits."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = {one.name: one.limit for one in RECORDS[RecordType.UNIT]}
        for name, label in LABELS.items():
            limit = limits[FIELD_OF[name]] or LONG
            widget = forms.Textarea({"rows": 2}) if limit >= LONG else forms.TextInput()
            self.fields[name] = forms.CharField(
                label=label, required=name == "unit_code", max_length=limit, widget=widget
            )
