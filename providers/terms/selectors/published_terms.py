"""Hold published terms against their fingerprint in the journal, since prices become billed yuan."""

import hashlib
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from instrument_share.journal.selectors import entries
from instrument_share.kernel.canonical import canonical_json
from providers.terms.domain.terms import MINUTE, Terms
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import TERMS_PARTS, read_terms


def fingerprint_rule(rule_id: int) -> str:
    """Return the SHA-256 of a version's terms and of its prices, as they stand in the database."""
    return _fingerprint(OpenServiceRule.objects.prefetch_related(*TERMS_PARTS).get(pk=rule_id))


def find_changed_rules() -> Iterator[str]:
    """Yield versions whose rows are not those that were published; older entries have no fingerprint."""
    told = entries().filter(action="rule.published", subject_type=OpenServiceRule._meta.label)
    published = dict(told.values_list("subject_id", "details__terms_sha256"))
    rules = OpenServiceRule.objects.prefetch_related(*TERMS_PARTS).order_by("pk")
    for rule in rules.iterator(chunk_size=500):
        if (known := published.get(rule.public_id)) and known != _fingerprint(rule):
            yield f"{rule.public_id} is not as it was published"


def spell_terms(terms: Terms) -> bytes:
    """Return terms as the bytes that are hashed.

    What is at its default is left out, so that a term added later changes no earlier fingerprint. A default
    that changes would.
    """
    return canonical_json(terms, spell=_spell)


def _fingerprint(rule: OpenServiceRule) -> str:
    of_instrument = b"%d " % rule.instrument_id
    return hashlib.sha256(of_instrument + spell_terms(read_terms(rule))).hexdigest()


def _spell(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case timedelta():
            return value // MINUTE
        case date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
    return {
        one.name: part
        for one in fields(value)
        if (part := getattr(value, one.name))
        != (one.default if one.default_factory is MISSING else one.default_factory())
    }
