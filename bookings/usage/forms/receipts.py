"""The form to verify a receipt."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.usage.domain.choices import EntryKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.transparency.domain.receipts import Receipt, parse_receipt

RECEIPT_AT_MOST = 64 * 1024
NO_RECEIPT = gettext_noop("This is not a receipt from this platform, or it was changed.")


class ReceiptForm(forms.Form):
    """A receipt as a file or as text."""

    file = forms.FileField(
        label=_("Receipt file"),
        required=False,
        allow_empty_file=True,
        help_text=_("The file downloaded from the usage log. It is verified and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
    )
    text = forms.CharField(
        label=_("Or paste its text"),
        required=False,
        strip=False,
        max_length=RECEIPT_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    receipt: Receipt

    def clean(self) -> None:
        """Read the receipt, and refuse what is none."""
        if self.errors:
            return
        file, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if not file and not text.strip():
            self.add_error("file", _("Choose the file, or paste its text."))
            return
        content = file.read(RECEIPT_AT_MOST) if file else text.encode("utf-8", "surrogatepass")
        try:
            self.receipt = parse_receipt(content)
            EntryKind(str(self.receipt.facts.get("kind")))  # the log has leaves of other kinds too
        except ValueError:
            self.add_error("file" if file else "text", _(NO_RECEIPT))
