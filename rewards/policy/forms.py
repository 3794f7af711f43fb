"""Form to load a policy."""

from django import forms
from django.utils.translation import gettext_lazy as _

KILOBYTE = 1024
POLICY_AT_MOST = 512 * KILOBYTE


class PolicyForm(forms.Form):
    """A policy document to load."""

    document = forms.FileField(
        label=_("Policy document"),
        help_text=_("A TOML file. It is kept to the byte and never edited; what changes gets a new version."),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
    )

    def clean_document(self) -> str:
        """Return the document as text."""
        file = self.cleaned_data["document"]
        if file.size > POLICY_AT_MOST:
            message = _("The file is larger than {kilobytes} KB; a policy is a short text.")
            raise forms.ValidationError(message.format(kilobytes=POLICY_AT_MOST // KILOBYTE))
        try:
            text: str = file.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not a text in UTF-8. Save it as one.")) from None
        return text
