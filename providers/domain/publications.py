"""The four kinds of information that go out at once: what each needs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop

MOST_OF_TITLE = 100


class PublicationKind(StrEnum):
    NEWS = "news"
    REGULATION = "regulation"
    CASE = "case"
    OPENNESS = "openness"


_COMMON = frozenset({"title_zh", "title_en", "body_zh", "body_en"})
FIELDS: Mapping[PublicationKind, frozenset[str]] = {
    PublicationKind.NEWS: _COMMON,
    PublicationKind.REGULATION: _COMMON | {"file", "effective_date", "expiry_date"},
    PublicationKind.CASE: _COMMON | {"client_zh", "instruments"},
    PublicationKind.OPENNESS: _COMMON | {"year", "networkable_count"},
}


def problems_of(kind: PublicationKind, values: Mapping[str, Any]) -> list[Problem]:
    """All that keeps these values from being published as `kind`."""
    problems = [
        Problem(
            "publication.unknown_field", gettext_noop("There is no field “{name}”."), {"name": name}, name
        )
        for name in sorted(values.keys() - FIELDS[kind])
    ]
    title = str(values.get("title_zh") or "")
    if not title.strip() or len(title) > MOST_OF_TITLE:
        message = gettext_noop("Enter a Chinese title of at most 100 characters.")
        problems.append(Problem("publication.title", message, field="title_zh"))
    has_text = bool(str(values.get("body_zh") or "").strip())
    if kind is PublicationKind.REGULATION:
        if not has_text and not values.get("file"):
            message = gettext_noop("A regulation needs its Chinese text or an attached file.")
            problems.append(Problem("publication.text_or_file", message, field="body_zh"))
        problems += _problems_of_dates(values)
    elif not has_text:
        message = gettext_noop("Enter the Chinese text.")
        problems.append(Problem("publication.text", message, field="body_zh"))
    if kind is PublicationKind.OPENNESS and not values.get("year"):
        message = gettext_noop("Enter the year that this is about.")
        problems.append(Problem("publication.year", message, field="year"))
    return problems


def _problems_of_dates(values: Mapping[str, Any]) -> list[Problem]:
    effective, expiry = values.get("effective_date"), values.get("expiry_date")
    if effective is None:
        message = gettext_noop("Enter the date from which the regulation is in force.")
        return [Problem("publication.effective_date", message, field="effective_date")]
    if expiry is not None and expiry < effective:
        message = gettext_noop("The regulation ends before it comes into force. Check both dates.")
        return [Problem("publication.expiry_date", message, field="expiry_date")]
    return []
