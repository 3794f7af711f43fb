"""Read the tree: every proof reads a few rows for each 256-fold of its size."""

from collections.abc import Mapping, Sequence

from django.db.models import Max

from instrument_share.transparency.domain import merkle
from instrument_share.transparency.domain.errors import LogDamaged
from instrument_share.transparency.models import LogLeaf, LogSubtree

HEIGHT = 8
WIDTH = 1 << HEIGHT


class Tree:
    """Subtrees by level and index, as `domain.merkle` asks for them; each run of 256 hashes is read once."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], Mapping[int, bytes]] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree. Raises LogDamaged where rows are missing."""
        stored, within = divmod(level, HEIGHT)
        start = index << within
        tile = self._read(stored, start >> HEIGHT)
        try:
            return fold([tile[start + at] for at in range(1 << within)])
        except KeyError as error:
            raise LogDamaged from error

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves."""
        return merkle.hash_range(0, size, self.node)

    def _read(self, level: int, tile: int) -> Mapping[int, bytes]:
        if (level, tile) not in self._tiles:
            self._tiles[level, tile] = read_tile(level, tile)
        return self._tiles[level, tile]


def read_tile(level: int, tile: int) -> dict[int, bytes]:
    """Return the kept hashes of a run of 256 at a level (0: leaves), by index."""
    rows = LogSubtree.objects.filter(level=level) if level else LogLeaf.objects.all()
    found = rows.filter(index__gte=tile * WIDTH, index__lt=(tile + 1) * WIDTH)
    return {index: _to_bytes(digest) for index, digest in found.values_list("index", "hash")}


def _to_bytes(digest: str) -> bytes:
    """Return the bytes of a kept hash; none where somebody has put something else there."""
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over these hashes, taken as leaves' hashes."""
    return merkle.hash_range(0, len(hashes), lambda level, index: _fold(hashes, level, index))


def _fold(hashes: Sequence[bytes], level: int, index: int) -> bytes:
    if level == 0:
        return hashes[index]
    left, right = (_fold(hashes, level - 1, 2 * index + side) for side in (0, 1))
    return merkle.hash_node(left, right)


def count_leaves() -> int:
    """Return how many leaves the log has."""
    last = LogLeaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def get_logged_heads() -> dict[str, int]:
    """Return the last number of each chain that the log has."""
    heads = LogLeaf.objects.values("chain").annotate(head=Max("number"))
    return dict(heads.values_list("chain", "head"))


def get_leaf_hashes(chain: str, after: int = 0) -> dict[int, str]:
    """Return the hashes of a chain's leaves after a number, by number."""
    return dict(LogLeaf.objects.filter(chain=chain, number__gt=after).values_list("number", "hash"))


def get_leaf_places(chain: str, numbers: Sequence[int]) -> dict[int, int]:
    """Return the indices of leaves of a chain, by number; those that are not in the log are left out."""
    found = LogLeaf.objects.filter(chain=chain, number__in=numbers)
    return dict(found.values_list("number", "index"))


def get_leaf_hash(index: int) -> str | None:
    """Return the hash of a leaf; None if the log has none there."""
    return LogLeaf.objects.filter(pk=index).values_list("hash", flat=True).first()
