"""Hashes of seals: the examples of the standards."""

from io import BytesIO

import pytest

from instrument_share.kernel.hashes import digest, digest_of, digest_of_file

ABC = {
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sm3": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
}
"""Of the three bytes `abc`: FIPS 180-4, and GB/T 32905-2016, A.1."""


@pytest.mark.parametrize("name", ABC)
def test_hashes_are_those_of_the_standards(name):
    assert digest(name, b"abc") == ABC[name]
    assert digest_of(name, [b"a", b"bc"]) == ABC[name]
    assert digest_of_file(name, BytesIO(b"abc")) == ABC[name]


def test_sm3_of_a_longer_text_is_that_of_the_standard():
    """GB/T 32905-2016, A.2."""
    found = digest("sm3", b"abcd" * 16)
    assert found == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
