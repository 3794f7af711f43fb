"""Forms of the steps of a year."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ApproveForm(forms.Form):
    """Objections during the public notice, and the answers to them."""

    objections = forms.CharField(
        label=_("Objections and answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In Chinese, for the report. Empty states that nobody objected."),
    )
