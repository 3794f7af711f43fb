"""Forms to load, change and compare policies."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import set_choices
from instrument_share.web.text.formats import bilingual
from rewards.policy.domain.changing import change, figures_of
from rewards.policy.domain.policy import EXCLUSIONS
from rewards.policy.reports.places import describe_place
from rewards.policy.reports.words import choice_word

if TYPE_CHECKING:
    from rewards.policy.models import RewardPolicy

KILOBYTE = 1024
POLICY_AT_MOST = 512 * KILOBYTE
OPTIONAL = (
    "counting.value_threshold",
    "counting.late_by_hand_days",
    "money.budget",
    "caps.instrument",
    "caps.unit",
    "caps.group",
)
"""Figures that a policy may leave out, offered even where it does."""


class PolicyForm(forms.Form):
    """A policy document to load."""

    document = forms.FileField(
        label=_("Policy document"),
        help_text=_(
            "A TOML file. It is kept byte for byte and never edited; any change becomes a new version."
        ),
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


class PolicyChangeForm(forms.Form):
    """Another version of a policy, with other figures."""

    version = forms.CharField(
        label=_("New version"), max_length=20, help_text=_("The version that is loaded stays as it is.")
    )
    title_zh = forms.CharField(label=_("Chinese title"), max_length=200)
    title_en = forms.CharField(label=_("English title"), max_length=300, required=False)
    draft = forms.BooleanField(label=_("Draft: it can be scored, not paid"), required=False)
    draft_notice_zh = forms.CharField(label=_("Chinese notice of the draft"), max_length=300, required=False)
    draft_notice_en = forms.CharField(label=_("English notice of the draft"), max_length=300, required=False)
    exclude = forms.MultipleChoiceField(
        label=_("What does not count"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, given: Any = None, *, data: Mapping[str, Any]) -> None:
        self.data_before = data
        self.figures = dict(figures_of(data)) | {path: None for path in OPTIONAL if _at(data, path) is None}
        texts = ("title_zh", "title_en", "draft", "draft_notice_zh", "draft_notice_en")
        initial = {name: data.get(name) for name in texts}
        initial["exclude"] = data.get("counting", {}).get("exclude", [])
        super().__init__(given, initial=initial)
        set_choices(self.fields["exclude"], [(code, choice_word(code)) for code in EXCLUSIONS])
        for path, value in self.figures.items():
            self.fields[path] = forms.CharField(
                label=describe_place(path, data),
                max_length=40,
                required=value is not None,
                initial="" if value is None else format_figure(value),
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )

    @property
    def document(self) -> dict[str, Any]:
        """The document with what was entered."""
        entered = self.cleaned_data
        changes: dict[str, Any] = {path: to_figure(entered[path]) for path in self.figures}
        names = ("version", "title_zh", "title_en", "draft_notice_zh", "draft_notice_en")
        changes |= {name: entered[name].strip() or None for name in names}
        changes |= {"draft": entered["draft"], "counting.exclude": entered["exclude"]}
        if not entered["draft"]:
            changes |= dict.fromkeys(("draft", "draft_notice_zh", "draft_notice_en"))
        return change(self.data_before, changes)


def format_figure(value: Any) -> str:
    """Return a figure of a document as it is typed."""
    return value if isinstance(value, str) else format(Decimal(value), "f")


def to_figure(text: str) -> Any:
    """Return what was typed as a figure of a document; a text that is none is told of by the document."""
    typed = text.strip()
    if not typed:
        return None
    try:
        number = Decimal(typed)
    except InvalidOperation:
        return typed
    return int(number) if re.fullmatch(r"[+-]?\d+", typed) else number if number.is_finite() else typed


def _at(data: Mapping[str, Any], path: str) -> Any:
    table, _separator, key = path.partition(".")
    return data.get(table, {}).get(key)


def name_version(policy: "RewardPolicy") -> str:
    """Return the title and version of a policy, as lists offer it."""
    return f"{bilingual(policy, 'title')} · {gettext('version {version}').format(version=policy.version)}"


class CompareForm(forms.Form):
    """Two loaded policies."""

    before = forms.ChoiceField(label=_("One version"))
    after = forms.ChoiceField(label=_("Another version"))

    def __init__(self, *args: Any, policies: "Iterable[RewardPolicy]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.public_id, name_version(each)) for each in policies]
        set_choices(self.fields["before"], choices)
        set_choices(self.fields["after"], choices)
