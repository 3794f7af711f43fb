"""The glossary names what is in the code, lists every enumeration, and has the words that pages show."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from bookings.requests.domain import labels as booking_labels
from bookings.requests.domain import states as booking_states
from instrument_share.accounts.domain import (
    MembershipState,
    OrganizationKind,
    OrganizationState,
    SizeClass,
)
from instrument_share.pages.catalogue.forms import SORTS
from instrument_share.web.text import labels
from providers.instruments.domain import labels as provider_labels
from providers.instruments.domain.choices import InstrumentState
from providers.units.domain import information
from providers.units.domain.choices import ProfileState, PublicationState
from rewards.assessment.domain.measures import MEASURE_FIGURES
from rewards.cycle.domain.states import CycleState
from rewards.findings.domain.checks import CHECK_FIGURES
from rewards.findings.domain.states import FindingState
from rewards.policy.domain.vocabulary import KINDS, MEASURES
from rewards.report.domain.states import ReportState

ROOT = Path(__file__).parents[2]
FIGURES = {**CHECK_FIGURES, **MEASURE_FIGURES}
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
ROW = re.compile(r"^\| (?P<zh>[^|]+) \| (?P<en>[^|]+) \| `(?P<identifier>[\w.]+)` \| (?P<meaning>[^|]+) \|$")
LINES = [
    line
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| Chinese ")
]
STATES = {
    "booking": booking_states.BookingState,
    "instrument": InstrumentState,
    "publication": PublicationState,
    "profile": ProfileState,
    "cycle": CycleState,
    "report": ReportState,
    "finding": FindingState,
    "organization": OrganizationState,
    "membership": MembershipState,
}


def trees() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text(encoding="utf-8"))


def names_in(tree: ast.Module) -> Iterator[str]:
    """What a module calls something: classes, functions, variables, attributes and keys."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.Name(id=name):
                yield name
            case ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(name)):
                yield name


def enumerations_in(tree: ast.Module) -> Iterator[str]:
    """`Class.MEMBER` of every StrEnum that a module defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and "StrEnum" in {ast.unparse(base) for base in node.bases}:
            for statement in node.body:
                if isinstance(statement, ast.Assign):
                    yield f"{node.name}.{ast.unparse(statement.targets[0])}"


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[str, str]]:
    """Identifier → the Chinese and the English word."""
    parsed = [ROW.match(line) for line in LINES]
    assert [line for line, row in zip(LINES, parsed, strict=True) if row is None] == []
    found = {row["identifier"]: (row["zh"], row["en"]) for row in parsed if row}
    assert len(found) == len(LINES), "An identifier stands there twice."
    return found


@pytest.fixture(scope="module")
def code() -> tuple[set[str], set[str]]:
    names: set[str] = set()
    members: set[str] = set()
    for tree in trees():
        names.update(names_in(tree))
        members.update(enumerations_in(tree))
    return names, members


def test_every_identifier_is_in_the_code(rows, code):
    names, members = code
    assert [one for one in rows if one not in (members if "." in one else names)] == []


def test_every_member_of_an_enumeration_is_listed(rows, code):
    _, members = code
    assert sorted(members - rows.keys()) == []


def shown_words() -> Iterator[tuple[StrEnum | str, object]]:
    """The members of enumerations, and the checks and measures, each with the message that pages show."""
    for words in (*provider_labels.LABELS.values(), *booking_labels.LABELS.values()):
        yield from words.items()
    for kind, states in STATES.items():
        yield from ((state, labels.STATES[f"{kind}.{state}"].text) for state in states)
    yield from labels.ROLES.items()
    yield from ((kind, labels.KINDS[kind]) for kind in OrganizationKind)
    yield from ((size, labels.SIZES[size]) for size in SizeClass)
    for words in (information.KIND_WORDS, SORTS, KINDS, MEASURES):
        yield from words.items()


@pytest.mark.parametrize(("language", "column"), [("zh-hans", 0), ("en", 1)])
def test_words_are_those_that_pages_show(rows, language, column):
    differing = {}
    with translation.override(language):
        for key, message in shown_words():
            identifier = f"{type(key).__name__}.{key.name}" if isinstance(key, StrEnum) else key
            word = gettext(message) if isinstance(message, str) else str(message)
            word = word.format(**FIGURES)
            if rows[identifier][column] != word:
                differing[identifier] = word
    assert differing == {}
