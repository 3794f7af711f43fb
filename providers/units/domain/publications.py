"""The four kinds of publications without review: their fields, and what publication needs."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Words
from providers.units.domain.choices import PublicationState

MOST_OF_TITLE = 100


class PublicationKind(StrEnum):
    """The kinds of publications: news, regulations, cases and openness statements."""

    NEWS = "news"
    REGULATION = "regulation"
    CASE = "case"
    OPENNESS = "openness"


PREFIXES: Mapping[str, PublicationKind] = {
    "NEW": PublicationKind.NEWS,
    "REG": PublicationKind.REGULATION,
    "CAS": PublicationKind.CASE,
    "OPS": PublicationKind.OPENNESS,
}
"""How the public ids of each kind begin."""


LONGEST_FILE_NAME = 150


@dataclass(frozen=True)
class PublicationField:
    """A field of a publication: its label, its limit, and whether it is Markdown."""

    label: str
    limit: int | None = None
    markdown: bool = False


_TITLE = {
    "title_zh": PublicationField(gettext_noop("Title"), MOST_OF_TITLE),
    "title_en": PublicationField(gettext_noop("Title (English)"), 200),
}
_BODY = {
    "body_zh": PublicationField(gettext_noop("Text"), 20_000, markdown=True),
    "body_en": PublicationField(gettext_noop("Text (English)"), 40_000, markdown=True),
}
_COMMON = {**_TITLE, **_BODY}
FIELDS: Mapping[PublicationKind, Mapping[str, PublicationField]] = {
    PublicationKind.NEWS: _COMMON,
    PublicationKind.REGULATION: {
        **_COMMON,
        "effective_date": PublicationField(gettext_noop("In force from")),
        "expiry_date": PublicationField(gettext_noop("In force through")),
        "file": PublicationField(gettext_noop("Attached file")),
        "file_name": PublicationField(gettext_noop("Name of the attached file"), LONGEST_FILE_NAME),
    },
    PublicationKind.CASE: {
        **_COMMON,
        "client_zh": PublicationField(gettext_noop("Served organization"), 100),
        "client_en": PublicationField(gettext_noop("Served organization (English)"), 200),
        "instruments": PublicationField(gettext_noop("Instruments used")),
    },
    PublicationKind.OPENNESS: {
        "year": PublicationField(gettext_noop("Year")),
        **_TITLE,
        "how_zh": PublicationField(gettext_noop("How it is open"), 2000),
        "how_en": PublicationField(gettext_noop("How it is open (English)"), 4000),
        "audience_zh": PublicationField(gettext_noop("For whom"), 2000),
        "audience_en": PublicationField(gettext_noop("For whom (English)"), 4000),
        "total_hours": PublicationField(gettext_noop("Hours of use in that year")),
        "external_hours": PublicationField(gettext_noop("of them for other organizations")),
        "charges_zh": PublicationField(gettext_noop("Charges"), 2000),
        "charges_en": PublicationField(gettext_noop("Charges (English)"), 4000),
        "contact": PublicationField(gettext_noop("Contact"), 20),
        "phone": PublicationField(gettext_noop("Phone"), 20),
        "networkable_count": PublicationField(
            gettext_noop("Instruments at or above the registration threshold in that year")
        ),
        **_BODY,
    },
}
STATEMENT_PARTS = ("how_zh", "audience_zh", "charges_zh")
"""What an openness statement says in parts, where it has no text that says it."""


def next_statement_year(stated: Collection[int], running: int) -> int | None:
    """Return the year of the unit's next openness statement, or None if each has one.

    In order: last year, which is due; the oldest gap since the first statement; the current year (`running`),
    whose figures still grow. `stated` are the years with a statement or draft.
    """
    ended = running - 1
    gaps = range(min(stated, default=ended), running)
    return next((year for year in (ended, *gaps, running) if year not in stated), None)


def publication_state(
    scheduled_at: datetime | None, published_at: datetime | None, withdrawn_at: datetime | None
) -> PublicationState:
    """Return the state that follows from the instants."""
    if withdrawn_at is not None:
        return PublicationState.WITHDRAWN
    if published_at is not None:
        return PublicationState.PUBLISHED
    return PublicationState.DRAFT if scheduled_at is None else PublicationState.SCHEDULED


def problems_of_draft(kind: PublicationKind, values: Mapping[str, Any]) -> list[Problem]:
    """Return the problems that prevent saving a draft, which needs little more than a title."""
    problems = [
        Problem(
            "publication.unknown_field", gettext_noop("There is no field “{name}”."), {"name": name}, name
        )
        for name in sorted(values.keys() - FIELDS[kind].keys())
    ]
    title = str(values.get("title_zh") or "")
    if not title.strip() or len(title) > MOST_OF_TITLE:
        message = gettext_noop("Enter a Chinese title of at most 100 characters.")
        problems.append(Problem("publication.title", message, field="title_zh"))
    problems += _problems_of_length(kind, values)
    if kind is PublicationKind.REGULATION:
        problems += _problems_of_dates(values.get("effective_date"), values.get("expiry_date"))
    if kind is PublicationKind.OPENNESS:
        problems += _problems_of_statement(values)
    return problems


def problems_of_publication(kind: PublicationKind, values: Mapping[str, Any]) -> list[Problem]:
    """Return the problems that prevent publishing these values as `kind`."""
    return [*problems_of_draft(kind, values), *_problems_of_text(kind, values)]


def problem_of_schedule(at: datetime, now: datetime) -> Problem | None:
    """Return the problem that prevents scheduling a draft for that instant, or None."""
    if at > now:
        return None
    message = gettext_noop("Choose a time that is still to come, or publish now.")
    return Problem("publication.schedule_past", message, field="at")


MOST_OF_ALT = {"alt_zh": 100, "alt_en": 200}


def problems_of_picture(is_there: bool, alt_zh: str, alt_en: str) -> list[Problem]:
    """Return the problems of a picture for texts, which needs words in both languages."""
    problems = []
    if not is_there:
        message = gettext_noop("Choose a picture.")
        problems.append(Problem("picture.missing", message, field="picture"))
    for name, alt in (("alt_zh", alt_zh), ("alt_en", alt_en)):
        if not 0 < len(alt.strip()) <= MOST_OF_ALT[name]:
            message = gettext_noop("Describe the picture in at most {limit} characters.")
            problems.append(Problem("picture.words", message, {"limit": MOST_OF_ALT[name]}, name))
    return problems


def _problems_of_text(kind: PublicationKind, values: Mapping[str, Any]) -> list[Problem]:
    if _given(values, "body_zh"):
        return []
    match kind:
        case PublicationKind.REGULATION:
            if values.get("file"):
                return []
            message = gettext_noop("A regulation needs its Chinese text or an attached file.")
            return [Problem("publication.text_or_file", message, field="body_zh")]
        case PublicationKind.OPENNESS if not any(_given(values, name) for name in STATEMENT_PARTS):
            message = gettext_noop("Fill in every part of the statement, or write all of it in the text.")
            return [Problem("publication.text", message, field="body_zh")]
        case PublicationKind.OPENNESS:
            message = gettext_noop("Fill in “{field}”, or write it in the text.")
            return [
                Problem("publication.part", message, {"field": Words(FIELDS[kind][name].label)}, field=name)
                for name in STATEMENT_PARTS
                if not _given(values, name)
            ]
    message = gettext_noop("Enter the Chinese text.")
    return [Problem("publication.text", message, field="body_zh")]


def _problems_of_length(kind: PublicationKind, values: Mapping[str, Any]) -> list[Problem]:
    message = gettext_noop("“{field}” can have at most {limit} characters; this has {length}. Shorten it.")
    return [
        Problem(
            "publication.too_long",
            message,
            {"field": Words(field.label), "limit": field.limit, "length": len(str(values[name]))},
            name,
        )
        for name, field in FIELDS[kind].items()
        if name != "title_zh" and field.limit is not None and len(str(values.get(name) or "")) > field.limit
    ]


def _problems_of_dates(effective: date | None, expiry: date | None) -> list[Problem]:
    if effective is None:
        message = gettext_noop("Enter the date from which the regulation is in force.")
        return [Problem("publication.effective_date", message, field="effective_date")]
    if expiry is not None and expiry < effective:
        message = gettext_noop("The regulation ends before it comes into force. Check both dates.")
        return [Problem("publication.expiry_date", message, field="expiry_date")]
    return []


def _problems_of_statement(values: Mapping[str, Any]) -> Iterator[Problem]:
    if not values.get("year"):
        message = gettext_noop("Enter the year that it covers.")
        yield Problem("publication.year", message, field="year")
    total, external = (values.get(name) for name in ("total_hours", "external_hours"))
    if external is not None and (total is None or Decimal(external) > Decimal(total)):
        message = gettext_noop(
            "The hours for others can’t be more than all hours of use. Check both figures."
        )
        yield Problem("publication.hours", message, field="external_hours")


def _given(values: Mapping[str, Any], name: str) -> bool:
    return bool(str(values.get(name) or "").strip())
