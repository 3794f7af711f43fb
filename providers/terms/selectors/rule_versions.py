"""Read every version of the terms of several instruments at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from providers.terms.domain.terms import Terms
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import TERMS_PARTS, terms_of


def terms_versions(instrument_ids: Iterable[int]) -> Mapping[int, list[Terms]]:
    """Return all versions by instrument id, newest first; the number of queries is constant."""
    rules = (
        OpenServiceRule.objects.filter(instrument_id__in=list(instrument_ids))
        .select_related("calendar")
        .prefetch_related(*TERMS_PARTS)
        .order_by("instrument_id", "-version")
    )
    found: dict[int, list[Terms]] = defaultdict(list)
    for rule in rules:
        found[rule.instrument_id].append(terms_of(rule))
    return found


def version_in_force(versions: Sequence[Terms], at: datetime) -> Terms | None:
    """Return the version in force at an instant; `versions` are newest first."""
    return next((one for one in versions if one.applies_from <= at), None)
