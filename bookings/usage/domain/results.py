"""Results of a use: papers, patents, standards and products, and the form of what identifies them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from bookings.usage.domain.choices import ResultKind
from instrument_share.kernel.errors import Problem, gettext_noop

MAX_TITLE_LENGTH = 200
MAX_IDENTIFIER_LENGTH = 100
DOI_BEFORE = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
DOI = re.compile(r"10\.\d{4,9}/\S+")
CHINESE_PATENT = re.compile(r"(?:ZL|CN)?(\d{12})\.?([\dX])")
FOREIGN_PATENT = re.compile(r"(?!CN|ZL)[A-Z]{2}\d{4,14}[A-Z]?\d?")
"""Office, number and kind of document, as WIPO ST.3 and ST.16 write them."""
PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
STANDARD = re.compile(r"[A-Z]+\d{0,2}(?:/[A-Z]+)* \d+(?:\.\d+)*(?:-\d+)?[-:]\d{4}")
STANDARD_PARTS = re.compile(r"([A-Z]+\d{0,2}(?:\s*/\s*[A-Z]+)*)\s*(\d.*)")

NOT_A_DOI = gettext_noop(
    "“{value}” is not a DOI. A DOI begins with 10., such as 10.1016/j.actamat.2026.01.004."
)
NOT_A_PATENT = gettext_noop(
    "“{value}” is not a patent number. A Chinese one is ZL and 13 characters, such as ZL200310102344.5; "
    "others begin with the letters of their office, such as EP1234567B1."
)
WRONG_CHECK = gettext_noop("The check character of “{value}” should be {expected}. Check the number.")
NOT_A_STANDARD = gettext_noop(
    "“{value}” is not the number of a standard. Write it with its year, such as GB/T 13745-2009."
)
NEEDED = gettext_noop("Enter the number, so that others can find it.")


def compute_patent_check(number: str) -> str:
    """Return the check character of a Chinese application number of 12 digits (ZC 0006-2003).

    The remainder of the digits, weighted 2 to 9 and 2 to 5, by 11; X stands for 10.
    """
    rest = sum(int(digit) * weight for digit, weight in zip(number, PATENT_WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def normalize_identifier(kind: ResultKind, text: str) -> str:
    """Return an identifier in the form in which it is kept and compared; what has no form stays as it is."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    match kind:
        case ResultKind.PAPER:
            return DOI_BEFORE.sub("", narrow).lower()
        case ResultKind.PATENT:
            joined = re.sub(r"[\s,-]", "", narrow).upper()
            match = CHINESE_PATENT.fullmatch(joined)
            return f"ZL{match[1]}.{match[2]}" if match else joined
        case ResultKind.STANDARD:
            plain = re.sub(r"\s*[-–—]+\s*", "-", narrow).upper()
            parts = STANDARD_PARTS.fullmatch(plain)
            return " ".join((re.sub(r"\s", "", parts[1]), parts[2])) if parts else plain
    return narrow


def find_result_problems(kind: ResultKind, title: str, identifier: str) -> Iterator[Problem]:
    """Yield problems of a result; `identifier` is normalized."""
    if not title.strip():
        yield Problem("result.title_missing", gettext_noop("Enter the title."), field="title")
    for name, text, limit in (
        ("title", title, MAX_TITLE_LENGTH),
        ("identifier", identifier, MAX_IDENTIFIER_LENGTH),
    ):
        if len(text) > limit:
            message = gettext_noop(
                "This text has {length} characters; at most {limit} are allowed. Shorten it."
            )
            yield Problem("result.too_long", message, {"length": len(text), "limit": limit}, name)
    if identifier:
        yield from FORMS[kind](identifier)
    elif kind in (ResultKind.PATENT, ResultKind.STANDARD):
        yield Problem("result.identifier_missing", NEEDED, field="identifier")


def _find_doi_problems(text: str) -> Iterator[Problem]:
    if not DOI.fullmatch(text):
        yield Problem("result.doi", NOT_A_DOI, {"value": text}, "identifier")


def _find_patent_problems(text: str) -> Iterator[Problem]:
    match = CHINESE_PATENT.fullmatch(text)
    if match is None:
        if not FOREIGN_PATENT.fullmatch(text):
            yield Problem("result.patent", NOT_A_PATENT, {"value": text}, "identifier")
    elif (expected := compute_patent_check(match[1])) != match[2]:
        params = {"value": text, "expected": expected}
        yield Problem("result.patent_check", WRONG_CHECK, params, "identifier")


def _find_standard_problems(text: str) -> Iterator[Problem]:
    if not STANDARD.fullmatch(text):
        yield Problem("result.standard", NOT_A_STANDARD, {"value": text}, "identifier")


def _find_no_problems(_text: str) -> Iterator[Problem]:
    yield from ()


FORMS: Mapping[ResultKind, Callable[[str], Iterator[Problem]]] = {
    ResultKind.PAPER: _find_doi_problems,
    ResultKind.PATENT: _find_patent_problems,
    ResultKind.STANDARD: _find_standard_problems,
    ResultKind.PRODUCT: _find_no_problems,
}
"""Who judges the identifier of each kind."""
