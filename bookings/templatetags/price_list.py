"""The public price list of an instrument, with what its versions changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rules
from django import template

from bookings.templatetags.rules_ui import price_conditions
from instrument_share.web import clock
from providers import selectors as providers
from providers.domain.price_changes import PriceChange, price_changes
from providers.domain.price_table import price_table
from providers.domain.terms import Terms

register = template.Library()

MOST_VERSIONS = 10


@dataclass(frozen=True)
class PriceVersion:
    """A version of the rule as far as prices go: when it applies, when and by whom it was published."""

    terms: Terms
    published_at: datetime
    author: str
    """Empty for who does not work for the unit."""
    is_first: bool
    changes: tuple[PriceChange, ...]


@register.inclusion_tag("bookings/parts/price_list.html", takes_context=True)
def price_list(context: dict[str, Any], instrument: Any) -> dict[str, Any]:
    """`{% price_list instrument %}`: the table in force, and its history. Seven statements."""
    viewer, now = context["request"].user, clock.now()
    versions = list(providers.rules_of(viewer, instrument.pk)[: MOST_VERSIONS + 1])
    terms = [providers.terms_of(rule) for rule in versions]
    in_force = next((one for one in terms if one.applies_from <= now), None)
    names = rules.has_perm("providers.set_rule", viewer, instrument)
    history = [
        PriceVersion(
            one,
            rule.created_at,
            rule.created_by.name if names and rule.created_by else "",
            before is None,
            tuple(change for change in _changes(before, one) if change.before != change.after),
        )
        for rule, one, before in zip(versions, terms, [*terms[1:], None], strict=True)
    ][:MOST_VERSIONS]
    table = price_table(in_force) if in_force is not None else None
    return {
        "table": table,
        "rows": [(row, price_conditions(row)) for row in table.rows] if table else [],
        "terms": in_force,
        "history": history,
        "instrument": instrument,
    }


def _changes(before: Terms | None, after: Terms) -> list[PriceChange]:
    return [] if before is None else price_changes(before.prices, after.prices)
