"""The tabs of the pages on which a unit looks after an instrument."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.kernel.wording import word
from instrument_share.web.formats import bracketed
from instrument_share.web.problem import told
from instrument_share.web.templatetags.ui import tabs
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.subjects import subjects_named
from providers.instruments.forms.countries import COUNTRIES

register = template.Library()


INSTRUMENT_TABS = (
    ("instrument_edit", gettext_lazy("Fields")),
    ("instrument_media", gettext_lazy("Pictures and files")),
    ("rule_new", gettext_lazy("Rule and prices")),
    ("instrument_people", gettext_lazy("Keepers and qualifications")),
    ("instrument_together", gettext_lazy("Booked together")),
    ("instrument_customs", gettext_lazy("Customs supervision")),
)


@register.inclusion_tag("instrument_share/ui/tabs.html")
def instrument_tabs(instrument: Any, current: str) -> dict[str, Any]:
    """The pages on which a unit's manager looks after one instrument; `current` is the name of one."""
    entries = [
        (text, reverse(name, args=[instrument.public_id]), name == current) for name, text in INSTRUMENT_TABS
    ]
    return tabs(entries, _("Looking after the instrument"))


COUNTRY_NAMES = dict(COUNTRIES)


def country_shown(code: str) -> str:
    """A country by its name, with the code behind it."""
    return f"{COUNTRY_NAMES.get(code, code)}{bracketed(code)}"


def subjects_shown(codes: Iterable[str]) -> str:
    """Subjects by their names."""
    return told("{names}", {"names": subjects_named(codes)})


def _member_shown(members: type[StrEnum]) -> Callable[[str], str]:
    return lambda code: _(word(members(code)))


VALUE_FORMATS: dict[str, Callable[[Any], str]] = {
    "country": country_shown,
    "subjects": subjects_shown,
    **{name: _member_shown(field.choices) for name, field in FIELDS.items() if field.choices is not None},
}
"""How values of an instrument's fields are shown where revisions are compared."""
