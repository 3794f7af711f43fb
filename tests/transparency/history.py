"""A small history of uses with its checkpoints."""

from datetime import timedelta

from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.journal.services import audit_seal
from instrument_share.transparency.domain.merkle import EMPTY, hash_node
from instrument_share.transparency.services.growing import checkpoint_make
from tests.bookings.requests.booking import use
from tests.factories import slot

LATER = timedelta(days=30)


def grow(city, day):
    """A use on this day, confirmed and corrected, and the checkpoint of a later day; the use's log."""
    log = use(city, slot(day=day))
    usage_confirm(actor=city.researcher, log_id=log.pk, now=log.ends_at)
    changes = {"content": f"第 {day} 次断口观察"}
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes=changes, reason="笔误", now=log.ends_at
    )
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    now = log.ends_at + LATER
    audit_seal(now)
    checkpoint_make(now)
    return log


def settle(now):
    """Seal what is not sealed and make the next checkpoint, so that everything before is covered."""
    audit_seal(now)
    checkpoint_make(now)


class Frontier:
    """The root computed in another way: leaf by leaf, over the complete subtrees from the largest down."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        size = self.size
        while size & 1:
            leaf = hash_node(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = hash_node(peak, root)
        return root
