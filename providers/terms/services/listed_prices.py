"""The prices by which the catalogue filters and sorts: a projection of each version of a rule."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db import transaction

from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instrument_locks
from providers.terms.domain.choices import ServiceMode, UserKind
from providers.terms.domain.listed_prices import Version, listed_price_rows, versions_in_force
from providers.terms.models import ListedPrice, OpenServiceRule
from providers.terms.selectors.rules import prices_of

BATCH = 500


@transaction.atomic
def prices_list(instrument_ids: Collection[int]) -> None:
    """Write the rows of these instruments anew, in the transaction that published a rule. Five statements for
    each five hundred instruments.
    """
    ids = sorted(set(instrument_ids))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        instrument_locks(some)
        ListedPrice.objects.filter(instrument_id__in=some).delete()
        ListedPrice.objects.bulk_create(_rows(some), batch_size=BATCH)


@transaction.atomic
def prices_list_all() -> int:
    """The same for every instrument that has a rule; their number."""
    ids = list(Instrument.objects.filter(rules__isnull=False).distinct().values_list("pk", flat=True))
    prices_list(ids)
    return len(ids)


def _rows(instrument_ids: Collection[int]) -> Iterator[ListedPrice]:
    versions: dict[int, list[OpenServiceRule]] = defaultdict(list)
    rules = OpenServiceRule.objects.filter(instrument_id__in=instrument_ids).order_by("instrument_id", "id")
    for rule in rules.prefetch_related("price_lines"):
        versions[rule.instrument_id].append(rule)
    for instrument_id, of in versions.items():
        by_id = {rule.pk: rule for rule in of}
        for one, until in versions_in_force(Version(rule.pk, rule.version, rule.applies_from) for rule in of):
            rule = by_id[one.rule_id]
            kinds, modes = map(UserKind, rule.user_kinds), map(ServiceMode, rule.service_modes)
            for row in listed_price_rows(prices_of(rule), kinds, modes):
                yield ListedPrice(
                    instrument_id=instrument_id,
                    rule_id=rule.pk,
                    user_kind=row.user_kind,
                    service_mode=row.service_mode,
                    since=one.applies_from,
                    until=until,
                    hour_yuan=row.hour_yuan,
                    from_yuan=row.from_yuan,
                    from_unit=row.from_unit,
                )
