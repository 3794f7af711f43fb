"""Customs supervision of an instrument imported free of duty: record type 5 of the national platform."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Words


@dataclass(frozen=True)
class CustomsField:
    """A field of customs supervision: its label and what it may hold."""

    label: str
    kind: Literal["text", "date", "yes_no"] = "text"
    limit: int = 50
    needed: bool = False
    pattern: str = ""
    shape: str = ""
    """What the pattern asks for, in words."""


CUSTOMS_FIELDS: Mapping[str, CustomsField] = {
    "exemption_code": CustomsField(
        gettext_noop("Number of the duty exemption certificate"),
        limit=12,
        needed=True,
        pattern=r"[A-Z0-9]{5}[0-9]{7}",
        shape=gettext_noop("12 characters: five fixed ones, two digits of the year, five digits"),
    ),
    "exemption_number": CustomsField(gettext_noop("Number on the certificate’s list")),
    "declaration_number": CustomsField(
        gettext_noop("Customs declaration number"),
        limit=18,
        needed=True,
        pattern=r"[0-9]{4}(?:19|20)[0-9]{2}1[0-9]{9}",
        shape=gettext_noop("18 digits: four of the customs, four of the year, 1 for import, nine more"),
    ),
    "contract_number": CustomsField(gettext_noop("Contract number")),
    "import_port": CustomsField(gettext_noop("Port of import"), needed=True),
    "responsible_customs": CustomsField(gettext_noop("Customs in charge"), needed=True),
    "import_date": CustomsField(gettext_noop("Date of import"), "date", needed=True),
    "shared": CustomsField(gettext_noop("Shared with others with the customs’ knowledge"), "yes_no"),
    "fees_approved": CustomsField(gettext_noop("Fees approved"), "yes_no"),
    "hs_code": CustomsField(gettext_noop("HS code")),
    "record_zh": CustomsField(gettext_noop("Details on file with the customs"), limit=200),
}


def clean_customs(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values as the fields hold them, every field included, and their problems."""
    clean: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, field in CUSTOMS_FIELDS.items():
        value = values.get(name)
        if field.kind == "yes_no":
            clean[name] = bool(value)
            continue
        held = _date(value) if field.kind == "date" else _text(field, value)
        clean[name] = held
        if held in (None, "") and field.needed:
            message = gettext_noop("“{field}” is needed. Fill it in, or remove the customs supervision.")
            problems.append(_problem(name, field, "missing", message))
        elif field.kind == "text":
            problems += _problems_of_text(name, field, str(held))
    return clean, problems


def _problems_of_text(name: str, field: CustomsField, text: str) -> list[Problem]:
    if field.pattern and text and not re.fullmatch(field.pattern, text):
        message = gettext_noop("“{field}” must have {shape}. Check it against the document.")
        return [_problem(name, field, "shape", message, shape=Words(field.shape))]
    if len(text) > field.limit:
        message = gettext_noop(
            "“{field}” can have at most {limit} characters; this has {length}. Shorten it."
        )
        return [_problem(name, field, "too_long", message, limit=field.limit, length=len(text))]
    return []


def _text(field: CustomsField, value: Any) -> str:
    text = " ".join(str(value or "").replace("\x00", "").split())
    return text.upper().replace(" ", "") if field.pattern else text


def _date(value: Any) -> date | None:
    if isinstance(value, date) or value in (None, ""):
        return value or None
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _problem(name: str, field: CustomsField, code: str, message: str, **params: Any) -> Problem:
    return Problem(f"customs.{code}", message, {"field": Words(field.label), **params}, name)
