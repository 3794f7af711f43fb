"""Errors of papers."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop


class FontMissing(Conflict):
    """A typeface file that does not exist."""

    code = "documents.font_missing"
    message = gettext_noop(
        "The typeface file {path} is missing. Run “./dev setup”, or correct {setting} in the site's settings."
    )


class FontUnusable(Conflict):
    """A typeface file that cannot be embedded."""

    code = "documents.font_unusable"
    message = gettext_noop(
        "The typeface file {path} cannot be embedded. Name a TrueType file, not OpenType, in {setting}."
    )


class SigningKeyUnusable(Conflict):
    """A signing key that cannot be opened."""

    code = "documents.signing_key_unusable"
    message = gettext_noop(
        "The signing key {path} cannot be opened. Check that it is PKCS#12, and SIGNING_KEY_PASSWORD."
    )


class TimestampFailed(Conflict):
    """A time stamp that the site's authority did not give."""

    code = "documents.timestamp_failed"
    message = gettext_noop(
        "The time stamp authority at {url} gave no time stamp. Try again later; nothing was signed. "
        "Without TIMESTAMP_URL papers are signed without one."
    )


class TrustRootsUnusable(Conflict):
    """A file of trusted certificates that cannot be read."""

    code = "documents.trust_roots_unusable"
    message = gettext_noop(
        "The trusted certificates in {path} cannot be read. Check that TRUST_ROOTS_FILE names a PEM file."
    )


class CertificateUnproven(Conflict):
    """A certificate of a signature or time stamp that leads to no trusted one, or may have been revoked."""

    code = "documents.certificate_unproven"
    message = gettext_noop(
        "A certificate of the signature or of its time stamp could not be checked; nothing was signed. "
        "Try again later, or correct TRUST_ROOTS_FILE. {problem}"
    )


class UnsafeName(DomainError):
    """A file name that could leave the folder of an unpacked package."""

    code = "documents.unsafe_name"
    message = gettext_noop("“{name}” cannot be the name of a file in a package. Use a plain, relative name.")
