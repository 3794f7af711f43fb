"""Forms of the steps of a year."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ApproveForm(forms.Form):
    """Objections that came on paper during the public notice, and the answers to them."""

    objections = forms.CharField(
        label=_("Objections on paper, and the answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In Chinese, for the report. Those made on the platform are printed by themselves."),
    )
