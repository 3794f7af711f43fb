"""Forms for pictures and files of an instrument."""

from functools import partial
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import choices_of
from providers.instruments.domain.choices import Audience

if TYPE_CHECKING:
    pass


class PictureForm(forms.Form):
    """A new picture with its alternative text."""

    picture = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, 10 MB at most. Data about camera and place are removed."),
    )
    alt_zh = forms.CharField(
        label=_("Picture description (Chinese)"),
        max_length=100,
        required=False,
        help_text=_("Read aloud to people who can’t see it."),
    )
    alt_en = forms.CharField(label=_("Picture description (English)"), max_length=200, required=False)


class AttachmentForm(forms.Form):
    """A PDF, its title, and its audience."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": "application/pdf"}),
        help_text=_("PDF, 20 MB at most."),
    )
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=100)
    title_en = forms.CharField(label=_("Title (English)"), max_length=200, required=False)
    audience = forms.ChoiceField(label=_("Who may read it"), choices=partial(choices_of, Audience))
