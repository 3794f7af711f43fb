"""Every version of the terms of several instruments at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from providers.terms.domain.terms import Terms
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import TERMS_PARTS, terms_of


def terms_versions(instrument_ids: Iterable[int]) -> Mapping[int, list[Terms]]:
    """All versions by instrument, newest first; as many statements for one instrument as for fifty."""
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
    """Of versions, newest first, the one in force at an instant."""
    return next((one for one in versions if one.applies_from <= at), None)
