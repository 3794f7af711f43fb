"""The fields of an instrument: what each may hold, and what publication needs.

Lengths and choices are those of the national network platform's record type 4 (single instrument).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Literal

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.names import plain_line
from instrument_share.kernel.wording import Words
from providers.instruments.domain.choices import BelongsTo, Condition, Funding, Origin, Purpose, SharingMode
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.subjects import SUBJECTS

Kind = Literal["text", "choice", "money", "date", "email", "country", "category", "subjects", "postal"]
LARGEST_VALUE = Decimal("999999999999.99")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MOST_SUBJECTS = 4
FIRST_YEAR = 1949
"""No instrument has been in service since before this year."""
CENT = Decimal("0.01")
ONE_LINE = 100
"""Up to so many characters a text is one line, without blanks in a row."""


@dataclass(frozen=True)
class Field:
    """A field: its name, its label as a marked literal, and what it may hold."""

    name: str
    label: str
    kind: Kind = "text"
    limit: int | None = None
    choices: type[StrEnum] | None = None
    needed: bool = False
    """Publication needs it."""
    reviewed: bool = False
    """A change of it on a published instrument waits for the bureau."""
    if_empty: StrEnum | None = None
    """The choice that saying nothing means."""
    national: bool = False
    """The national platform refuses a record without it, though publication does not need it."""


_FIELDS = (
    Field("inner_number", gettext_noop("Internal number"), limit=50, needed=True),
    Field("name_zh", gettext_noop("Chinese name"), limit=50, needed=True),
    Field("name_en", gettext_noop("English name"), limit=100),
    Field("category", gettext_noop("Category"), "category", needed=True, reviewed=True),
    Field("model", gettext_noop("Model"), limit=100, needed=True),
    Field("manufacturer", gettext_noop("Manufacturer"), limit=100, needed=True),
    Field("country", gettext_noop("Country of manufacture"), "country", needed=True),
    Field("value_yuan", gettext_noop("Original value (yuan)"), "money", needed=True, reviewed=True),
    Field("in_service_date", gettext_noop("In service since"), "date", needed=True, reviewed=True),
    Field("origin", gettext_noop("Origin"), "choice", choices=Origin, needed=True),
    Field("purpose", gettext_noop("Purpose"), "choice", choices=Purpose, needed=True, reviewed=True),
    Field("funding", gettext_noop("Funding"), "choice", choices=Funding, needed=True),
    Field("specification_zh", gettext_noop("Technical specification"), limit=500, needed=True),
    Field("specification_en", gettext_noop("Technical specification (English)"), limit=1000),
    Field("functions_zh", gettext_noop("Main functions"), limit=300, needed=True),
    Field("functions_en", gettext_noop("Main functions (English)"), limit=600),
    Field("services_zh", gettext_noop("Services"), limit=200, needed=True),
    Field("services_en", gettext_noop("Services (English)"), limit=400),
    Field("achievements_zh", gettext_noop("Achievements"), limit=500),
    Field("achievements_en", gettext_noop("Achievements (English)"), limit=1000),
    Field("samples_zh", gettext_noop("Samples"), limit=300),
    Field("samples_en", gettext_noop("Samples (English)"), limit=600),
    Field("user_requirement_zh", gettext_noop("Requirements for users"), limit=500, national=True),
    Field("user_requirement_en", gettext_noop("Requirements for users (English)"), limit=1000),
    Field("fee_text_zh", gettext_noop("Fees"), limit=500, national=True),
    Field("fee_text_en", gettext_noop("Fees (English)"), limit=1000),
    Field("subjects", gettext_noop("Subjects"), "subjects", national=True),
    Field("sharing_mode", gettext_noop("Sharing"), "choice", choices=SharingMode, needed=True, reviewed=True),
    Field("condition", gettext_noop("Condition"), "choice", choices=Condition, needed=True),
    Field("belongs_to", gettext_noop("Part of"), "choice", choices=BelongsTo, if_empty=BelongsTo.NONE),
    Field("belongs_to_number", gettext_noop("Internal number of what it is part of"), limit=50),
    Field("place_zh", gettext_noop("Place"), limit=100, needed=True),
    Field("place_en", gettext_noop("Place (English)"), limit=200),
    Field("contact", gettext_noop("Contact"), limit=20, needed=True),
    Field("phone", gettext_noop("Phone"), limit=20, needed=True),
    Field("email", gettext_noop("Email"), "email", limit=50, national=True),
    Field("postal_code", gettext_noop("Postal code"), "postal", national=True),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}
REVIEWED = frozenset(field.name for field in _FIELDS if field.reviewed)
ESSENTIAL = ("inner_number", "name_zh")
"""What even a draft needs."""
PRESET = ("origin", "purpose", "funding", "sharing_mode", "condition", "belongs_to")
"""What a new instrument has a usual value for: purchased, general, own funds, shared, in order, by itself."""
CHINESE = re.compile(r"[\u3400-\u9fff]")


class Unusable(ValueError):
    """A value that a field cannot hold, with its problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def missing_fields(values: Mapping[str, Any]) -> list[Field]:
    """Return the fields that publication needs and that `values` (by field name) lack.

    A Chinese name must contain Chinese.
    """
    return [
        field
        for field in _FIELDS
        if field.needed
        and (
            values.get(field.name) in (None, "", [])
            or (field.name == "name_zh" and not CHINESE.search(values["name_zh"]))
        )
    ]


