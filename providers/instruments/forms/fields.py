"""Form fields made from the domain's description of a field."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.pinyin import to_initials, to_syllables
from instrument_share.web.forms.fields import DayInput, choices_of
from instrument_share.web.forms.params import parse_number
from instrument_share.web.text.formats import number
from providers.instruments.domain.fields import MOST_SUBJECTS, Field, Kind

LONG = 200
"""From so many characters on a text gets several lines."""


class ShownForm(forms.Form):
    """The base of forms that set several rows at once; `shown` are the keys of those that the page showed.

    What somebody else adds or takes away meanwhile then stays so.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def get_shown(self) -> set[int] | None:
        """Return the keys that the page showed; None where it did not say."""
        keys = map(parse_number, self.cleaned_data["shown"].split())
        return {key for key in keys if key is not None} if "shown" in self.data else None


class _AskedLater:
    """Marked as required but not validated here; the services report all problems at once."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:  # type: ignore[attr-defined]
            super().validate(value)  # type: ignore[misc]


class TextField(_AskedLater, forms.CharField):
    pass


class UploadField(_AskedLater, forms.FileField):
    pass


class ChoiceField(_AskedLater, forms.ChoiceField):
    pass


class SeveralField(_AskedLater, forms.TypedMultipleChoiceField):
    """Checkboxes, of which at least one is to be ticked."""

    widget = forms.CheckboxSelectMultiple


class CodeSetField(SeveralField):
    """Checkboxes for a set of members of a closed list."""

    def __init__(self, members: type[StrEnum], **options: Any) -> None:
        super().__init__(coerce=members, choices=partial(choices_of, members), **options)

    def clean(self, value: Any) -> frozenset[StrEnum]:
        return frozenset(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return sorted(value) if isinstance(value, frozenset) else value


class CategorySelect(forms.Select):
    """A grouped select of categories, which a script turns into a search and a choice by level.

    `spoken` maps a code to further words by which the category is found.
    """

    spoken: Mapping[str, str] = MappingProxyType({})

    def __init__(self) -> None:
        super().__init__(
            {
                "data-category": "",
                "data-words": _("Code, name or pinyin"),
                "data-found": _("Matching categories: %s"),
                "data-none": _(
                    "No category matches. Try another word, or clear the field to choose by level."
                ),
                "data-back": _("Back from"),
            }
        )

    def create_option(self, name: str, value: Any, *args: Any, **more: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **more)
        if words := self.spoken.get(str(value)):
            option["attrs"]["data-words"] = words
        return option


class SeveralSelect(forms.SelectMultiple):
    """A multiple select, which a script turns into a search; chosen values stand first, in their order.

    `spoken` maps a value to further words by which it is found.
    """

    spoken: Mapping[str, str] = MappingProxyType({})

    def __init__(self, words: Any, *, most: int | None = None) -> None:
        told_when_full = _("At most %(most)s. Remove one to choose another.") % {"most": most}
        super().__init__(
            {
                "size": 6,
                "data-several": "",
                "data-words": words,
                "data-found": _("Matches: %s"),
                "data-none": _("No matches. Try another word."),
                "data-away": _("Remove %s"),
                **({"data-most": most, "data-full": told_when_full} if most else {}),
            }
        )

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """Return the choices, the chosen ones first, in the order in which they are submitted."""
        groups = super().optgroups(name, value, attrs)
        order = {str(one): place for place, one in enumerate(value)}
        return sorted(groups, key=lambda group: order.get(str(group[1][0]["value"]), len(order)))

    def create_option(self, name: str, value: Any, *args: Any, **more: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **more)
        option["attrs"]["data-place"] = option["index"]
        if words := self.spoken.get(str(value)):
            option["attrs"]["data-words"] = words
        return option


@lru_cache(maxsize=4096)
def search_words(name_zh: str, name_en: str) -> str:
    """Return both names, the pinyin of the Chinese one and its initials."""
    return f"{name_zh} {name_en} {''.join(to_syllables(name_zh))} {''.join(to_initials(name_zh))}".lower()


def text_field(label: str, limit: int | None, *, needed: bool, english: bool = False) -> forms.Field:
    """Return an input for one line, or for several if the limit is long, with the limit beside it."""
    attrs = {"lang": "en"} if english else {}
    widget = forms.Textarea({"rows": 5, **attrs}) if (limit or LONG) >= LONG else forms.TextInput(attrs)
    help_text = (
        _("At most %(limit)s characters are allowed.") % {"limit": number(limit)}
        if (limit or 0) >= LONG
        else ""
    )
    return TextField(label=label, required=needed, widget=widget, help_text=help_text)


def markdown_area(rows: int, *, english: bool = False) -> forms.Textarea:
    """Return a text area for Markdown; a script inserts pictures."""
    attrs: dict[str, Any] = {"rows": rows, "data-markdown": "en" if english else "zh"}
    return forms.Textarea({**attrs, "lang": "en"} if english else attrs)


WIDGETS: Mapping[Kind, Callable[[], forms.Widget]] = {
    "date": DayInput,
    "money": partial(forms.TextInput, {"inputmode": "decimal", "class": "figure"}),
    "email": forms.EmailInput,
    "postal": partial(forms.TextInput, {"inputmode": "numeric", "autocomplete": "postal-code"}),
}
"""The inputs of fields that are one line in a form of their own."""


def mark_for_platform(field: forms.Field) -> None:
    """Mark an optional field as one without which the national platform refuses the record."""
    vars(field)["optional_note"] = _("needed for the national platform")


def form_field(spec: Field, label: str) -> forms.Field:
    """Return the input for an instrument's field; the form sets choices of categories and countries."""
    match spec.kind:
        case "choice":
            assert spec.choices is not None
            return ChoiceField(label=label, required=spec.needed, choices=choices_of(spec.choices))
        case "category":
            return ChoiceField(label=label, required=spec.needed, widget=CategorySelect())
        case "country":
            return ChoiceField(label=label, required=spec.needed)
        case "date" | "money" | "email" | "postal":
            return TextField(label=label, required=spec.needed, widget=WIDGETS[spec.kind]())
        case "subjects":
            return forms.MultipleChoiceField(
                label=label,
                required=spec.needed,
                widget=SeveralSelect(_("Code, name or pinyin"), most=MOST_SUBJECTS),
                help_text=_("Up to %(most)s of the first level of GB/T 13745, the main one first.")
                % {"most": MOST_SUBJECTS},
            )
    return text_field(label, spec.limit, needed=spec.needed, english=spec.name.endswith("_en"))
