"""Read every version of the terms of several instruments at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from django.db.models import CharField, Exists, IntegerField, OuterRef, QuerySet, Value

from instrument_share.kernel.interval import Interval
from providers.instruments.models import InstrumentLink
from providers.instruments.selectors.relations import links_of
from providers.terms.domain.listed_prices import versions_in_force
from providers.terms.domain.terms import Terms
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import standing_rules, terms_of_keys, terms_of_rules


def terms_versions(instrument_ids: Iterable[int]) -> Mapping[int, list[Terms]]:
    """Return all standing versions by instrument id, newest first; the number of queries is constant."""
    return _terms_by_instrument(standing_rules().filter(instrument_id__in=list(instrument_ids)))


def terms_during(instrument_ids: Iterable[int], interval: Interval) -> Mapping[int, list[Terms]]:
    """Return the versions that may apply within the interval by instrument id, newest first.

    Those that a newer one replaced before the interval are left out. The number of queries is constant.
    """
    return _terms_by_instrument(rules_during(instrument_ids, interval))


def terms_and_links(
    instrument_ids: Collection[int], interval: Interval
) -> tuple[Mapping[int, list[Terms]], Mapping[int, Sequence[int]]]:
    """Return `terms_during` and `links_of` of the instruments; one statement where none has a link."""
    rules = rules_during(instrument_ids, interval).annotate(part=Value("rule", CharField()))
    links = InstrumentLink.objects.filter(instrument_id__in=list(instrument_ids)).annotate(
        part=Value("link", CharField()), public_id=Value("", CharField()), version=Value(0, IntegerField())
    )
    columns = ("part", "instrument_id", "version", "pk", "public_id")
    rows = list(rules.values_list(*columns).union(links.values_list(*columns), all=True))
    found: dict[int, list[Terms]] = defaultdict(list)
    of_rules = sorted((row[1:] for row in rows if row[0] == "rule"), key=lambda row: (row[0], -row[1]))
    for instrument_id, terms in terms_of_keys([(one, pk, public) for one, _, pk, public in of_rules]):
        found[instrument_id].append(terms)
    has_links = len(of_rules) < len(rows)
    return found, links_of(instrument_ids) if has_links else {pk: [] for pk in instrument_ids}


def rules_during(instrument_ids: Iterable[int], interval: Interval) -> QuerySet[OpenServiceRule]:
    """Return the versions that may apply within the interval, as rows."""
    replaced = standing_rules().filter(
        instrument_id=OuterRef("instrument_id"),
        version__gt=OuterRef("version"),
        applies_from__lte=interval.start,
    )
    return standing_rules().filter(
        ~Exists(replaced), instrument_id__in=list(instrument_ids), applies_from__lt=interval.end
    )


def terms_by_rule(rule_ids: Iterable[int]) -> Mapping[int, Terms]:
    """Return the terms of versions, withdrawn ones too, by id; the number of queries is constant."""
    rules = OpenServiceRule.objects.filter(pk__in=list(rule_ids))
    return {terms.rule_id: terms for _instrument_id, terms in terms_of_rules(rules)}


def version_in_force(versions: Sequence[Terms], at: datetime) -> Terms | None:
    """Return the version in force at an instant; `versions` are newest first."""
    return next((one for one in versions if one.applies_from <= at), None)


def coming_versions(versions: Sequence[Terms], now: datetime) -> list[tuple[Terms | None, Terms]]:
    """Return the versions that will apply after now, by start, each with the one that it replaces.

    `versions` are all standing ones, newest first.
    """
    applying = [one for one, _until in versions_in_force(versions)][::-1]
    return [
        (before, after)
        for before, after in pairwise([None, *applying])
        if after is not None and after.applies_from > now
    ]


def find_replaced(versions: Sequence[Terms], applies_from: datetime, now: datetime) -> list[Terms]:
    """Return the coming versions that would never apply beside a new one from `applies_from`, by start.

    `versions` are all standing ones, newest first.
    """
    return [after for _before, after in coming_versions(versions, now) if after.applies_from >= applies_from]


def _terms_by_instrument(rules: QuerySet[OpenServiceRule]) -> Mapping[int, list[Terms]]:
    found: dict[int, list[Terms]] = defaultdict(list)
    for instrument_id, terms in terms_of_rules(rules.order_by("instrument_id", "-version")):
        found[instrument_id].append(terms)
    return found
