"""The key that signs papers, and the certificates of earlier signatures.

A site names its own PKCS#12 file (SIGNING_KEY_FILE). Without one, a key with a self-signed certificate is
created under VAR_DIR at first use. Every certificate that has signed is kept beside it, so that papers stay
verifiable after the key is renewed.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from instrument_share.documents.errors import SigningKeyUnusable

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

KEY_BITS = 3072
VALID_FOR = timedelta(days=3650)


def load_signer(at: datetime) -> "SimpleSigner":
    """Return this site's signer; a new key is valid from `at` on. Raises SigningKeyUnusable."""
    path = _get_key_file(at)
    return _load(str(path), path.stat().st_mtime_ns)


def get_certificate_end() -> datetime | None:
    """Return when the present certificate ends; None before the first use. Raises SigningKeyUnusable."""
    path = _get_configured_file()
    if not path.is_file() and not settings.SIGNING_KEY_FILE:
        return None
    certificate = _load(str(path), path.stat().st_mtime_ns if path.is_file() else 0).signing_cert
    return certificate.not_valid_after if certificate else None


def get_known_fingerprints() -> frozenset[str]:
    """Return the SHA-256, in hexadecimal, of the certificates that have signed here."""
    present = _get_configured_file()
    if present.is_file():
        with suppress(SigningKeyUnusable):
            _load(str(present), present.stat().st_mtime_ns)
    folder = _get_folder()
    return frozenset(path.stem for path in folder.glob("*.cer")) if folder.is_dir() else frozenset()


@lru_cache(maxsize=4)
def _load(path: str, changed: int) -> "SimpleSigner":  # noqa: ARG001
    """Load the signer once for each version of the file, and store its certificate."""
    from pyhanko.sign import SimpleSigner

    try:
        loaded = SimpleSigner.load_pkcs12_data(Path(path).read_bytes(), [], _get_password())
    except (ValueError, OSError) as error:
        raise SigningKeyUnusable(path=path) from error
    if loaded is None or loaded.signing_cert is None:
        raise SigningKeyUnusable(path=path)
    _remember(loaded.signing_cert.dump())
    return loaded


def _remember(certificate: bytes) -> None:
    file = _get_folder() / f"{hashlib.sha256(certificate).hexdigest()}.cer"
    if not file.exists():
        write_once(file, certificate)


def _get_key_file(at: datetime) -> Path:
    file = _get_configured_file()
    if not file.is_file():
        if settings.SIGNING_KEY_FILE:
            raise SigningKeyUnusable(path=str(file))
        write_once(file, _generate_key(at))
    return file


def _get_configured_file() -> Path:
    return Path(settings.SIGNING_KEY_FILE) if settings.SIGNING_KEY_FILE else _get_folder() / "key.p12"


def _get_folder() -> Path:
    return Path(settings.VAR_DIR) / "signing"


def _get_password() -> bytes | None:
    return settings.SIGNING_KEY_PASSWORD.encode() or None


def write_once(file: Path, content: bytes) -> None:
    """Write a file for its owner alone, atomically; a file written first by another process stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)  # 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        try:
            file.hardlink_to(temporary)
        except FileExistsError:
            return
    finally:
        temporary.unlink()


def _generate_key(at: datetime) -> bytes:
    """Return a PKCS#12 file with a new RSA key and a self-signed certificate in the city's name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.CITY["zh"]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{settings.CITY['zh']}大型科学仪器开放共享平台"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    password = _get_password()
    locked: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"instrument-share", key, certificate, None, locked)
