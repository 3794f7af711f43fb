"""Receipts: an entry's line, its place in the log, and the proof that a signed checkpoint covers it.

The format is described in `docs/receipts.md`; `examples/verify_receipt.py` verifies one without this code.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from instrument_share.transparency.domain import merkle
from instrument_share.transparency.domain.notes import Key, Note, parse_note

FORMAT = "instrument-share-receipt/1"
FIELDS = {"format", "about", "line", "leaf", "index", "proof", "checkpoint", "key", "key_sha256"}
LONGEST_PROOF = 64
ABOUT = {
    "zh": "本回执证明：“line”所载内容（一条上机记录，或其更正、确认）在“checkpoint”所载时刻之前"
    "已按此记入平台的公开日志。任何人凭本回执和公开的检查点即可核验，无须向平台查询。"
    "本回执不证明机时属实，只证明当时如此记录。核验办法见 /verify/receipt/ 和 docs/receipts.md。",
    "en": "This receipt shows that the text under “line” (a usage log, or its correction or confirmation) "
    "was in the platform's public log, as it reads here, before the time in “checkpoint”. Anybody can verify "
    "that with this file and the public checkpoint alone, without asking the platform. It does not show that "
    "the hours are true, only that they were recorded so. How to verify it: /verify/receipt/ and "
    "docs/receipts.md.",
}
"""The words in every receipt of this format; they are compared, so that nobody can add any."""


@dataclass(frozen=True)
class Receipt:
    """A receipt as it was read; `line` is the entry in canonical form, `facts` what it says."""

    line: str
    facts: dict[str, Any]
    index: int
    proof: tuple[bytes, ...]
    note: Note
    key: Key

    @property
    def leaf(self) -> bytes:
        """Return the hash of the entry's leaf."""
        return hash_line(self.line.encode())

    @property
    def is_proven(self) -> bool:
        """Return whether the proof leads from the line to the checkpoint, and the key signed this one."""
        is_covered = is_proven(self.line.encode(), self.index, self.proof, self.note)
        return is_covered and self.note.is_signed_by(self.key)


def hash_line(line: bytes) -> bytes:
    """Return the hash of a link's leaf, whose content is the SHA-256 of the line, in hexadecimal."""
    return merkle.hash_leaf(hashlib.sha256(line).hexdigest().encode())


def is_proven(line: bytes, index: int, proof: Sequence[bytes], note: Note) -> bool:
    """Return whether a proof leads from a link to the root of a checkpoint."""
    return merkle.compute_root(hash_line(line), index, note.size, proof) == note.root


def build_receipt(
    *, line: bytes, index: int, proof: Sequence[bytes], checkpoint: str, key: Key
) -> dict[str, Any]:
    """Return a receipt as an object to write as JSON."""
    return {
        "format": FORMAT,
        "about": ABOUT,
        "line": line.decode(),
        "leaf": hash_line(line).hex(),
        "index": index,
        "proof": [one.hex() for one in proof],
        "checkpoint": checkpoint,
        "key": str(key),
        "key_sha256": key.fingerprint,
    }


def parse_receipt(content: bytes) -> Receipt:
    """Read a receipt without verifying it. Raises ValueError for anything else."""
    try:
        made = json.loads(content)
        if not isinstance(made, dict) or made.get("format") != FORMAT or set(made) != FIELDS:
            raise ValueError("This is no receipt.")
        proof = tuple(bytes.fromhex(one) for one in made["proof"])
        key, facts = Key.parse(made["key"]), json.loads(made["line"])
        receipt = Receipt(made["line"], facts, made["index"], proof, parse_note(made["checkpoint"]), key)
    except (TypeError, AttributeError, RecursionError, UnicodeError) as error:
        raise ValueError("This is no receipt.") from error
    if not isinstance(facts, dict) or type(receipt.index) is not int or len(proof) > LONGEST_PROOF:
        raise ValueError("This is no receipt.")
    spelled = build_receipt(
        line=receipt.line.encode(), index=receipt.index, proof=proof, checkpoint=made["checkpoint"], key=key
    )
    if made != spelled:
        raise ValueError("This receipt contradicts itself.")
    return receipt
