"""Read the file that describes a new site, and say everything that is wrong with it at once."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from instrument_share.accounts.domain import Role
from providers.domain import CategoryRow, DayKind, read_category_rows

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]


class PlanProblem(Exception):
    """What is wrong with the file: one line for each fault, with the place in the file."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DistrictPlan(_Part):
    code: Code
    name_zh: ShortText
    name_en: Text


class InstitutionPlan(_Part):
    """An authority, or the body that runs the site.

    `region` is the code of the district that a bureau answers for; without one it is the whole city.
    """

    uscc: Text
    kind: Literal["bureau", "finance", "government"]
    name_zh: Text
    name_en: Text
    contact: Text
    phone: ShortText
    region: Code | None = None


class PersonPlan(_Part):
    """A first person of an authority; they choose their password by a link."""

    username: Text
    name: Text
    email: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\S+@\S+$")]
    institution: Text
    roles: Annotated[frozenset[Role], Field(min_length=1)]


class CategoriesPlan(_Part):
    """The category table: a CSV with the columns parent, code, name; its path is relative to the file."""

    version: Text
    file: Path


class DayPlan(_Part):
    """A public holiday or make-up workday."""

    date: date
    kind: DayKind
    name: Text


class HolidaysPlan(_Part):
    """The days of a year that the product does not know yet; `source` names the notice."""

    year: int
    source: Text
    days: list[DayPlan]


class Plan(_Part):
    """A new site."""

    districts: list[DistrictPlan]
    institutions: Annotated[list[InstitutionPlan], Field(min_length=1)]
    people: Annotated[list[PersonPlan], Field(min_length=1)]
    categories: CategoriesPlan | None = None
    holidays: list[HolidaysPlan] = []

    @model_validator(mode="after")
    def refers_to_what_it_has(self) -> Self:
        usccs = [one.uscc for one in self.institutions]
        codes = [one.code for one in self.districts]
        problems = [
            *(f"{name} stands twice" for name in _find_repeated([*usccs, *codes])),
            *(f"{one.username} stands twice" for one in self.people if self._count(one) > 1),
            *(
                f"{one.username}: no institution has the code {one.institution}"
                for one in self.people
                if one.institution not in usccs
            ),
            *(
                f"{one.name_zh}: no district has the code {one.region}"
                for one in self.institutions
                if one.region and one.region not in codes
            ),
            *self._find_missing_roles(),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _count(self, person: PersonPlan) -> int:
        return sum(one.username == person.username for one in self.people)

    def _find_missing_roles(self) -> list[str]:
        roles = frozenset[Role]().union(*(one.roles for one in self.people))
        wanted = {
            Role.SYSADMIN: "nobody is a system administrator (sysadmin)",
            Role.BUREAU_OFFICER: "nobody is an officer of the bureau (bureau_officer), who admits units",
        }
        return [text for role, text in wanted.items() if role not in roles]


def _find_repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def read_plan(path: Path) -> Plan:
    """Return the plan of a TOML file. Raises PlanProblem with all of its faults."""
    try:
        return Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanProblem([f"{path}: {error}"]) from error
    except ValidationError as error:
        raise PlanProblem(
            [
                f"{'.'.join(str(part) for part in one['loc']) or path.name}: {one['msg']}"
                for one in error.errors()
            ]
        ) from error


def read_categories(plan: Plan, folder: Path) -> list[CategoryRow]:
    """Return the rows of the table that the plan names. Raises PlanProblem, or Invalid without the columns.

    `folder` is where the plan's file lies.
    """
    if plan.categories is None:
        return []
    path = folder / plan.categories.file
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_category_rows(file)
    except (OSError, UnicodeDecodeError) as error:
        raise PlanProblem([f"{path}: {error}"]) from error
