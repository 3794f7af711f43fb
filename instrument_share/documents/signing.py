"""PAdES signatures: that a file is byte for byte the one which was signed here.

Signing needs no network: no time stamp, no revocation data (docs/adr/0002-pdf-signatures.md). Checking does
not read the file as a PDF. It finds the signed byte range, which must be everything but the signature itself,
and verifies the signature over those bytes; a hostile file meets a search for a pattern and a DER parser of a
bounded piece, and nothing that unpacks.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from .signing_key import known_fingerprints, signer

FIELD = "Signature"
BIGGEST = 100 * 1024 * 1024
MOST_SIGNATURES = 8
LONGEST_SIGNATURE = 128 * 1024
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
SIGNING_TIME = re.compile(rb"/M\s*\(D(?::|\\072)(\d{14})Z\)")  # a colon may be written in octal
DEEPEST = 24
OUTSIDE = 4096  # bytes before and after the signature in which its dictionary stands

Problem = Literal["", "not_pdf", "too_large", "unsigned", "changed", "added_to", "foreign"]


@dataclass(frozen=True)
class SignatureCheck:
    """What a file's signature says. `problem` is empty exactly when the file is one that was signed here.

    `intact`: the signed bytes are those that were signed. `covers_all`: nothing in the file is unsigned.
    `ours`: by this site's certificate, the present one or a former one. `signer` is the certificate's common
    name; `signed_at` is what the signature says of itself. `problem`: `not_pdf`, `too_large`, `unsigned`,
    `changed` (after signing), `added_to` (after signing), `foreign` (signed by someone else).
    """

    problem: Problem
    intact: bool = False
    covers_all: bool = False
    ours: bool = False
    signer: str = ""
    signed_at: datetime | None = None

    @property
    def genuine(self) -> bool:
        """Signed here, unchanged and whole."""
        return not self.problem


class _SignerAt(PdfSigner):
    """Signs at a given instant instead of reading the clock."""

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = at

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.at
        return session


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature and nothing else."""

    def _update_meta(self) -> None:
        """The metadata, its dates among them, stay as they were laid out."""


def sign(pdf: bytes, *, reason: str, name: str, at: datetime) -> bytes:
    """`pdf` with an invisible PAdES-B-B signature that admits no change afterwards.

    `name` is the signing office as shown by readers, `reason` why it signs, `at` (aware) when. Makes this
    site's key at first use. Raises SigningKeyUnusable.
    """
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    target = BytesIO()
    pdf_signer = _SignerAt(metadata, signer=signer(at), at=at.astimezone(UTC))
    pdf_signer.sign_pdf(_Writer(BytesIO(pdf)), output=target)
    return target.getvalue()


def check(pdf: bytes) -> SignatureCheck:
    """Whether `pdf` was signed here and not changed since. Any bytes may be given; never raises."""
    if len(pdf) > BIGGEST:
        return SignatureCheck("too_large")
    if not pdf.startswith(b"%PDF-"):
        return SignatureCheck("not_pdf")
    found = [_check_range(pdf, ends) for ends in _signed_ranges(pdf)]
    if not found:
        return SignatureCheck("unsigned")
    return max(found, key=lambda each: (each.ours, each.intact, each.covers_all))


def _signed_ranges(pdf: bytes) -> Iterator[tuple[int, int, int]]:
    """Where a signature starts and ends, and where what it covers ends; the last in the file first."""
    matches = list(BYTE_RANGE.finditer(pdf))[-MOST_SIGNATURES:]
    for match in reversed(matches):
        start, before, after, rest = (int(number) for number in match.groups())
        plausible = start == 0 and 0 < before < after <= before + LONGEST_SIGNATURE
        if plausible and after + rest <= len(pdf):
            yield before, after, after + rest


def _check_range(pdf: bytes, ends: tuple[int, int, int]) -> SignatureCheck:
    before, after, end = ends
    try:
        signature = _Signature.read(pdf[before:after])
        digest = hashlib.sha256(pdf[:before])
        digest.update(pdf[after:end])
        intact = signature.fits(digest.digest())
        name = str(signature.certificate.subject.native.get("common_name", ""))
    except Exception:  # whatever is wrong inside, these are not bytes that were signed
        return SignatureCheck("changed")
    covers_all = end == len(pdf)
    ours = signature.fingerprint in known_fingerprints()
    problem: Problem = "" if ours else "foreign"
    if not covers_all:
        problem = "added_to"
    if not intact:
        problem = "changed"
    return SignatureCheck(problem, intact, covers_all, ours, name, _signed_at(pdf, before, after))


