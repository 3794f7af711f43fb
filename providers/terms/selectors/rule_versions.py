"""Read every version of the terms of several instruments at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from django.db.models import Exists, OuterRef, QuerySet

from instrument_share.kernel.interval import Interval
from providers.terms.domain.listed_prices import versions_in_force
from providers.terms.domain.terms import Terms
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import TERMS_PARTS, standing_rules, terms_of


def terms_versions(instrument_ids: Iterable[int]) -> Mapping[int, list[Terms]]:
    """Return all standing versions by instrument id, newest first; the number of queries is constant."""
    return _terms_by_instrument(standing_rules().filter(instrument_id__in=list(instrument_ids)))


def terms_during(instrument_ids: Iterable[int], interval: Interval) -> Mapping[int, list[Terms]]:
    """Return the versions that may apply within the interval by instrument id, newest first.

    Those that a newer one replaced before the interval are left out. The number of queries is constant.
    """
    replaced = standing_rules().filter(
        instrument_id=OuterRef("instrument_id"),
        version__gt=OuterRef("version"),
        applies_from__lte=interval.start,
    )
    return _terms_by_instrument(
        standing_rules().filter(
            ~Exists(replaced), instrument_id__in=list(instrument_ids), applies_from__lt=interval.end
        )
    )


def terms_by_rule(rule_ids: Iterable[int]) -> Mapping[int, Terms]:
    """Return the terms of versions, withdrawn ones too, by id; the number of queries is constant."""
    rules = OpenServiceRule.objects.filter(pk__in=list(rule_ids)).select_related("calendar")
    return {rule.pk: terms_of(rule) for rule in rules.prefetch_related(*TERMS_PARTS)}


def version_in_force(versions: Sequence[Terms], at: datetime) -> Terms | None:
    """Return the version in force at an instant; `versions` are newest first."""
    return next((one for one in versions if one.applies_from <= at), None)


def coming_versions(instrument_id: int, now: datetime) -> list[tuple[Terms | None, Terms]]:
    """Return the versions that will apply after now, by start, each with the one that it replaces."""
    if not standing_rules().filter(instrument_id=instrument_id, applies_from__gt=now).exists():
        return []
    versions = terms_versions([instrument_id]).get(instrument_id, [])
    applying = [one for one, _until in versions_in_force(versions)][::-1]
    return [
        (before, after)
        for before, after in pairwise([None, *applying])
        if after is not None and after.applies_from > now
    ]


def _terms_by_instrument(rules: QuerySet[OpenServiceRule]) -> Mapping[int, list[Terms]]:
    found: dict[int, list[Terms]] = defaultdict(list)
    with_parts = rules.select_related("calendar").prefetch_related(*TERMS_PARTS)
    for rule in with_parts.order_by("instrument_id", "-version"):
        found[rule.instrument_id].append(terms_of(rule))
    return found
