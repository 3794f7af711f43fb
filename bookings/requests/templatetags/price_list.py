"""Template tags for an instrument's public prices and their history."""

from typing import Any

import rules
from django import template

from bookings.requests.templatetags.rules_ui import describe_price_conditions
from providers import public as providers
from providers.domain import PriceChange, Terms, price_changes, price_table

register = template.Library()

MAX_VERSIONS = 10


@register.inclusion_tag("bookings/requests/parts/price_list.html")
def price_list(terms: Terms | None) -> dict[str, Any]:
    """Show every price, with a column for each kind of user."""
    if terms is None:
        return {}
    table = price_table(terms)
    return {
        "table": table,
        "rows": [(row, describe_price_conditions(row)) for row in table.rows],
        "terms": terms,
    }


@register.inclusion_tag("bookings/requests/parts/price_history.html", takes_context=True)
def price_history(context: dict[str, Any], instrument: Any) -> dict[str, Any]:
    """Show what each version of the rule changed in the prices. One statement.

    Only those who may set the rule see who published it.
    """
    viewer = context["request"].user
    versions = list(providers.rules_of(viewer, instrument.pk)[: MAX_VERSIONS + 1])
    terms = providers.terms_of_rows(versions)
    names = rules.has_perm("providers.set_rule", viewer, instrument)
    history = [
        {
            "terms": after,
            "published_at": rule.created_at,
            "author": rule.created_by.name if names and rule.created_by else "",
            "is_first": before is None,
            "changes": [change for change in _changes(before, after) if change.before != change.after],
        }
        for rule, after, before in zip(versions, terms, [*terms[1:], None], strict=True)
    ]
    return {"history": history[:MAX_VERSIONS]}


def _changes(before: Terms | None, after: Terms) -> list[PriceChange]:
    return [] if before is None else price_changes(before.prices, after.prices)
