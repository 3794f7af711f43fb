"""Receipts of links of the log."""

from typing import Any

from instrument_share.transparency.domain.errors import LogDamaged
from instrument_share.transparency.domain.notes import parse_note
from instrument_share.transparency.domain.receipts import build_receipt, is_proven
from instrument_share.transparency.keys import get_known_keys
from instrument_share.transparency.selectors.checkpoints import prove_leaf
from instrument_share.transparency.selectors.tree import get_leaf_places


def get_receipt(chain: str, number: int, line: bytes) -> dict[str, Any] | None:
    """Return the receipt of a link, given in canonical form; None while no checkpoint covers it.

    Raises LogDamaged where the log does not agree with the link or with its own checkpoint.
    """
    index = get_leaf_places(chain, [number]).get(number)
    inclusion = None if index is None else prove_leaf(index)
    if inclusion is None:
        return None
    note = parse_note(inclusion.checkpoint.note)
    key = next((one for one in get_known_keys() if note.is_signed_by(one)), None)
    if key is None or not is_proven(line, inclusion.index, inclusion.proof, note):
        raise LogDamaged
    return build_receipt(
        line=line, index=inclusion.index, proof=inclusion.proof, checkpoint=inclusion.checkpoint.note, key=key
    )
