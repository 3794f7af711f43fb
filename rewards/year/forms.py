"""Forms of the steps of a year."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AnnounceForm(forms.Form):
    """Whom the public notice names."""

    person = forms.CharField(
        label=_("Contact person"),
        max_length=100,
        help_text=_("Who takes objections; the public notice names them."),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=50)
    address = forms.CharField(label=_("Address"), max_length=200)


class ApproveForm(forms.Form):
    """Objections that came on paper during the public notice, and the answers to them."""

    objections = forms.CharField(
        label=_("Objections on paper, and the answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In Chinese, for the report. Those made on the platform are printed by themselves."),
    )
