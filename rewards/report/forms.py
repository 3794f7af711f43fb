"""Forms of the Finance Bureau and of the verification page."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rewards.cycle.forms import TEXT

MEGABYTE = 1024 * 1024
PAPER_AT_MOST = 20 * MEGABYTE


class AcceptForm(forms.Form):
    """A note on accepting a report."""

    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReturnForm(forms.Form):
    """The reason for returning a report."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("The bureau reads it and sends a new report."),
    )


class CodeForm(forms.Form):
    """The code on a paper to verify."""

    code = forms.CharField(
        label=_("Code on the document"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"placeholder": "XXXX-XXXX-XXXX", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class PaperForm(forms.Form):
    """A file to verify."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=format_lazy(
            _("The PDF, or any file of the package; {megabytes} MB at most. It is compared and not kept."),
            megabytes=PAPER_AT_MOST // MEGABYTE,
        ),
    )
