"""Let the log grow, and make the day's checkpoint."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from instrument_share.transparency.domain import merkle, notes
from instrument_share.transparency.keys import get_origin, load_key
from instrument_share.transparency.models import Checkpoint, LogLeaf, LogSubtree
from instrument_share.transparency.registry import ChainSource, registered_chains
from instrument_share.transparency.selectors.checkpoints import get_last_checkpoint, is_checkpoint_due
from instrument_share.transparency.selectors.tree import (
    HEIGHT,
    WIDTH,
    Tree,
    count_leaves,
    fold,
    get_logged_heads,
    read_tile,
)

AT_ONCE = 5000
"""Links added in one transaction: the first checkpoint of a site that has a history adds all of it."""
SEND = "transparency.send_checkpoints"


def checkpoint_make(now: datetime) -> int:
    """Add the new links of all chains to the log and sign the day's checkpoint; how many were made.

    Run by a job; a second time on the same day changes nothing. It may be cut off: what was added stays, and
    the next run goes on from there.
    """
    if not is_checkpoint_due(get_last_checkpoint(), now):
        return 0
    log_append()
    return _sign(now)


def log_append() -> int:
    """Add to the log what chains have and it has not; return how many links."""
    added, logged = 0, get_logged_heads()
    for source in registered_chains():
        for chain, head in sorted(source.heads().items()):
            for after in range(logged.get(chain, 0), head, AT_ONCE):
                added += _append(source, chain, after, min(after + AT_ONCE, head))
    return added


@transaction.atomic
def _append(source: ChainSource, chain: str, after: int, through: int) -> int:
    list(LogLeaf.objects.order_by("-index").select_for_update().values_list("pk")[:1])
    size = count_leaves()
    digests = source.digests(chain, after, through)
    hashes = [(number, merkle.hash_leaf(one.encode())) for number, one in digests]
    LogLeaf.objects.bulk_create(
        (
            LogLeaf(index=size + at, chain=chain, number=number, hash=digest.hex())
            for at, (number, digest) in enumerate(hashes)
        ),
        batch_size=1000,
    )
    LogSubtree.objects.bulk_create(
        _complete_subtrees(size, [digest for _, digest in hashes]), batch_size=1000
    )
    return len(hashes)


def _complete_subtrees(size: int, hashes: Iterable[bytes], level: int = 0) -> Iterator[LogSubtree]:
    """Yield the subtrees of 256 that these hashes at a level complete, and those that they complete above."""
    tile = size >> HEIGHT
    open_tile = [digest for index, digest in sorted(read_tile(level, tile).items()) if index < size]
    completed = []
    for digest in hashes:
        open_tile.append(digest)
        if len(open_tile) == WIDTH:
            completed.append(fold(open_tile))
            open_tile = []
    for at, digest in enumerate(completed):
        yield LogSubtree(level=level + 1, index=tile + at, hash=digest.hex())
    if completed:
        yield from _complete_subtrees(tile, completed, level + 1)


@transaction.atomic
def _sign(now: datetime) -> int:
    list(Checkpoint.objects.order_by("-number").select_for_update().values_list("pk")[:1])
    # Read again: who waited for another process here finds the checkpoint that it has made.
    last, size = get_last_checkpoint(), count_leaves()
    if size == 0 or not is_checkpoint_due(last, now):
        return 0
    now = now.replace(microsecond=0)
    root = Tree().root(size)
    made = Checkpoint.objects.create(
        number=1 if last is None else last.number + 1,
        size=size,
        root=root.hex(),
        note=notes.sign_note(load_key(), get_origin(), size, root, now),
        made_at=now,
    )
    record(
        actor=None,
        action="checkpoint.signed",
        subject=made,
        now=now,
        details={"number": made.number, "size": size, "root": made.root},
    )
    _send(made)
    return 1


def _send(made: Checkpoint) -> None:
    if settings.CHECKPOINT_FILE or settings.TIMESTAMP_URL:
        enqueue(SEND)
    if settings.CHECKPOINT_MAIL:
        subject = f"Checkpoint {made.number}: {get_origin()}"
        EmailMessage(subject, made.note, to=[settings.CHECKPOINT_MAIL]).send()
