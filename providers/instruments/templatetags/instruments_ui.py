"""The tabs of the pages on which a unit looks after an instrument."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.web.templatetags.ui import tabs

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
