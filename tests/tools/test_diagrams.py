"""The READMEs draw every state there is, with exactly the moves that the code allows."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from bookings.projects.domain import choices as projects
from bookings.requests.domain import states as bookings
from bookings.samples.domain import states as samples
from bookings.statements.domain import states as statements
from instrument_share.accounts.domain import states as accounts
from providers.instruments.domain import states as instruments
from providers.units.domain import states as units
from rewards.cycle.domain import states as cycle
from rewards.declarations.domain import facts
from rewards.vouchers.domain import choices as vouchers

ROOT = Path(__file__).parents[2]
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
DIAGRAM = re.compile(
    r"^```mermaid\nstateDiagram-v2\n {4}%% (?P<enumeration>[\w.]+)\n(?P<lines>.*?)^```$", re.M | re.S
)
ARROW = re.compile(r"^ {4}(\S+) --> ([^\s:]+)(?:: [^:;]+)?$")
TABLES = {
    "BookingState": bookings.MOVES,
    "SampleOrderState": samples.MOVES,
    "StatementState": statements.MOVES,
    "ProjectState": projects.MOVES,
    "InstrumentState": instruments.INSTRUMENT_MOVES,
    "ProfileState": units.PROFILE_MOVES,
    "PublicationState": units.PUBLICATION_MOVES,
    "CycleState": cycle.MOVES,
    "FactState": facts.MOVES,
    "ClaimState": vouchers.MOVES,
    "OrganizationState": accounts.ORGANIZATION,
    "MembershipState": accounts.MEMBERSHIP,
}
BESIDE_TABLES = {
    "StatementState": {("settled", "confirmed")},  # get_state_after_reversal
    "FactState": {("returned", "declared")},  # fact_declare
    "ClaimState": {("audited", "listed"), ("listed", "paid"), ("paid", "listed")},  # from lists and payouts
}
"""Moves that a function decides, and no table."""
OTHER_STATES = {"Progress"}
"""Enumerations of states by another name than …State."""
NOT_DRAWN = {
    "InformationState": "how complete information is on a day: judged from what is there, in any order",
}


def _draw() -> dict[str, tuple[str, set[tuple[str, str]]]]:
    """Return by the name of each enumeration its path and its arrows, self-arrows left out."""
    found = {}
    for path in (one for package in PACKAGES for one in sorted((ROOT / package).rglob("README.md"))):
        for block in DIAGRAM.finditer(path.read_text(encoding="utf-8")):
            arrows = [ARROW.match(line) for line in block["lines"].splitlines()]
            assert all(arrows), f"{path}: {block['lines']}"
            name = block["enumeration"].rpartition(".")[2]
            assert name not in found, f"{name} is drawn twice."
            found[name] = (block["enumeration"], {each.groups() for each in arrows if each})
    return found


DRAWN = _draw()


def _trees():
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def code():
    """The enumerations of states, and how many tables of moves there are."""
    states, tables = set(), 0
    for node in (one for tree in _trees() for one in ast.walk(tree)):
        match node:
            case ast.ClassDef(name=name, bases=[ast.Name(id="StrEnum")]) if name.endswith("State"):
                states.add(name)
            case ast.AnnAssign(annotation=ast.Name(id="Moves"), value=ast.Dict()):
                tables += 1
    return states, tables


def test_every_enumeration_of_states_is_drawn_or_has_a_reason_not_to_be(code):
    states, tables = code
    assert (states | OTHER_STATES) - NOT_DRAWN.keys() == DRAWN.keys()
    assert len(TABLES) == tables


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_diagram_has_every_state_and_exactly_the_moves_of_the_code(name):
    path, arrows = DRAWN[name]
    module, _, _ = path.rpartition(".")
    members = {state.value for state in getattr(import_module(module), name)}
    assert {state for arrow in arrows for state in arrow} - {"[*]"} == members
    if name in TABLES:
        allowed = {(str(a), str(b)) for a, moves in TABLES[name].items() for b in moves.values()}
        drawn = {arrow for arrow in arrows if "[*]" not in arrow}
        assert _between(drawn) == _between(allowed | BESIDE_TABLES.get(name, set()))


def _between(arrows):
    """Leave out what stays in its state: whether that is worth an arrow is for the README to say."""
    return {(start, end) for start, end in arrows if start != end}


def test_every_app_has_a_readme():
    own = [
        app for app in settings.INSTALLED_APPS if app.split(".")[0] in PACKAGES and app != "instrument_share"
    ]
    assert [app for app in own if not ROOT.joinpath(*app.split("."), "README.md").exists()] == []
