"""PAdES signatures, proving that a file is unchanged since it was signed here.

Signing needs no network unless the site names a time stamp authority (docs/adr/0002-pdf-signatures.md).
Checking does not parse the PDF. It finds the signed byte range, which must be everything but the signature
itself, and verifies the signature over those bytes; a hostile file is only searched for a pattern and read
by a DER parser of bounded input, without unpacking anything.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal

from asn1crypto import cms, x509
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity, validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from instrument_share.documents.errors import CertificateUnproven, TimestampFailed
from instrument_share.documents.sealing.authorities import build_proof_options
from instrument_share.documents.sealing.signing_key import get_known_fingerprints, load_signer

FIELD = "Signature"
STAMP = "signature_time_stamp_token"
MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_SIGNATURES = 8
MAX_SIGNATURE_BYTES = 128 * 1024
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
SIGNING_TIME = re.compile(rb"/M\s*\(D(?::|\\072)(\d{14})Z\)")  # a colon, or a dash, may be in octal
MAX_DEPTH = 40  # a time stamp is a signature within the signature
LOCATION = re.compile(rb"/Location\s*\(((?:[0-9A-Z-]|\\055){1,60})\)")
DICTIONARY_BYTES = 4096  # bytes after the signature in which the rest of its dictionary stands

Problem = Literal["", "not_pdf", "too_large", "unsigned", "changed", "added_to", "foreign"]


@dataclass(frozen=True)
class SignatureCheck:
    """The result of checking a signature; `problem` is empty exactly for files signed here.

    `intact`: the signed bytes are unchanged. `covers_all`: nothing in the file is unsigned. `ours`: by a
    present or former certificate of this site. `signer` is the certificate's common name; `signed_at` is what
    the signature claims, `stamped_at` what a time stamp authority says (None: no time stamp), `location` what
    the paper is called on the platform.

    `problem`: `not_pdf`, `too_large`, `unsigned`, `changed` (after signing), `added_to` (after signing),
    `foreign` (signed by someone else).
    """

    problem: Problem
    intact: bool = False
    covers_all: bool = False
    ours: bool = False
    signer: str = ""
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    location: str = ""

    @property
    def genuine(self) -> bool:
        """Return whether the file was signed here and is unchanged and complete."""
        return not self.problem


class _SignerAt(PdfSigner):
    """Sign at a given instant instead of reading the clock."""

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = at

    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.at
        return session


class _Writer(IncrementalPdfFileWriter):
    """Add the signature and nothing else."""

    def _update_meta(self) -> None:
        """Keep the metadata with its dates."""


def sign_pdf(
    pdf: bytes,
    *,
    reason: str,
    signer_name: str,
    signed_at: datetime,
    location: str = "",
    timestamper: TimeStamper | None = None,
    trust_roots: Sequence[x509.Certificate] = (),
) -> bytes:
    """Sign a PDF invisibly, allowing no change after (PAdES B-B, with a timestamper B-T, and roots B-LT).

    `signer_name` is the office shown by readers, `reason` why it signs, `signed_at` (aware) when, `location`
    what the paper is called on the platform. Creates this site's key at first use. Raises SigningKeyUnusable,
    TimestampFailed and CertificateUnproven.
    """
    signer = load_signer(signed_at)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=location or None,
        name=signer_name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        **build_proof_options(trust_roots, signer.signing_cert),
    )
    target = BytesIO()
    pdf_signer = _SignerAt(
        metadata,
        signer=signer,
        timestamper=timestamper,
        new_field_spec=SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(set_hidden_flag=True)),
        at=signed_at.astimezone(UTC),
    )
    try:
        pdf_signer.sign_pdf(_Writer(BytesIO(pdf)), output=target)
    except (TimestampRequestError, OSError) as error:
        raise TimestampFailed(url=settings.TIMESTAMP_URL) from error
    except (SigningError, PathError, ValidationError) as error:
        raise CertificateUnproven(problem=str(error.__cause__ or error)) from error
    return target.getvalue()


def check_signature(pdf: bytes) -> SignatureCheck:
    """Check whether any bytes are a PDF signed here and unchanged since; never raises."""
    if len(pdf) > MAX_FILE_BYTES:
        return SignatureCheck("too_large")
    if not pdf.startswith(b"%PDF-"):
        return SignatureCheck("not_pdf")
    found = [_check_range(pdf, ends) for ends in _signed_ranges(pdf)]
    if not found:
        return SignatureCheck("unsigned")
    return max(found, key=lambda each: (each.ours, each.intact, each.covers_all))


def _signed_ranges(pdf: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield where each signature starts and ends, and where its coverage ends; last one first."""
    matches = list(BYTE_RANGE.finditer(pdf))[-MAX_SIGNATURES:]
    for match in reversed(matches):
        start, before, after, rest = (int(number) for number in match.groups())
        plausible = start == 0 and 0 < before < after <= before + MAX_SIGNATURE_BYTES
        if plausible and after + rest <= len(pdf):
            yield before, after, after + rest


