"""Timestamps of another authority (RFC 3161)."""

import hashlib

from asn1crypto import cms


def is_timestamp_of(token: bytes, content: bytes) -> bool:
    """Return whether a token (DER) was made over this content; who signed it is for its reader to judge."""
    try:
        stamped = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
        imprint = stamped["message_imprint"]["hashed_message"].native
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return bool(imprint == hashlib.sha256(content).digest())
