"""Facts of the demo city, read from `facts/*.toml` as frozen data, without database or dates."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar

FACTS_DIR = Path(__file__).parent / "facts"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """An organization of the city.

    `trades` are the fields whose instruments it uses; `year` describes how an owning unit behaves
    (owners.toml).
    """

    key: str
    uscc: str
    name_zh: str
    name_en: str
    kind: str
    size: str = "none"
    district: str | None = None
    region: str | None = None
    contact: str = ""
    phone: str = ""
    parent: str | None = None
    outside_region: bool = False
    trades: tuple[str, ...] = ()
    declared_related_to: str | None = None
    profile: Mapping[str, str] | None = None
    year: Mapping[str, float] | None = None

    @property
    def is_sme(self) -> bool:
        """Return whether it is a small or medium enterprise."""
        return self.size in {"medium", "small", "micro"}


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A laboratory, whose instruments have one place and one keeper."""

    unit: str
    key: str
    name_zh: str
    place_zh: str
    place_en: str
    postal_code: str
    contact: str
    phone: str
    email: str
    requirement_zh: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person with their roles in an organization."""

    username: str
    name: str
    organization: str
    roles: tuple[str, ...]
    lab: str | None = None


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """An instrument.

    `hours` are the effective hours of a full year before the unit's `use` factor; `age` is in years.
    """

    unit: str
    number: str
    lab: str
    trade: str
    category: str
    name_zh: str
    name_en: str
    model: str
    manufacturer: str
    country: str
    value_wan: int
    age: int
    month: int
    funding: str
    subjects: tuple[str, ...]
    terms: str
    hours: int
    prices: tuple[int, int, int]
    specification_zh: str
    specification_en: str
    functions_zh: str
    functions_en: str
    services_zh: str
    services_en: str
    samples_zh: str
    samples_en: str
    achievements_zh: str = ""
    purpose: str = "general"
    origin: str = "purchase"
    sample_price: int | None = None
    medical: bool = False

    fee_text_zh: ClassVar[str] = "收费标准以现行开放服务规则为准，按有效机时结算。"


@dataclass(frozen=True)
class City:
    """All facts of the city."""

    districts: tuple[Mapping[str, str], ...]
    institutions: tuple[Organization, ...]
    units: tuple[Organization, ...]
    users: tuple[Organization, ...]
    applicant: Organization
    objects: Mapping[str, Sequence[str]]
    projects: Mapping[str, Sequence[str]]
    newcomer: Instrument
    changes: Mapping[str, Mapping[str, Any]]
    returned_profile: Mapping[str, Any]
    supervision: Mapping[str, Any]
    declared: Mapping[str, Any]
    around: Mapping[str, Any]
    labs: tuple[Lab, ...]
    people: tuple[Person, ...]
    instruments: tuple[Instrument, ...]
    terms: Mapping[str, Mapping[str, Any]]
    category_version: str
    categories: tuple[tuple[str, str, str, str], ...]
    publications: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Any]
    festivals: Mapping[int, tuple[str, str, str, str]]

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """Return every organization, parents before their children."""
        return self.institutions + self.units + self.users

    def unit(self, key: str) -> Organization:
        """Return the owning unit with this key."""
        return next(unit for unit in self.units if unit.key == key)

    def lab(self, instrument: Instrument) -> Lab:
        """Return the instrument's laboratory."""
        return next(lab for lab in self.labs if (lab.unit, lab.key) == (instrument.unit, instrument.lab))

    def keeper(self, instrument: Instrument) -> Person:
        """Return the instrument's keeper."""
        return next(
            person
            for person in self.people
            if (person.organization, person.lab) == (instrument.unit, instrument.lab)
        )

    def organization_of(self, username: str) -> str:
        """Return the key of the organization for which a person books."""
        return self._organizations[username]

    @cached_property
    def _organizations(self) -> dict[str, str]:
        return {person.username: person.organization for person in self.people}

    def manager(self, unit: str) -> Person:
        """Return the unit's manager."""
        return next(p for p in self.people if p.organization == unit and "unit_manager" in p.roles)

    def with_instruments(self, *numbers: str) -> "City":
        """Return the city with only these instruments, for a smaller load."""
        return replace(self, instruments=tuple(i for i in self.instruments if i.number in numbers))


@cache
def adopted_policy(year: int) -> str:
    """Return the city's policy of a year as TOML: the draft as it was adopted."""
    return (FACTS_DIR / "policy.toml").read_text(encoding="utf-8").replace("YEAR", str(year))


def load_city() -> City:
    """Read the demo city from its facts."""
    places, owners, users = _read("city"), _read("owners"), _read("users")
    categories, work = _read("categories"), _read("work")
    newcomer, review = _read("newcomer"), _read("review")
    return City(
        districts=tuple(places["district"]),
        institutions=tuple(Organization(**row) for row in places["institution"]),
        units=tuple(_unit(row) for row in owners["unit"]),
        users=tuple(Organization(**_tuples(row, "trades")) for row in users["organization"]),
        applicant=Organization(**users["applicant"]),
        objects=work["objects"],
        projects=work["projects"],
        newcomer=Instrument(**_tuples(newcomer, "prices", "subjects")),
        changes=review["changes"],
        returned_profile=review["profile"],
        supervision=_read("supervision"),
        declared=_read("declared"),
        around=_read("around"),
        labs=tuple(Lab(unit=row["key"], **lab) for row in owners["unit"] for lab in row["lab"]),
        people=tuple(_people()),
        instruments=tuple(_instruments()),
        terms=_read("terms"),
        category_version=categories["version"],
        categories=tuple(tuple(row) for row in categories["rows"]),
        publications=_read("publications"),
        texts=_read("texts"),
        festivals={year: tuple(days) for year, *days in _read("festivals")["festivals"]},
    )


PROFILE_FIELDS = (
    "introduction_zh",
    "introduction_en",
    "address_zh",
    "address_en",
    "contact",
    "phone",
    "email",
    "website",
)


def _unit(row: Mapping[str, Any]) -> Organization:
    of_profile = {*PROFILE_FIELDS, "lab"} - {"contact", "phone"}  # both stand in the register, too
    own = {key: value for key, value in row.items() if key not in of_profile}
    return Organization(**own, profile={key: row[key] for key in PROFILE_FIELDS if key in row})


def _people() -> Iterator[Person]:
    facts = _read("people")
    yield from (Person(**_tuples(row, "roles")) for row in facts["person"])
    for organization, names in facts["more"].items():
        for number, name in enumerate(names, 1):
            username = f"{organization}.{number:02}"
            yield Person(username=username, name=name, organization=organization, roles=("researcher",))


def _instruments() -> "list[Instrument]":
    order = [row["key"] for row in _read("owners")["unit"]]
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FACTS_DIR.glob("instruments_*.toml")]
    files.sort(key=lambda file: order.index(file["unit"]))
    return [
        Instrument(unit=file["unit"], **_tuples(row, "prices", "subjects"))
        for file in files
        for row in file["instrument"]
    ]


def _tuples(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: tuple(row[name]) for name in names if name in row}}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FACTS_DIR / f"{name}.toml").read_text(encoding="utf-8"))
