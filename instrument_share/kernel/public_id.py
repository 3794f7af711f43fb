"""Opaque public ids: short, unambiguous when read aloud, and without information."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""


def new_public_id(prefix: str) -> str:
    """Return `prefix-XXXXXXXXXX` with 50 random bits: five of each byte, read at once for speed."""
    return f"{prefix}-{''.join(ALPHABET[byte & 31] for byte in secrets.token_bytes(10))}"
