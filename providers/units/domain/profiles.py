"""The fields of a unit's profile, and what publication needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Words

SHORTEST_INTRODUCTION = 80
"""Characters of introduction in Chinese that a complete profile has."""


@dataclass(frozen=True)
class ProfileField:
    """A field of the profile: its label, its limit, and whether publication needs it."""

    label: str
    limit: int | None = None
    needed: bool = False


PROFILE_FIELDS: Mapping[str, ProfileField] = {
    "introduction_zh": ProfileField(gettext_noop("Introduction"), 5000, needed=True),
    "introduction_en": ProfileField(gettext_noop("Introduction (English)"), 10000),
    "address_zh": ProfileField(gettext_noop("Address"), 100, needed=True),
    "address_en": ProfileField(gettext_noop("Address (English)"), 200),
    "contact": ProfileField(gettext_noop("Contact"), 20, needed=True),
    "phone": ProfileField(gettext_noop("Phone"), 20, needed=True),
    "email": ProfileField(gettext_noop("Email"), 254),
    "website": ProfileField(gettext_noop("Website"), 200),
    "picture": ProfileField(gettext_noop("Picture")),
}


def problems_of_values(values: Mapping[str, Any]) -> list[Problem]:
    """Return the problems that prevent saving these values."""
    problems = []
    for name, value in values.items():
        field = PROFILE_FIELDS.get(name)
        if field is None:
            message = gettext_noop("There is no field “{name}”. Check how it is spelt.")
            problems.append(Problem("unit.unknown_field", message, {"name": name}, name))
        elif field.limit is not None and len(str(value or "")) > field.limit:
            message = gettext_noop(
                "“{field}” can have at most {limit} characters; this has {length}. Shorten it."
            )
            params = {"field": Words(field.label), "limit": field.limit, "length": len(str(value))}
            problems.append(Problem("unit.too_long", message, params, name))
    return problems


def problems_of_publication(values: Mapping[str, Any]) -> list[Problem]:
    """Return the problems that prevent publishing a profile with these values."""
    problems = [
        Problem(
            "unit.missing",
            gettext_noop("“{field}” is needed for publication. Fill it in."),
            {"field": Words(field.label)},
            name,
        )
        for name, field in PROFILE_FIELDS.items()
        if field.needed and not str(values.get(name) or "").strip()
    ]
    length = len(str(values.get("introduction_zh") or "").strip())
    if 0 < length < SHORTEST_INTRODUCTION:
        message = gettext_noop("The introduction has {length} characters; it needs {shortest} at least.")
        params = {"length": length, "shortest": SHORTEST_INTRODUCTION}
        problems.append(Problem("unit.introduction_short", message, params, "introduction_zh"))
    return problems
