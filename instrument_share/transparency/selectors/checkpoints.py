"""Checkpoints and the proofs that lead to them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from instrument_share.transparency.domain import merkle
from instrument_share.transparency.domain.errors import LogDamaged, SizeUnknown
from instrument_share.transparency.domain.receipts import Receipt
from instrument_share.transparency.keys import get_known_keys
from instrument_share.transparency.models import Checkpoint, CheckpointTimestamp
from instrument_share.transparency.selectors.tree import Tree, get_leaf_hash


@dataclass(frozen=True)
class Inclusion:
    """A leaf's place, the proof that the checkpoint covers it, and this checkpoint."""

    index: int
    proof: list[bytes]
    checkpoint: Checkpoint


@dataclass(frozen=True)
class ReceiptCheck:
    """What a receipt proves here.

    `is_ours`: its key is one of this site. `is_proven`: its proof leads to its checkpoint, and this key
    signed that. `is_held`: the log has this leaf in this place today. `is_continued`: the log of today
    continues that of the checkpoint.
    """

    is_ours: bool
    is_proven: bool
    is_held: bool
    is_continued: bool

    @property
    def is_genuine(self) -> bool:
        """Return whether the receipt was given here and reads as it did."""
        return self.is_ours and self.is_proven

    @property
    def is_standing(self) -> bool:
        """Return whether the log of today agrees with the receipt."""
        return self.is_held and self.is_continued


def checkpoints() -> QuerySet[Checkpoint]:
    """Return all checkpoints, the newest first."""
    return Checkpoint.objects.order_by("-number")


def get_checkpoint(number: int) -> Checkpoint:
    """Return a checkpoint by its number. Raises NotFound."""
    return require_found(Checkpoint.objects.filter(number=number).first())


def get_timestamp(number: int) -> bytes:
    """Return the token by which another authority says when it saw a checkpoint. Raises NotFound."""
    found = CheckpointTimestamp.objects.filter(checkpoint__number=number).first()
    return bytes(require_found(found).token)


def get_last_checkpoint() -> Checkpoint | None:
    """Return the newest checkpoint; None before the first."""
    return checkpoints().first()


def is_checkpoint_due(last: Checkpoint | None, now: datetime) -> bool:
    """Return whether the city's day has none yet."""
    return last is None or last.made_at.astimezone(CITY_TIME).date() < now.astimezone(CITY_TIME).date()


def get_next_checkpoint_at(now: datetime) -> datetime:
    """Return from when on the next checkpoint is made."""
    if is_checkpoint_due(get_last_checkpoint(), now):
        return now
    tomorrow = now.astimezone(CITY_TIME).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), CITY_TIME)


def prove_leaf(index: int) -> Inclusion | None:
    """Return the proof that the newest checkpoint covers a leaf; None while none does."""
    last = get_last_checkpoint()
    if last is None or index >= last.size:
        return None
    return Inclusion(index, merkle.prove_inclusion(index, last.size, Tree().node), last)


def prove_growth(old: int, new: int) -> list[bytes]:
    """Return the proof that the checkpoint of size `new` continues that of `old`. Raises SizeUnknown."""
    roots = {one.size: bytes.fromhex(one.root) for one in Checkpoint.objects.filter(size__in=(old, new))}
    if old > new or not {old, new} <= roots.keys():
        raise SizeUnknown
    proof = merkle.prove_consistency(old, new, Tree().node)
    if not merkle.is_consistent(old, roots[old], new, roots[new], proof):
        raise LogDamaged
    return proof


def check_receipt(receipt: Receipt) -> ReceiptCheck:
    """Return what a receipt proves, and whether the log still agrees with one that is genuine."""
    is_ours, is_proven = receipt.key in get_known_keys(), receipt.is_proven
    if not (is_ours and is_proven):
        return ReceiptCheck(is_ours, is_proven, is_held=False, is_continued=False)
    return ReceiptCheck(
        is_ours,
        is_proven,
        is_held=get_leaf_hash(receipt.index) == receipt.leaf.hex(),
        is_continued=_is_continued(receipt),
    )


def _is_continued(receipt: Receipt) -> bool:
    try:
        return Tree().root(receipt.note.size) == receipt.note.root
    except LogDamaged:
        return False
