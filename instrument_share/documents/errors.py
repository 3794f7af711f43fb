"""What can go wrong with papers, and how to mend it."""

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop


class FontMissing(DomainError):
    code = "documents.font_missing"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The typeface file {path} is missing. Run “./dev setup”, or correct {setting} in the site's settings."
    )


class FontUnusable(DomainError):
    code = "documents.font_unusable"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The typeface file {path} cannot be embedded. Name a TrueType file, not OpenType, in {setting}."
    )


class SigningKeyUnusable(DomainError):
    code = "documents.signing_key_unusable"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The signing key {path} cannot be opened. Check that it is PKCS#12, and SIGNING_KEY_PASSWORD."
    )


class UnsafeName(DomainError):
    code = "documents.unsafe_name"
    message = gettext_noop("“{name}” cannot be the name of a file in a package. Use a plain, relative name.")
