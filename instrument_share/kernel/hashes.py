"""Hashes by which what is sealed is known again: SHA-256, and SM3 (GB/T 32905-2016) where a site asks for it.

Both are OpenSSL's, by way of `hashlib`. A build of OpenSSL may lack SM3: `is_available` says so, and
`manage.py check` refuses a site that asks for it there.
"""

import hashlib
from collections.abc import Iterable
from typing import IO

SHA256, SM3 = "sha256", "sm3"
SEAL_HASHES = (SHA256, SM3)
"""The hashes of seals, packages and their lists, by their names in `hashlib`."""


def is_available(name: str) -> bool:
    """Whether this machine's OpenSSL can compute a hash."""
    return name in hashlib.algorithms_available


def digest(name: str, content: bytes) -> str:
    """Return a hash of `content` as 64 lower-case hexadecimal characters. Raises ValueError if unknown."""
    return hashlib.new(name, content).hexdigest()


def digest_of(name: str, parts: Iterable[bytes]) -> str:
    """Return the hash of parts one after the other, as `digest`; memory holds one of them."""
    running = hashlib.new(name)
    for part in parts:
        running.update(part)
    return running.hexdigest()


def digest_of_file(name: str, file: IO[bytes]) -> str:
    """Return the hash of the rest of a file, as `digest`; memory does not grow with it."""
    return hashlib.file_digest(file, lambda: hashlib.new(name)).hexdigest()  # type: ignore[arg-type]
