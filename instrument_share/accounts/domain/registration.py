"""The facts that an organization registers, and their rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from instrument_share.accounts.domain import OrganizationKind, SizeClass
from instrument_share.kernel import uscc
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.names import plain_line

if TYPE_CHECKING:
    from instrument_share.accounts.models import District

PHONE = re.compile(r"[+(]?[0-9][0-9 ()\-]*( ?(转|x|ext\.?) ?[0-9]+)?")
FEWEST_DIGITS = 7
MAX_REGISTRATIONS = 5
"""So many registrations of one account wait for the bureau, or were made and refused within 24 hours."""
AUTHORITIES = frozenset({OrganizationKind.BUREAU, OrganizationKind.FINANCE})


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The facts of an organization, as it enters them and as the bureau checks them.

    `district` is None outside the city's districts, `parent_uscc` the code of the superior organization.
    """

    uscc: str
    name_zh: str
    kind: OrganizationKind
    name_en: str = ""
    size_class: SizeClass = SizeClass.NONE
    district: "District | None" = None
    in_region: bool = True
    parent_uscc: str = ""
    owns_instruments: bool = False
    contact: str = ""
    phone: str = ""

    def normalized(self) -> "Registration":
        """Return the facts with codes as the standard writes them and names without what nobody sees."""
        return replace(
            self,
            uscc=uscc.normalize(self.uscc),
            name_zh=plain_line(self.name_zh),
            name_en=plain_line(self.name_en),
            parent_uscc=uscc.normalize(self.parent_uscc),
            contact=plain_line(self.contact),
            phone=self.phone.strip(),
        )


def find_problems(facts: Registration) -> Iterator[Problem]:
    """Yield everything that is wrong with the facts as such; the service checks who else is registered."""
    if not uscc.is_valid(facts.uscc):
        yield _uscc_invalid(facts.uscc, "uscc")
    if not facts.name_zh:
        yield Problem("organization.name_missing", gettext_noop("Enter the Chinese name."), field="name_zh")
    if facts.kind is OrganizationKind.ENTERPRISE and facts.size_class is SizeClass.NONE:
        yield Problem(
            "organization.size_missing",
            gettext_noop("Choose the size of the enterprise; discounts and rewards depend on it."),
            field="size_class",
        )
    if facts.parent_uscc and not uscc.is_valid(facts.parent_uscc):
        yield _uscc_invalid(facts.parent_uscc, "parent_uscc")
    if facts.parent_uscc and facts.parent_uscc == facts.uscc:
        yield Problem(
            "organization.own_parent",
            gettext_noop("An organization is not its own superior. Leave the superior empty if it has none."),
            field="parent_uscc",
        )


def is_phone(text: str) -> bool:
    """Return whether the text is a telephone number, with an extension or without."""
    return bool(PHONE.fullmatch(text)) and sum(map(str.isdigit, text)) >= FEWEST_DIGITS


def find_phone_problems(phone: str, code: str = "organization.phone_invalid") -> Iterator[Problem]:
    """Yield the problem of a telephone number that nobody can dial."""
    if phone and not is_phone(phone):
        message = gettext_noop(
            "This is not a telephone number. Enter it with its area code, such as 0570-1234567."
        )
        yield Problem(code, message, field="phone")


def _uscc_invalid(code: str, field: str) -> Problem:
    message = gettext_noop(
        "“{uscc}” is not a unified social credit code: it has 18 characters, the last one a check character."
    )
    return Problem("organization.uscc_invalid", message, {"uscc": code}, field)
