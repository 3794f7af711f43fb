"""Compare the log with itself, with its checkpoints and with what was sent away."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, Min, Q

from instrument_share.journal import seals
from instrument_share.journal import selectors as journal
from instrument_share.transparency.domain import merkle
from instrument_share.transparency.domain.errors import LogDamaged
from instrument_share.transparency.domain.notes import Key, parse_note
from instrument_share.transparency.domain.timestamps import is_timestamp_of
from instrument_share.transparency.keys import get_known_keys
from instrument_share.transparency.models import Checkpoint, CheckState, LogLeaf, LogSubtree
from instrument_share.transparency.registry import SEALS, Check
from instrument_share.transparency.selectors.second_place import read_second_place
from instrument_share.transparency.selectors.tree import (
    HEIGHT,
    WIDTH,
    Tree,
    count_leaves,
    fold,
    get_leaf_hashes,
    read_tile,
)

TILES_AT_ONCE = 400
SEALS_AT_ONCE = 100
WEEK = 7


def compare_with_leaves(chain: str, leaves: dict[int, str], digests: dict[int, str]) -> list[str]:
    """Return what differs between a chain's leaves, which were read first, and its links, both by number.

    Links after the last leaf are those that the next checkpoint adds.
    """
    found = [
        f"{chain} {number} is not what the log holds of it"
        for number, digest in sorted(leaves.items())
        if number in digests and merkle.hash_leaf(digests[number].encode()).hex() != digest
    ]
    missing = sorted(leaves.keys() - digests.keys())
    if missing:
        found.append(f"{chain} {_span(missing)} is in the log and no longer in the chain")
    unlogged = sorted(number for number in digests.keys() - leaves.keys() if leaves and number < max(leaves))
    if unlogged:
        found.append(f"{chain} {_span(unlogged)} was taken out of the log")
    return found


def _span(numbers: list[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def check_seals(position: int | None) -> tuple[int | None, list[str]]:
    """Compare a run of seals with their entries and with their leaves."""
    after = position or 0
    leaves = get_leaf_hashes(SEALS, after)
    run = list(journal.seals_after(after)[:SEALS_AT_ONCE])
    found = [
        f"the seal {seal.number} over entries {seal.first_entry_id}–{seal.last_entry_id} does not fit: "
        f"{reason}"
        for seal, reason in journal.find_broken_seals(after, SEALS_AT_ONCE)
    ]
    digests = {seal.number: hashlib.sha256(seals.seal_line(seal)).hexdigest() for seal in run}
    if len(run) < SEALS_AT_ONCE:
        return None, found + compare_with_leaves(SEALS, leaves, digests)
    reached = run[-1].number
    covered = {number: digest for number, digest in leaves.items() if number <= reached}
    return reached, found + compare_with_leaves(SEALS, covered, digests)


def check_tree(position: int | None) -> tuple[int | None, list[str]]:
    """Compare a run of leaves with the subtrees over them; at the end also everything above them."""
    first = position or 0
    size = count_leaves()
    last = min(first + TILES_AT_ONCE, -(-size // WIDTH))
    found = [problem for tile in range(first, last) for problem in _check_tile(0, tile, size)]
    if last * WIDTH < size:
        return last, found
    return None, [*found, *_check_above(size), *_check_numbers(), *_check_checkpoints()]


def _check_tile(level: int, tile: int, size: int) -> Iterator[str]:
    what = "leaf" if level == 0 else f"subtree of level {level}"
    hashes = read_tile(level, tile)
    expected = range(tile * WIDTH, min((tile + 1) * WIDTH, size))
    missing = [index for index in expected if index not in hashes]
    if missing:
        yield f"the log lacks its {what} {_span(missing)}"
    elif len(expected) == WIDTH:
        kept = LogSubtree.objects.filter(level=level + 1, index=tile).values_list("hash", flat=True).first()
        if kept is not None and kept != fold([hashes[index] for index in expected]).hex():
            yield f"a {what} of {expected[0]}–{expected[-1]} is not that over which its subtree was made"


def _check_above(size: int) -> Iterator[str]:
    level, width = 1, size >> HEIGHT
    while width:
        for tile in range(-(-width // WIDTH)):
            yield from _check_tile(level, tile, width)
        level, width = level + 1, width >> HEIGHT
    # Read before the leaves are counted again: the log may grow meanwhile.
    ends = list(LogSubtree.objects.values("level").annotate(first=Min("index"), last=Max("index")))
    size = count_leaves()
    for row in ends:
        if row["first"] < 0 or row["level"] < 1 or row["last"] >= size >> (HEIGHT * row["level"]):
            yield f"the log has a subtree of level {row['level']} that it never had"


def _check_numbers() -> Iterator[str]:
    chains = LogLeaf.objects.values("chain").annotate(
        count=Count("pk"), first=Min("number"), last=Max("number"), lowest=Min("index")
    )
    for row in chains.filter(~Q(first=1, count=F("last"))):
        yield f"the leaves of {row['chain']} are not numbered from 1 without a gap"
    for index in LogLeaf.objects.filter(index__lt=0).values_list("index", flat=True):
        yield f"the log has a leaf {index}"


def _check_checkpoints() -> Iterator[str]:
    """Compare checkpoints with the tree, the journal and the second place; each may grow meanwhile."""
    acts, there = _signed_acts(), _second_place()
    made = list(Checkpoint.objects.select_related("timestamp").order_by("number"))
    size, tree, keys = count_leaves(), Tree(), get_known_keys()
    for checkpoint in made:
        yield from _check_checkpoint(checkpoint, size, tree, keys)
    for number, following in pairwise([0, *(one.number for one in made)]):
        # Named by its ends: whoever adds number 2,147,483,647 must not end the check with its list.
        if following > number + 1:
            yield f"checkpoint {_span([number + 1, following - 1][: following - number - 1])} is missing"
    for before, after in pairwise(made):
        if before.size > after.size or before.made_at >= after.made_at:
            yield f"checkpoint {after.number} is not later than the one before it"
    known = {(one.number, one.size, one.root) for one in made}
    for number, of, _root in sorted(acts - known):
        yield f"checkpoint {number} of {of} leaves, which the journal names, is missing or was changed"
    for number, _of, _root in sorted(known - _signed_acts()):
        yield f"the journal does not know checkpoint {number} as it is"
    yield from _check_signed_acts()
    yield from _compare_second_place(there, made)


def _check_checkpoint(checkpoint: Checkpoint, size: int, tree: Tree, keys: tuple[Key, ...]) -> Iterator[str]:
    name = f"checkpoint {checkpoint.number}"
    try:
        note = parse_note(checkpoint.note)
    except ValueError:
        yield f"{name} was changed: its note can't be read"
        return
    if not any(note.is_signed_by(key) for key in keys):
        yield f"{name} was changed: no key of this site signed its note"
    if (note.size, note.root.hex(), note.at) != (checkpoint.size, checkpoint.root, checkpoint.made_at):
        yield f"{name} was changed: its row differs from its note"
    timestamp = getattr(checkpoint, "timestamp", None)
    if timestamp is not None and not is_timestamp_of(bytes(timestamp.token), checkpoint.note.encode()):
        yield f"the timestamp of {name} is another one's"
    if note.size > size:
        yield f"{name} covers {note.size} leaves, more than the log has"
        return
    try:
        if tree.root(note.size) != note.root:
            yield f"{name} does not fit the first {note.size} leaves: one was changed, removed or exchanged"
    except LogDamaged:
        yield f"{name} can't be computed again: parts of the tree are missing"


def _signed_acts() -> set[tuple[int, int, str]]:
    """Return the checkpoints that the journal names; its seals show if an entry was changed or removed.

    Entries that name none are left out; `_check_signed_acts` tells of them.
    """
    acts = journal.entries().filter(action="checkpoint.signed").values_list("details", flat=True)
    return {(one["number"], one["size"], one["root"]) for one in acts if _names_a_checkpoint(one)}


def _check_signed_acts() -> Iterator[str]:
    for entry in journal.entries().filter(action="checkpoint.signed").order_by("pk"):
        if not _names_a_checkpoint(entry.details):
            yield f"entry {entry.pk} of the journal tells of a checkpoint and names none"


def _names_a_checkpoint(details: Any) -> bool:
    """Return whether the entry has the form that the platform writes: somebody may have added one by hand."""
    names = {"number": int, "size": int, "root": str}
    return isinstance(details, dict) and all(type(details.get(name)) is kind for name, kind in names.items())


def _second_place() -> list[str] | None:
    if not settings.CHECKPOINT_FILE:
        return None
    try:
        return read_second_place(Path(settings.CHECKPOINT_FILE))
    except OSError:
        return []


def _compare_second_place(there: list[str] | None, made: list[Checkpoint]) -> Iterator[str]:
    """Compare with the file; the newest checkpoint may still be on its way there."""
    if there is None:
        return
    here = {one.note for one in made}
    for note in there:
        if note not in here:
            yield f"the second place has {_describe_note(note)}"
    for checkpoint in made[:-1]:
        if checkpoint.note not in there:
            yield f"checkpoint {checkpoint.number} is not in the second place"


def _describe_note(note: str) -> str:
    try:
        return f"a checkpoint of {parse_note(note).size} leaves that is not here"
    except ValueError:
        return "a checkpoint that can't be read"


CHECKS = (Check("seals", check_seals), Check("tree", check_tree))


def count_unsent() -> int | None:
    """Return how many checkpoints the second place lacks, of file and timestamps the larger number.

    None where the site names neither. Of timestamps the last week counts: older ones are not asked for again.
    """
    lacking = []
    if (there := _second_place()) is not None:
        sent = set(there)
        lacking.append(sum(note not in sent for note in Checkpoint.objects.values_list("note", flat=True)))
    if settings.TIMESTAMP_URL:
        newest = Checkpoint.objects.order_by("-number").values_list("timestamp", flat=True)[:WEEK]
        lacking.append(sum(one is None for one in newest))
    return max(lacking, default=None)


def get_alarms() -> list[CheckState]:
    """Return the checks that have found something, with what."""
    return list(CheckState.objects.exclude(problems=[]).order_by("name"))
