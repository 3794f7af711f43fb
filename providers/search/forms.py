"""The form of a group of synonyms, or of a purpose."""

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import VersionField
from providers.search.services.synonyms import LONGEST_TASK


class SynonymForm(forms.Form):
    """A group of synonyms; the services report problems."""

    words = forms.CharField(
        label=_("Words that mean the same"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One on each line, in Chinese, in English or as letters: at least 2. Pinyin is added "
            "automatically."
        ),
    )
    methods = forms.CharField(
        label=_("Methods, if the words are a purpose"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "For a purpose such as 孔隙率: the methods that serve it, one on each line, the best first. The "
            "words above then find the instruments named after these methods, not the other way round; one "
            "word is enough."
        ),
    )
    task_zh = forms.CharField(
        label=_("On the home page (Chinese)"),
        required=False,
        max_length=LONGEST_TASK["task_zh"],
        help_text=_(
            "A purpose as a task, such as 看形貌. The first eight tasks that find an instrument are shown."
        ),
    )
    task_en = forms.CharField(
        label=_("On the home page (English)"), required=False, max_length=LONGEST_TASK["task_en"]
    )
    seen = VersionField()
