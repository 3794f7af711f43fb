"""Maintain listed prices, a projection of rules for the catalogue."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db import transaction

from providers.instruments.selectors.instruments import instrument_locks
from providers.terms.domain.choices import ServiceMode, UserKind
from providers.terms.domain.listed_prices import listed_price_rows, versions_in_force
from providers.terms.models import ListedPrice, OpenServiceRule
from providers.terms.selectors.rules import prices_of, standing_rules

BATCH = 500


@transaction.atomic
def prices_list(instrument_ids: Collection[int]) -> None:
    """Rewrite the rows of these instruments, in the transaction that publishes a rule.

    Five queries for each 500 instruments.
    """
    ids = sorted(set(instrument_ids))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        instrument_locks(some)
        ListedPrice.objects.filter(instrument_id__in=some).delete()
        ListedPrice.objects.bulk_create(_rows(some), batch_size=BATCH)


def _rows(instrument_ids: Collection[int]) -> Iterator[ListedPrice]:
    versions: dict[int, list[OpenServiceRule]] = defaultdict(list)
    rules = standing_rules().filter(instrument_id__in=instrument_ids).order_by("instrument_id", "id")
    for rule in rules.prefetch_related("price_lines"):
        versions[rule.instrument_id].append(rule)
    for instrument_id, of in versions.items():
        for rule, until in versions_in_force(of):
            kinds, modes = map(UserKind, rule.user_kinds), map(ServiceMode, rule.service_modes)
            for row in listed_price_rows(prices_of(rule), kinds, modes):
                yield ListedPrice(
                    instrument_id=instrument_id,
                    rule_id=rule.pk,
                    user_kind=row.user_kind,
                    service_mode=row.service_mode,
                    since=rule.applies_from,
                    until=until,
                    hour_yuan=row.hour_yuan,
                    from_yuan=row.from_yuan,
                    from_unit=row.from_unit,
                )