@dataclass(frozen=True)
class _Signature:
    """The CMS object of a signature, in the one form that this module writes it."""

    content: cms.SignedData
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.certificate.dump()).hexdigest()

    @classmethod
    def read(cls, written: bytes) -> "_Signature":
        """Reads `<hexadecimal digits>`, filled up with zeros; anything else raises, in many ways."""
        if written[:1] != b"<" or written[-1:] != b">":
            raise ValueError("A signature is a hexadecimal string.")
        raw = bytes.fromhex(written[1:-1].decode("ascii"))
        der = raw[: _der_end(raw)]
        # What the signature does not cover must be as it was written: spelling, filling, and the DER itself.
        if written != b"<" + der.hex().upper().encode() + b"0" * (len(written) - 2 - 2 * len(der)) + b">":
            raise ValueError("A signature is written in capital letters and filled up with zeros.")
        info = cms.ContentInfo.load(der)
        content = info["content"]
        one = content["signer_infos"][0]
        certificates = [choice.chosen for choice in content["certificates"]]
        signing = next(
            c for c in certificates if c.serial_number == one["sid"].chosen["serial_number"].native
        )
        cls._check_plain(info, content, one, signing)
        return cls(content, signing)

    @staticmethod
    def _check_plain(info: Any, content: Any, one: Any, signing: x509.Certificate) -> None:
        """The fields that no signature covers say what they must."""
        plain = (
            info["content_type"].native == "signed_data"
            and content["version"].native == "v1"
            and one["version"].native == "v1"
            and len(content["signer_infos"]) == 1
            and len(content["digest_algorithms"]) == 1
            and content["digest_algorithms"][0].dump() == one["digest_algorithm"].dump()
            and one["digest_algorithm"]["algorithm"].native == "sha256"
            and one["signature_algorithm"]["algorithm"].native in ("sha256_rsa", "sha256_ecdsa")
            and one["sid"].chosen["issuer"].dump() == signing.issuer.dump()
            and content["encap_content_info"]["content_type"].native == "data"
            and content["encap_content_info"]["content"].native is None
            and content["crls"].native is None
            and one["unsigned_attrs"].native is None
        )
        if not plain:
            raise ValueError("Not a plain detached signature.")

    def fits(self, digest: bytes) -> bool:
        one = self.content["signer_infos"][0]
        intact, valid = validate_sig_integrity(one, self.certificate, "data", digest)
        return bool(intact and valid)


def _der_end(raw: bytes, start: int = 0, depth: int = 0) -> int:
    """Where the value at `start` ends. Raises ValueError unless it is DER, whose lengths have one spelling.

    A walk of its own, since re-encoding by asn1crypto takes twice as long for each level of nesting.
    """
    head = raw[start : start + 2]
    if len(head) < 2 or head[0] == 0 or head[0] & 0x1F == 0x1F or depth > DEEPEST:
        raise ValueError("No value of a signature starts here.")
    length, at = head[1], start + 2
    if length >= 0x80:
        digits = raw[at : at + (length & 0x7F)]
        length, at = int.from_bytes(digits), at + len(digits)
        if not 1 <= len(digits) <= 3 or digits[0] == 0 or length < 0x80:
            raise ValueError("A length is written as short as it can be.")
    end = at + length
    if end > len(raw):
        raise ValueError("A value ends after its signature.")
    if head[0] & 0x20:
        while at < end:
            at = _der_end(raw, at, depth + 1)
        if at != end:
            raise ValueError("A value ends after the one that holds it.")
    return end


def _signed_at(pdf: bytes, before: int, after: int) -> datetime | None:
    """The time in the signature's own dictionary; it is among the signed bytes."""
    for part in (pdf[max(0, before - OUTSIDE) : before], pdf[after : after + OUTSIDE]):
        match = SIGNING_TIME.search(part)
        if match:
            try:
                return datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            except ValueError:
                return None
    return None
