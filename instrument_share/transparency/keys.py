"""The Ed25519 key that signs checkpoints, and the public keys of earlier ones.

A site names its own file (LOG_KEY_FILE, PKCS #8 as PEM). Without one, a key is made under VAR_DIR at first
use. Every public key that has signed is kept beside it, so that receipts stay verifiable after a change.
"""

from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from instrument_share.documents.sealing.signing_key import write_once
from instrument_share.transparency.domain.errors import LogKeyUnusable
from instrument_share.transparency.domain.notes import Key


def get_origin() -> str:
    """Return the log's name: the site's address without its scheme, and `/log`."""
    return settings.SITE_URL.partition("://")[2].rstrip("/") + "/log"


def load_key() -> Ed25519PrivateKey:
    """Return the key that signs, made at first use, and keep its public part. Raises LogKeyUnusable."""
    file = _get_file()
    if not file.is_file() and not settings.LOG_KEY_FILE:
        private = Ed25519PrivateKey.generate()
        write_once(file, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private = _read(file)
    public = Key.of(get_origin(), private)
    kept = _get_folder() / f"{public.id.hex()}.vkey"
    if not kept.exists():
        write_once(kept, f"{public}\n".encode())
    return private


def get_public_key() -> Key | None:
    """Return the public part of the key that signs; None before the first use."""
    file = _get_file()
    return Key.of(get_origin(), _read(file)) if file.is_file() else None


def get_known_keys() -> tuple[Key, ...]:
    """Return every public key that has signed here."""
    keys = []
    for file in sorted(_get_folder().glob("*.vkey")):
        with suppress(ValueError):
            keys.append(Key.parse(file.read_text(encoding="utf-8")))
    return tuple(keys)


def _get_file() -> Path:
    return Path(settings.LOG_KEY_FILE) if settings.LOG_KEY_FILE else _get_folder() / "key.pem"


def _get_folder() -> Path:
    return Path(settings.VAR_DIR) / "log-keys"


def _read(file: Path) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise LogKeyUnusable(path=str(file)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise LogKeyUnusable(path=str(file))
    return private