def _check_range(pdf: bytes, ends: tuple[int, int, int]) -> SignatureCheck:
    before, after, end = ends
    try:
        signature = _Signature.read(pdf[before:after])
        digest = hashlib.sha256(pdf[:before])
        digest.update(pdf[after:end])
        intact = signature.fits(digest.digest())
        stamped_at = signature.stamped_at()
        name = str(signature.certificate.subject.native.get("common_name", ""))
    except Exception:  # whatever is wrong inside, these are not bytes that were signed
        return SignatureCheck("changed")
    covers_all = end == len(pdf)
    ours = signature.fingerprint in get_known_fingerprints()
    problem: Problem = "" if ours else "foreign"
    if not covers_all:
        problem = "added_to"
    if not intact:
        problem = "changed"
    # The signature is the first entry of its dictionary. Before it stand parts of the paper, whose texts (a
    # unit's name among the metadata) may be spelled like entries; within it, texts are escaped.
    dictionary = pdf[after : after + DICTIONARY_BYTES].partition(b"endobj")[0]
    location = LOCATION.search(dictionary)
    return SignatureCheck(
        problem,
        intact,
        covers_all,
        ours,
        name,
        _signed_at(dictionary),
        stamped_at,
        location[1].decode().replace("\\055", "-") if location else "",
    )


@dataclass(frozen=True)
class _Signature:
    """The CMS object of a signature, in the only form that this module writes."""

    content: cms.SignedData
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.certificate.dump()).hexdigest()

    @classmethod
    def read(cls, written: bytes) -> "_Signature":
        """Parse hexadecimal digits padded with zeros; raises various exceptions for anything else."""
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
        """Check the values of fields that no signature covers."""
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
            and [each["type"].native for each in one["unsigned_attrs"]] in ([], [STAMP])
        )
        if not plain:
            raise ValueError("Not a plain detached signature.")

    def fits(self, digest: bytes) -> bool:
        """Return whether the signature is valid over content with this digest."""
        one = self.content["signer_infos"][0]
        intact, valid = validate_sig_integrity(one, self.certificate, "data", digest)
        return bool(intact and valid)

    def stamped_at(self) -> datetime | None:
        """Return the time of the time stamp; None without one. Raises ValueError if it does not fit."""
        one = self.content["signer_infos"][0]
        if not len(one["unsigned_attrs"]):
            return None
        (token,) = one["unsigned_attrs"][0]["values"]

        def imprint(algorithm: str) -> bytes:
            return hashlib.new(algorithm, one["signature"].native).digest()

        nobody = ValidationContext(trust_roots=[])  # whether to trust the authority is for the reader to say
        found = asyncio.run(validate_tst_signed_data(token["content"], nobody, imprint))
        if not (found["intact"] and found["valid"]):
            raise ValueError("The time stamp is of another signature.")
        stamped_at: datetime = found["timestamp"]
        return stamped_at


def _der_end(raw: bytes, start: int = 0, depth: int = 0) -> int:
    """Return where the value at `start` ends. Raises ValueError unless lengths are in DER form.

    Not done by re-encoding with asn1crypto, which doubles the time for each level of nesting.
    """
    head = raw[start : start + 2]
    if len(head) < 2 or head[0] == 0 or head[0] & 0x1F == 0x1F or depth > MAX_DEPTH:
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


def _signed_at(dictionary: bytes) -> datetime | None:
    """Return the time in the signature's dictionary, which is among the signed bytes."""
    match = SIGNING_TIME.search(dictionary)
    try:
        return datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None
