"""The form of a unit's yearly figures for the national platform."""

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.exchange.models import NationalYear

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


class NationalYearForm(forms.ModelForm):
    """What a unit says itself of a year; the service saves it."""

    use_required_attribute = False

    class Meta:
        model = NationalYear
        fields = tuple(LABELS)
        labels = LABELS
        help_texts = {"unit_code": ""}
        widgets = {name: forms.Textarea({"rows": 2}) for name in LABELS if name != "unit_code"}
