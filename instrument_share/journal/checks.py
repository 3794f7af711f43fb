"""What `manage.py check` says of the hashes of seals."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from instrument_share.kernel.hashes import SEAL_HASHES, SHA256, is_available


def check_seal_hashes(**_given: Any) -> list[CheckMessage]:
    """Refuse lists without SHA-256, unknown names, and hashes that this machine's OpenSSL lacks."""
    given = settings.SEAL_HASHES
    hint = f"Name {SHA256}, or {' and '.join(SEAL_HASHES)}."
    if SHA256 not in given or not set(given) <= set(SEAL_HASHES):
        return [Error(f"SEAL_HASHES is {','.join(given)}.", hint=hint, id="journal.E001")]
    return [
        Error(f"OpenSSL has no {name} here, which SEAL_HASHES names.", hint=hint, id="journal.E002")
        for name in given
        if not is_available(name)
    ]