def problems_of_missing(fields: list[Field]) -> list[Problem]:
    """Return a problem for each missing field."""
    return [
        Problem(
            "instrument.missing",
            gettext_noop("“{field}” is needed for publication. Fill it in."),
            {"field": Words(field.label)},
            field.name,
        )
        for field in fields
    ]


def clean_values(
    values: Mapping[str, Any], today: date | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values as the fields hold them, and their problems; unknown names are problems too.

    Where `today` is given, nothing is in service since a later day.
    """
    clean: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in values.items():
        field = FIELDS.get(name)
        if field is None:
            message = gettext_noop("There is no field “{name}”. Check how it is spelt.")
            problems.append(Problem("instrument.unknown_field", message, {"name": name}, name))
            continue
        try:
            clean[name] = clean_value(field, value)
        except Unusable as unusable:
            problems.append(unusable.problem)
    if today and (problem := problem_of_later_day(clean.get("in_service_date"), today)):
        problems.append(problem)
    for name in ESSENTIAL:
        if name in clean and not clean[name]:
            message = gettext_noop("“{field}” is needed even for a draft. Fill it in.")
            problems.append(
                Problem("instrument.essential", message, {"field": Words(FIELDS[name].label)}, name)
            )
    return clean, problems


def problem_of_later_day(day: date | None, today: date) -> Problem | None:
    """Return the problem of an instrument in service since a day that is still to come."""
    if day is None or day <= today:
        return None
    message = gettext_noop("“{value}” is after today. An instrument is in service since a day in the past.")
    return Problem("instrument.date_later", message, {"value": day.isoformat()}, "in_service_date")


def clean_value(field: Field, value: Any) -> Any:
    """Return `value` as `field` holds it. Raises Unusable."""
    if parse := _PARSERS.get(field.kind):
        return parse(field, value)
    text = _text(field, value)
    if text and (form := _FORMS.get(field.kind)) and not form.matches(text):
        raise _unusable_value(field, field.kind, form.message, value=text)
    return text


def _text(field: Field, value: Any) -> str:
    text = str(value or "")
    is_short = field.limit is not None and field.limit <= ONE_LINE
    text = plain_line(text) if is_short else text.strip().replace("\x00", "")
    if field.limit is not None and len(text) > field.limit:
        raise _unusable_value(
            field,
            "too_long",
            gettext_noop("“{field}” can have at most {limit} characters; this has {length}. Shorten it."),
            limit=field.limit,
            length=len(text),
        )
    return text


@dataclass(frozen=True)
class _Form:
    """How the text of a kind of field is written, and the message for any other text."""

    pattern: re.Pattern[str]
    message: str
    known: frozenset[str] | None = None
    """All that there are, where this is a list."""

    def matches(self, text: str) -> bool:
        return bool(self.pattern.fullmatch(text)) and (self.known is None or text in self.known)


_FORMS: Mapping[Kind, _Form] = {
    "email": _Form(EMAIL, gettext_noop("“{value}” is not an email address.")),
    "country": _Form(
        re.compile("[A-Z]{2}"),
        gettext_noop("“{value}” is not a country code of two letters, such as CN, DE or JP (ISO 3166-1)."),
        frozenset(COUNTRIES),
    ),
    "postal": _Form(
        re.compile("[0-9]{6}"), gettext_noop("“{value}” is not a postal code of six digits, such as 100045.")
    ),
    "category": _Form(
        re.compile("[0-9]{6}"), gettext_noop("“{value}” is not a category code of six digits.")
    ),
}


def _money(field: Field, value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        amount = value if isinstance(value, Decimal) else Decimal(re.sub(r"[,，\s¥￥]", "", str(value)))
    except InvalidOperation:
        raise _unusable_value(
            field, "number", gettext_noop("“{value}” is not a number."), value=value
        ) from None
    if not amount.is_finite() or not 0 <= amount <= LARGEST_VALUE:
        message = gettext_noop(
            "“{value}” is not a value in yuan. Enter one that is not negative and has at most 12 digits."
        )
        raise _unusable_value(field, "range", message, value=str(value))
    if amount != amount.quantize(CENT):
        message = gettext_noop("“{value}” has more than two decimals; money is given to the cent.")
        # Not in the format “f”, which writes 1E-999999 with a million zeros.
        raise _unusable_value(field, "decimals", message, value=str(amount.normalize()))
    return amount.quantize(CENT)


def _date(field: Field, value: Any) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        value = value.date()
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        message = gettext_noop("“{value}” is not a date. Write it as 2026-03-05.")
        raise _unusable_value(field, "date", message, value=value) from None
    if day.year < FIRST_YEAR:
        message = gettext_noop("“{value}” is before {year}.")
        raise _unusable_value(field, "date_early", message, value=day.isoformat(), year=str(FIRST_YEAR))
    return day


def _choice(field: Field, value: Any) -> str:
    assert field.choices is not None
    if field.if_empty is not None and value in (None, ""):
        return field.if_empty.value
    try:
        return field.choices(str(value).strip()).value
    except ValueError:
        raise _unusable_value(
            field,
            "choice",
            gettext_noop("“{value}” is not one of the choices of “{field}”: {choices}."),
            value=value,
            choices=", ".join(field.choices),
        ) from None


def _subjects(field: Field, value: Any) -> list[str]:
    parts = (
        re.split(r"[,，;；、\s]+", value.strip())
        if isinstance(value, str)
        else [str(one) for one in (value if isinstance(value, Iterable) else [value or ""])]
    )
    codes = [part for part in parts if part]
    if len(codes) > MOST_SUBJECTS or not all(re.fullmatch(r"[0-9]{3}", code) for code in codes):
        message = gettext_noop("Enter up to {most} codes of three digits of GB/T 13745, such as 150, 430.")
        raise _unusable_value(field, "subjects", message, most=MOST_SUBJECTS)
    for code in codes:
        if code not in SUBJECTS:
            message = gettext_noop("“{value}” is not the code of a first-level subject of GB/T 13745.")
            raise _unusable_value(field, "subject_unknown", message, value=code)
    return codes


_PARSERS: Mapping[Kind, Callable[[Field, Any], Any]] = {
    "money": _money,
    "date": _date,
    "choice": _choice,
    "subjects": _subjects,
}


def _unusable_value(field: Field, code: str, message: str, **params: Any) -> Unusable:
    return Unusable(
        Problem(f"instrument.{code}", message, {"field": Words(field.label), **params}, field.name)
    )
