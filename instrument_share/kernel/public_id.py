"""Opaque public ids: short, unambiguous when read aloud, and nothing can be learnt from them."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""


def new_public_id(prefix: str) -> str:
    """`prefix-XXXXXXXXXX` with 50 random bits."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(10))}"
