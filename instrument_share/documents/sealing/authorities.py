"""What others say of a signature: when it was made, and that no certificate behind it was revoked.

A site names an authority for the time (TIMESTAMP_URL), and, for papers that prove themselves when no server
answers any more (PAdES B-LT), the certificates that it trusts (TRUST_ROOTS_FILE).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asn1crypto import x509
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator import ValidationContext

from instrument_share.documents.errors import TrustRootsUnusable

TIMESTAMP_TIMEOUT = 10
WITHIN_THE_SIGNED = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)
"""Proofs stand before the signature, which covers them: nothing is added to a paper afterwards."""


def get_timestamper() -> TimeStamper | None:
    """Return the client of the time stamp authority that the site names, or None."""
    url = settings.TIMESTAMP_URL
    return HTTPTimeStamper(url, timeout=TIMESTAMP_TIMEOUT) if url else None


def get_trust_roots() -> list[x509.Certificate]:
    """Return the certificates that the site trusts; none where it stamps nothing.

    Raises TrustRootsUnusable.
    """
    path = settings.TRUST_ROOTS_FILE
    if not (path and settings.TIMESTAMP_URL):
        return []
    try:
        roots = list(load_certs_from_pemder([Path(path)]))
    except (OSError, ValueError) as error:
        raise TrustRootsUnusable(path=path) from error
    if not roots:
        raise TrustRootsUnusable(path=path)
    return roots


def build_proof_options(roots: Sequence[x509.Certificate], own: x509.Certificate) -> dict[str, Any]:
    """Return what has a signature by `own` carry the proofs of all certificates that end at `roots`.

    One that signs itself is trusted as it is. Where a certificate names a place for revocations, that place
    has to answer.
    """
    if not roots:
        return {}
    trusted = [*roots, own] if own.self_issued else list(roots)
    return {
        "embed_validation_info": True,
        "dss_settings": WITHIN_THE_SIGNED,
        "validation_context": ValidationContext(
            trust_roots=trusted, allow_fetching=True, revocation_mode="hard-fail"
        ),
    }
