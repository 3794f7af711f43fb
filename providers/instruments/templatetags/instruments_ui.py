"""Tabs and notices of the pages on which a unit manages an instrument."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.kernel.wording import word
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.ui import tabs
from instrument_share.web.text.formats import bracketed
from providers.instruments.domain.countries import bilingual_country_name
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.subjects import bilingual_subject_names

register = template.Library()


@dataclass(frozen=True)
class InstrumentTab:
    """A page on which a manager edits an instrument; tabs are ordered by `position`."""

    position: int
    route: str
    label: str | Promise


@dataclass(frozen=True)
class InstrumentNotice:
    """A pending task of an instrument, with the page for it."""

    text: str
    action: str
    address: str


_tabs: dict[str, InstrumentTab] = {}
_notices: list[Callable[[Any, datetime], InstrumentNotice | None]] = []


def register_instrument_tabs(*tabs: InstrumentTab) -> None:
    """Add pages to the tabs; each room registers its own."""
    _tabs.update({tab.route: tab for tab in tabs})


def register_instrument_notice(source: Callable[[Any, datetime], InstrumentNotice | None]) -> None:
    """Add a function that returns a notice of an instrument at an instant, or None."""
    if source not in _notices:
        _notices.append(source)


@register.inclusion_tag("instrument_share/ui/tabs.html")
def instrument_tabs(instrument: Any, current: str) -> dict[str, Any]:
    """Show the tabs of an instrument; `current` is the route of one."""
    entries = [
        (tab.label, reverse(tab.route, args=[instrument.public_id]), tab.route == current)
        for tab in sorted(_tabs.values(), key=lambda tab: tab.position)
    ]
    return tabs(entries, _("Care of the instrument"))


@register.simple_tag
def instrument_notices(instrument: Any, now: datetime) -> list[InstrumentNotice]:
    """Return the notices of the instrument."""
    return [notice for source in _notices if (notice := source(instrument, now))]


OWN_TABS = (
    InstrumentTab(10, "instrument_edit", gettext_lazy("Fields")),
    InstrumentTab(20, "instrument_media", gettext_lazy("Pictures and files")),
    InstrumentTab(40, "instrument_people", gettext_lazy("Keepers and qualifications")),
    InstrumentTab(50, "instrument_together", gettext_lazy("Booked together")),
    InstrumentTab(60, "instrument_customs", gettext_lazy("Customs supervision")),
)


def country_label(code: str) -> str:
    """Return the name of a country with its code."""
    return told("{name}", {"name": bilingual_country_name(code)}) + bracketed(code)


def subject_labels(codes: Iterable[str]) -> str:
    """Return the names of subjects."""
    return told("{names}", {"names": bilingual_subject_names(codes)})


def _member_label(members: type[StrEnum]) -> Callable[[str], str]:
    return lambda code: _(word(members(code)))


VALUE_FORMATS: dict[str, Callable[[Any], str]] = {
    "country": country_label,
    "subjects": subject_labels,
    **{name: _member_label(field.choices) for name, field in FIELDS.items() if field.choices is not None},
}
"""How values of an instrument's fields are shown where revisions are compared."""
