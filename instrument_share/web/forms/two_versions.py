"""What two people made of one thing at the same time: how the second is told what the first has saved."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.utils.translation import gettext

from instrument_share.kernel.errors import RevisionMismatch
from instrument_share.web.text.formats import day, in_english

T = TypeVar("T")


class Difference(NamedTuple):
    """What is saved in one field, and what somebody has typed there, both in words."""

    label: str
    present: str
    typed: str


def save_or_compare(
    form: forms.BaseForm,
    save: Callable[[], T],
    *,
    present: Callable[[], Mapping[str, Any]],
    meanwhile: list[Difference],
    version: str = "seen",
) -> T:
    """Return what `save` returns; where it raises RevisionMismatch, fill `meanwhile` before that goes on.

    It then says in which fields what was typed differs from what `present` returns, which is saved now. The
    form gets in its field `version` the present one, so that sending it again saves what was typed.
    """
    try:
        return save()
    except RevisionMismatch:
        meanwhile.extend(_compare(form, present(), version))
        raise


def _compare(form: forms.BaseForm, present: Mapping[str, Any], version: str) -> list[Difference]:
    form.initial = dict(present)
    form.data = {name: form[name].value() for name in form.fields} | {version: str(present[version])}
    shown = [form[name] for name in form.changed_data if name in present and name != version]
    both = [
        Difference(
            str(one.label),
            _describe_value(one, one.initial),
            _describe_value(one, form.cleaned_data[one.name]),
        )
        for one in shown
    ]
    return [one for one in both if one.present != one.typed]


def _describe_value(bound: forms.BoundField, value: Any) -> str:
    if isinstance(bound.field, forms.ChoiceField):
        chosen = value if isinstance(value, list) else [value]
        names = [str(one.data["label"]) for one in bound.subwidgets if one.data["value"] in chosen]
        return (", " if in_english() else "、").join(names) or "—"
    if isinstance(bound.field, forms.BooleanField):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, date):
        return day(value)
    return "—" if value in {None, ""} else "\n".join(str(value).splitlines())  # browsers send other ends
