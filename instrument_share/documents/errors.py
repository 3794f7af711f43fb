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


class UnsafeName(DomainError):
    """A file name that could leave the folder of an unpacked package."""

    code = "documents.unsafe_name"
    message = gettext_noop("“{name}” cannot be the name of a file in a package. Use a plain, relative name.")
