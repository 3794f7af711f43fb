"""Hash trees and their proofs as RFC 6962 (2.1) and RFC 9162 (2.1) define them, with SHA-256.

A tree's complete subtrees never change. They are read by a function `node(level, index)`: the hash over the
leaves from `index * 2**level` on, `2**level` of them; a proof asks for O(log n) of them.
"""

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256().digest()
Node = Callable[[int, int], bytes]


def hash_leaf(data: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def hash_range(start: int, end: int, node: Node) -> bytes:
    """Return the hash over the leaves from `start` to before `end`; `start` is where a subtree begins."""
    width = end - start
    if width == 0:
        return EMPTY
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(width)
    return hash_node(hash_range(start, middle, node), hash_range(middle, end, node))


def prove_inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root of the tree of `size` leaves, the lowest first."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(hash_range(middle, end, node))
            end = middle
        else:
            path.append(hash_range(start, middle, node))
            start = middle
    return path[::-1]


def prove_consistency(old: int, new: int, node: Node) -> list[bytes]:
    """Return the hashes that show that the tree of `old` leaves is the beginning of that of `new`."""
    if old in (0, new):
        return []
    start, end, path, whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(hash_range(middle, end, node))
            end = middle
        else:
            path.append(hash_range(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(hash_range(start, end, node))
    return path[::-1]


def compute_root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root to which a proof of inclusion leads; None if it has not the form for this place."""
    if not 0 <= index < size:
        return None
    last, root, rest = size - 1, leaf, list(path)
    while last:
        if index & 1 or index == last:
            if not rest:
                return None
            root = hash_node(rest.pop(0), root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            if not rest:
                return None
            root = hash_node(root, rest.pop(0))
        index, last = index >> 1, last >> 1
    return None if rest else root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether a proof shows that one tree is the beginning of the other (RFC 9162, 2.1.4.2)."""
    if old in (0, new):
        return not path and (old_root == new_root if old else old_root == EMPTY)
    if not 0 < old < new or not path:
        return False
    rest = list(path) if old & (old - 1) else [old_root, *path]
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = rest.pop(0)
    for sibling in rest:
        if last == 0:
            return False
        if index & 1 or index == last:
            first, second = hash_node(sibling, first), hash_node(sibling, second)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            second = hash_node(second, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)
