"""Recognise files that are no tables, to say what they are."""

import io
import zipfile
from collections.abc import Sequence

from instrument_share.kernel.errors import gettext_noop

_PICTURE = gettext_noop("a picture")
_PDF = gettext_noop("a PDF document")
_OLD_OFFICE = gettext_noop("a file of an old Office version (.xls, .doc) or one with a password")
_ARCHIVE = gettext_noop("an archive; unpack it first")
_WEB_PAGE = gettext_noop("a web page or XML, even if it is named .xls")
_RICH_TEXT = gettext_noop("a text document (RTF)")
_WORD = gettext_noop("a Word document")
_SLIDES = gettext_noop("a presentation")
_OPEN_DOCUMENT = gettext_noop("an OpenDocument file, as .ods or .odt")
_EMPTY = gettext_noop("empty")
_SIGNATURES: Sequence[tuple[bytes, str]] = (
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"BM", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"%PDF", _PDF),
    (bytes.fromhex("D0CF11E0"), _OLD_OFFICE),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"{\\rtf", _RICH_TEXT),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta", b"<style")
_SMALLEST_BITMAP = 54


def type_of_other_file(content: bytes) -> str:
    """Return what the file is if it is no sheet, as a marked literal; empty if it may be one."""
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        return _EMPTY
    for signature, what in _SIGNATURES:
        if content.startswith(signature) and (signature != b"BM" or b"\x00" in content[:_SMALLEST_BITMAP]):
            return what
    if content[8:12] == b"WEBP" and content.startswith(b"RIFF"):
        return _PICTURE
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower().startswith(_MARKUP):
        return _WEB_PAGE
    return ""


def type_of_archive(content: bytes) -> str:
    """Return what a ZIP archive is if it is no workbook, as a marked literal; empty if it is one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    if any(name.startswith("xl/") for name in names):
        return ""
    for part, what in (("word/", _WORD), ("ppt/", _SLIDES)):
        if any(name.startswith(part) for name in names):
            return what
    return _OPEN_DOCUMENT if "mimetype" in names and "content.xml" in names else _ARCHIVE
