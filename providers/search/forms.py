"""The form of a group of synonyms."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SynonymForm(forms.Form):
    """A group of synonyms; the services report problems."""

    words = forms.CharField(
        label=_("Words that mean the same"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One on each line, in Chinese, in English or as letters: at least 2. Pinyin follows by itself."
        ),
    )
