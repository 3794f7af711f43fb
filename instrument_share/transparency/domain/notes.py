"""Checkpoints as signed notes (C2SP tlog-checkpoint and signed-note), signed with Ed25519 (RFC 8032).

yunping.example/log            origin: the site and its log
1234                           leaves of the tree
base64 of the root             32 bytes
2026-03-02T01:00:00Z           extension line: when it was made
                               (an empty line)
— yunping.example/log base64   the key's name; its 4 bytes of id and the 64 of the signature
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from instrument_share.kernel.canonical import format_instant

ED25519 = b"\x01"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
NOTE = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9]\d{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n\n— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)


@dataclass(frozen=True)
class Key:
    """A public key with the name under which it signs, as signed notes spell it: name+id+key."""

    name: str
    public: bytes

    @classmethod
    def of(cls, name: str, private: Ed25519PrivateKey) -> "Key":
        """Return the public part of a key."""
        return cls(name, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Read a key from its text. Raises ValueError."""
        name, _, rest = text.strip().partition("+")
        digits, _, written = rest.partition("+")
        content = base64.b64decode(written, validate=True)
        key = cls(name, content[1:])
        if not name or content[:1] != ED25519 or len(key.public) != 32 or key.id.hex() != digits:
            raise ValueError("This is no Ed25519 key of a signed note.")
        return key

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the public key, in hexadecimal."""
        return hashlib.sha256(self.public).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True)
class Note:
    """A checkpoint as it was signed: the tree's size and root, when, and by which key."""

    origin: str
    size: int
    root: bytes
    at: datetime
    name: str
    key_id: bytes
    signature: bytes

    @property
    def body(self) -> str:
        """Return the text that is signed."""
        return to_body(self.origin, self.size, self.root, self.at)

    def is_signed_by(self, key: Key) -> bool:
        """Return whether the key signed this note."""
        if (self.name, self.key_id) != (key.name, key.id):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(self.signature, self.body.encode())
        except InvalidSignature:
            return False
        return True


def to_body(origin: str, size: int, root: bytes, at: datetime) -> str:
    """Return the text of a checkpoint, of which the signature is made."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n{format_instant(at)}\n"


def sign_note(private: Ed25519PrivateKey, origin: str, size: int, root: bytes, at: datetime) -> str:
    """Return a signed checkpoint; the key's name is the log's origin."""
    body = to_body(origin, size, root, at)
    signature = Key.of(origin, private).id + private.sign(body.encode())
    return f"{body}\n— {origin} {base64.b64encode(signature).decode()}\n"


def parse_note(text: str) -> Note:
    """Read a checkpoint without verifying it. Raises ValueError for what `sign_note` does not write."""
    match = NOTE.fullmatch(text)
    if match is None:
        raise ValueError("This is no signed checkpoint.")
    try:
        root, signed = (base64.b64decode(match[name], validate=True) for name in ("root", "signature"))
    except binascii.Error as error:
        raise ValueError("This is no signed checkpoint.") from error
    at = datetime.strptime(match["at"], INSTANT).replace(tzinfo=UTC)
    note = Note(match["origin"], int(match["size"]), root, at, match["name"], signed[:4], signed[4:])
    spelled = f"{note.body}\n— {note.name} {base64.b64encode(signed).decode()}\n"
    if spelled != text:
        raise ValueError("A checkpoint is spelled in one way only.")
    return note
