"""The chains of usage entries and the log that anchors them."""

from collections.abc import Iterator, Mapping

from django.db.models import Count, Max

from bookings.usage.models import UsageEntry
from bookings.usage.selectors.usage import entries_with_rows, find_broken_links
from instrument_share.transparency.registry import SEALS, ChainSource, Check
from instrument_share.transparency.selectors.checks import compare_with_leaves
from instrument_share.transparency.selectors.tree import get_leaf_hashes, get_logged_heads

ENTRIES_AT_ONCE = 20_000


def _heads() -> Mapping[str, int]:
    heads = UsageEntry.objects.values("instrument__public_id").annotate(head=Max("number"))
    return dict(heads.values_list("instrument__public_id", "head"))


def _digests(chain: str, after: int, through: int) -> Iterator[tuple[int, str]]:
    entries = UsageEntry.objects.filter(
        instrument__public_id=chain, number__gt=after, number__lte=through
    ).order_by("number")
    yield from entries.values_list("number", "hash").iterator()


USAGE_CHAINS = ChainSource(heads=_heads, digests=_digests)


def check_usage(position: int | None) -> tuple[int | None, list[str]]:
    """Check the chains of some instruments, link by link and against the log; `position` is the last's id."""
    chains = (
        UsageEntry.objects.filter(instrument_id__gt=position or 0)
        .values_list("instrument_id", "instrument__public_id")
        .annotate(entries=Count("pk"))
        .order_by("instrument_id")
    )
    found: list[str] = []
    entries = 0
    for instrument_id, chain, count in chains:
        found += _check_chain(instrument_id, chain)
        entries += count
        if entries >= ENTRIES_AT_ONCE:
            return instrument_id, found
    return None, found + _find_vanished_chains()


def _check_chain(instrument_id: int, chain: str) -> list[str]:
    leaves = get_leaf_hashes(chain)  # first: the chain may grow meanwhile
    entries = entries_with_rows().filter(instrument_id=instrument_id)
    found = [
        f"{chain} entry {entry.number} ({entry.kind}, "
        f"recorded {entry.recorded_at:%Y-%m-%dT%H:%M:%SZ}): {what}"
        for entry, what in find_broken_links(entries)
    ]
    return found + compare_with_leaves(chain, leaves, dict(entries.values_list("number", "hash")))


def _find_vanished_chains() -> list[str]:
    logged, heads = get_logged_heads(), _heads()
    return [
        f"the whole chain of {chain} is in the log and no longer here"
        for chain in sorted(logged.keys() - heads.keys() - {SEALS})
    ]


USAGE_CHECK = Check("usage", check_usage)
