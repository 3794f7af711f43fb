"""The journal's seals as a chain of the log."""

import hashlib
from collections.abc import Iterator

from instrument_share.journal import seals
from instrument_share.journal import selectors as journal
from instrument_share.transparency.registry import SEALS, ChainSource


def _digests(_chain: str, after: int, through: int) -> Iterator[tuple[int, str]]:
    for seal in journal.seals_after(after).filter(number__lte=through).iterator():
        yield seal.number, hashlib.sha256(seals.seal_line(seal)).hexdigest()


SEAL_CHAIN = ChainSource(heads=lambda: {SEALS: journal.last_seal_number()}, digests=_digests)
