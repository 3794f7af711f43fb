"""Hash trees against the vectors of RFC 6962's reference implementation, and by properties."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.transparency.domain import merkle
from tests.transparency.history import Frontier

LEAVES = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree(leaves):
    hashes = [merkle.hash_leaf(one) for one in leaves]

    def node(level, index):
        if level == 0:
            return hashes[index]
        return merkle.hash_node(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def root(leaves):
    return merkle.hash_range(0, len(leaves), tree(leaves))


def test_empty_tree_has_the_hash_of_nothing():
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_vectors(size):
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_proofs_are_those_of_the_vectors():
    inclusion = merkle.prove_inclusion(5, 8, tree(LEAVES))
    assert [one.hex() for one in inclusion] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    consistency = merkle.prove_consistency(6, 8, tree(LEAVES))
    assert [one.hex() for one in consistency] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def leaves_of(size):
    return [index.to_bytes(2) for index in range(size)]


@given(st.integers(1, 80), st.data())
def test_every_leaf_is_proven_and_nothing_else(size, data):
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))
    leaf, path = merkle.hash_leaf(leaves[index]), merkle.prove_inclusion(index, size, tree(leaves))
    assert merkle.compute_root(leaf, index, size, path) == root(leaves)
    for other in range(size):
        if other != index:
            assert merkle.compute_root(leaf, other, size, path) != root(leaves)
    assert merkle.compute_root(leaf, index, size, [*path, leaf]) is None
    assert merkle.compute_root(leaf, size, size, path) is None
    if path:
        assert merkle.compute_root(leaf, index, size, path[:-1]) is None
        changed = data.draw(st.integers(0, len(path) * 32 - 1))
        assert merkle.compute_root(leaf, index, size, flip(path, changed)) != root(leaves)


@given(st.integers(1, 80), st.data())
def test_growth_is_proven_and_nothing_else(new, data):
    old = data.draw(st.integers(0, new))
    leaves = leaves_of(new)
    before, after = root(leaves[:old]), root(leaves)
    path = merkle.prove_consistency(old, new, tree(leaves))
    assert merkle.is_consistent(old, before, new, after, path)
    assert not merkle.is_consistent(old, before, new, after, [*path, after])
    assert not merkle.is_consistent(old, flip([before], 3)[0], new, after, path)
    if old:
        assert not merkle.is_consistent(old, before, new, flip([after], 7)[0], path)
    if path:
        assert not merkle.is_consistent(old, before, new, after, path[:-1])
        changed = flip(path, data.draw(st.integers(0, len(path) * 32 - 1)))
        assert not merkle.is_consistent(old, before, new, after, changed)


def test_a_tree_with_an_exchanged_leaf_is_not_continued():
    for old, new in combinations(range(1, 12), 2):
        leaves = leaves_of(new)
        path = merkle.prove_consistency(old, new, tree([b"other", *leaves[1:]]))
        other = root([b"other", *leaves[1:]])
        assert not merkle.is_consistent(old, root(leaves[:old]), new, other, path)


@given(st.integers(0, 80))
def test_a_tree_that_grows_leaf_by_leaf_has_the_same_roots(size):
    grown = Frontier()
    for leaf in leaves_of(size):
        grown.append(merkle.hash_leaf(leaf))
    assert (grown.size, grown.root) == (size, root(leaves_of(size)))


def flip(path, at):
    """Change one byte of a list of hashes."""
    content = bytearray(b"".join(path))
    content[at] ^= 1
    return [bytes(content[start : start + 32]) for start in range(0, len(content), 32)]
