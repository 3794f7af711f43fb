"""Template tags of usage logs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.requests.domain.choices import Direction
from bookings.requests.templatetags.bookings_ui import seconds
from bookings.usage.domain import labels
from bookings.usage.domain.choices import Capture, UsagePurpose
from bookings.usage.domain.usage import CODED_FIELDS
from bookings.usage.registry import describe_frozen_year
from bookings.usage.selectors.usage import get_current_number
from instrument_share.kernel.wording import word
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.ui import facts
from instrument_share.web.text import formats
from providers.domain import ServiceMode, UserKind

register = template.Library()

SECONDS = frozenset({"setup_seconds", "measuring_seconds", "post_seconds", "idle_seconds"})


@register.filter
def field_word(name: str) -> str:
    """Return the label of a log's field."""
    return _(labels.FIELDS[name])


@register.simple_tag
def shown(name: str, value: Any) -> str:
    """Format a value of a log's field, from the log or from a correction."""
    if name in SECONDS:
        return seconds(value)
    if name in {"starts_at", "ends_at"}:
        return formats.moment(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if name == "amount_yuan":
        return formats.yuan(Decimal(value))
    if name in CODED_FIELDS:
        return _(word(CODED_FIELDS[name](value)))
    return str(value) if value not in ("", None) else formats.NOTHING


@register.inclusion_tag("bookings/usage/parts/frozen_year.html")
def frozen_year(starts_at: datetime) -> dict[str, Any]:
    """Say what becomes of hours that start then, where the data of their year are frozen."""
    frozen = describe_frozen_year(starts_at)
    return {"sentence": frozen and told(frozen.message, frozen.params)}


@register.inclusion_tag("instrument_share/ui/facts.html")
def usage_facts(log: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Show the values that count now, apart from the time and its parts."""
    return facts(
        [
            (_("Number"), log.public_id),
            (_("Work done"), values["content"]),
            (_("Who used it"), log.user.name),
            (_("Operated by"), log.operator.name),
            (_("Way of service"), capfirst(_(word(ServiceMode(values["service_mode"]))))),
            (_("Direction"), _(word(Direction(values["direction"])))),
            (_("Kind of use"), _(word(UsagePurpose(values["purpose"])))),
            (_("Project"), values["project"]),
            (_("Number of samples"), values["samples"] or ""),
            (_("Results"), values["results"]),
            (_("Recording method"), _(word(Capture(log.capture)))),
            (_("Row of the sheet"), _describe_row(log)),
        ]
    )


def _describe_row(log: Any) -> str:
    """Return the row of the sheet that the log comes from, and the SHA-256 of the file."""
    found = getattr(log, "sheet_row", None)
    return _("{row}, file {sha256}").format(row=found.row, sha256=found.sha256) if found else ""


@register.inclusion_tag("instrument_share/ui/facts.html")
def frozen_facts(log: Any) -> dict[str, Any]:
    """Show the frozen facts about the user that an assessment reads."""
    yes, no = capfirst(pgettext("answer", "yes")), capfirst(pgettext("answer", "no"))
    return facts(
        [
            (_("Kind of user"), capfirst(_(word(UserKind(log.user_kind))))),
            (_("From outside the owning unit"), yes if log.external else no),
            (_("Related to the owning unit"), yes if log.related else no),
            (_("In the city’s region"), yes if log.in_region else no),
        ]
    )


@register.simple_tag
def was(log: Any, name: str) -> str:
    """Return the log's own value, without corrections."""
    return shown(name, getattr(log, name))


@register.simple_tag
def value_before(values: Mapping[str, Any], name: str) -> str:
    """Return the value that counts until it is corrected."""
    return shown(name, values[name])


@register.filter
def current_number(log: Any) -> int:
    """Return the number of the entry that last changed the log's values, for a form that confirms them."""
    return get_current_number(log)


@register.filter
def is_withdrawn(correction: Any) -> bool:
    """Return whether the correction was taken back."""
    return getattr(correction, "withdrawal", None) is not None


@register.filter
def is_confirmed(correction: Any) -> bool:
    """Return whether the correction is confirmed."""
    return getattr(correction, "confirmation", None) is not None
