"""Read every version of the terms of several instruments at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from instrument_share.kernel.interval import Interval
from providers.terms.domain.terms import Terms
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import TERMS_PARTS, terms_of


def terms_versions(instrument_ids: Iterable[int]) -> Mapping[int, list[Terms]]:
    """Return all versions by instrument id, newest first; the number of queries is constant."""
    return _terms_by_instrument(OpenServiceRule.objects.filter(instrument_id__in=list(instrument_ids)))


def terms_during(instrument_ids: Iterable[int], interval: Interval) -> Mapping[int, list[Terms]]:
    """Return the versions that may apply within the interval by instrument id, newest first.

    Those that a newer one replaced before the interval are left out. The number of queries is constant.
    """
    replaced = OpenServiceRule.objects.filter(
        instrument_id=OuterRef("instrument_id"),
        version__gt=OuterRef("version"),
        applies_from__lte=interval.start,
    )
    return _terms_by_instrument(
        OpenServiceRule.objects.filter(
            ~Exists(replaced), instrument_id__in=list(instrument_ids), applies_from__lt=interval.end
        )
    )


def version_in_force(versions: Sequence[Terms], at: datetime) -> Terms | None:
    """Return the version in force at an instant; `versions` are newest first."""
    return next((one for one in versions if one.applies_from <= at), None)


def _terms_by_instrument(rules: QuerySet[OpenServiceRule]) -> Mapping[int, list[Terms]]:
    found: dict[int, list[Terms]] = defaultdict(list)
    with_parts = rules.select_related("calendar").prefetch_related(*TERMS_PARTS)
    for rule in with_parts.order_by("instrument_id", "-version"):
        found[rule.instrument_id].append(terms_of(rule))
    return found
