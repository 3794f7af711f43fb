"""The public price list of an instrument, and what its versions changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rules
from django import template

from bookings.requests.templatetags.rules_ui import price_conditions
from providers import public as providers
from providers.domain import PriceChange, Terms, price_changes, price_table

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


@register.inclusion_tag("bookings/requests/parts/price_list.html")
def price_list(terms: Terms | None) -> dict[str, Any]:
    """`{% price_list terms %}`: every price, a column for each kind of user."""
    if terms is None:
        return {}
    table = price_table(terms)
    return {"table": table, "rows": [(row, price_conditions(row)) for row in table.rows], "terms": terms}


@register.inclusion_tag("bookings/requests/parts/price_history.html", takes_context=True)
def price_history(context: dict[str, Any], instrument: Any) -> dict[str, Any]:
    """`{% price_history instrument %}`: what each version changed in the prices. Seven statements.

    Who published it is named to those who set the rule.
    """
    viewer = context["request"].user
    versions = list(providers.rules_of(viewer, instrument.pk)[: MOST_VERSIONS + 1])
    terms = [providers.terms_of(rule) for rule in versions]
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
    ]
    return {"history": history[:MOST_VERSIONS]}


def _changes(before: Terms | None, after: Terms) -> list[PriceChange]:
    return [] if before is None else price_changes(before.prices, after.prices)
