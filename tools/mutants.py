"""Mutants of the rules: where they may be planted, and how a random sample of them is drawn.

The changes themselves are Cosmic Ray's operators. Its own runner mutates the working tree and knows no random
sample; mutmut changes nothing outside functions, and most of our rules are tables and permissions.
"""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider

PACKAGES = ("instrument_share", "providers", "bookings", "rewards")


@dataclass(frozen=True)
class Area:
    """A part of the rules, with the least share of its mutants that tests must kill."""

    name: str
    paths: re.Pattern[str]
    least_percent: int


AREAS = (
    Area("permissions", re.compile(r"(^|/)permissions\.py$"), 90),
    Area("rewards", re.compile(r"^rewards/"), 95),
    Area("charges", re.compile(r"^bookings/(.*/)?(pric\w*|admission|usage)(/|\.py)"), 95),
    Area("bookings", re.compile(r"^bookings/"), 90),
    Area("providers", re.compile(r"^providers/"), 90),
    Area("journal", re.compile(r"^instrument_share/journal/"), 90),
    Area("accounts", re.compile(r"^instrument_share/accounts/"), 90),
    Area("transparency", re.compile(r"^instrument_share/transparency/"), 90),
    Area("kernel", re.compile(r"^instrument_share/kernel/"), 90),
)
"""A module belongs to the first area that its path matches; `charges` are prices, admission and usage."""

REPLACED = {
    "ReplaceBinaryOperator": {
        "Add": ["Sub"],
        "Sub": ["Add"],
        "Mul": ["Div", "Add"],
        "Div": ["Mul", "FloorDiv"],
        "FloorDiv": ["Mul", "Div"],
        "Mod": ["Mul", "FloorDiv"],
        "Pow": ["Mul"],
        "BitOr": ["BitAnd"],
        "BitAnd": ["BitOr"],
        "BitXor": ["BitOr"],
    },
    "ReplaceComparisonOperator": {
        "Eq": ["NotEq", "LtE", "GtE"],
        "NotEq": ["Eq", "Lt", "Gt"],
        "Lt": ["LtE", "GtE", "NotEq"],
        "LtE": ["Lt", "Gt", "Eq"],
        "Gt": ["GtE", "LtE", "NotEq"],
        "GtE": ["Gt", "Lt", "Eq"],
        "Is": ["IsNot"],
        "IsNot": ["Is"],
    },
    "ReplaceUnaryOperator": {"USub": ["UAdd"], "Delete": ["Not"]},
}
"""Replacements that give another program of the same types. `+` to `<<` is an error at the first call, which
any test notices: it would only raise the share."""

OTHER_OPERATORS = (
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ZeroIterationForLoop",
)
SPEED_AND_TYPES = {"cache", "lru_cache", "cached_property", "dataclass", "final", "overload", "override"}
"""Decorators that stay as they are."""
LOGGERS = {"log", "logger", "logging"}

Position = tuple[int, int]
Line = tuple[str, str, str]


@dataclass(frozen=True)
class Mutant:
    """One change of a module."""

    path: str
    line: int
    before: str
    after: str

    def diff(self) -> str:
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), self.path, self.path, n=2, lineterm=""
        )
        return "\n".join(lines)

    def key(self) -> Line:
        """File name, lines removed and lines added: what `docs/mutation.md` names it by.

        Neither the folder nor the line number counts, so that an entry outlives a move.
        """
        changes = list(difflib.ndiff(self.before.splitlines(), self.after.splitlines()))
        removed, added = (
            "\n".join(bare(change[2:]) for change in changes if change.startswith(sign)) for sign in "-+"
        )
        return Path(self.path).name, removed, added


def bare(line: str) -> str:
    """A line without blanks: the operators leave some where nobody would write them."""
    return "".join(line.split())


def area_of(path: str) -> Area | None:
    return next((area for area in AREAS if area.paths.search(path)), None)


def modules(root: Path) -> list[str]:
    """The modules with rules: the kernel's, those of each `domain`, and `permissions`."""
    found = []
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            path = file.relative_to(root)
            inside = {"kernel", "domain"} & set(path.parts[:-1])
            if inside or path.name in ("domain.py", "permissions.py"):
                found.append(path.as_posix())
    return found


def sample(
    sources: Mapping[str, str], size: int, random: Random, equivalent: Iterable[Line] = ()
) -> list[Mutant]:
    """About `size` mutants, as many from each area as there are places for.

    A place is drawn first and one of its mutants after, since a comparison has more of them than a number.
    Those named as equivalent are not drawn.
    """
    places: dict[str, list[tuple[str, Position]]] = {}
    changes: dict[tuple[str, Position], list[tuple[str, int]]] = {}
    for path, source in sorted(sources.items()):
        area = area_of(path)
        if area is None:
            continue
        for place, operator, occurrence in mutations(source):
            if (path, place) not in changes:
                places.setdefault(area.name, []).append((path, place))
            changes.setdefault((path, place), []).append((operator, occurrence))
    known = set(equivalent)
    drawn: list[Mutant] = []
    for area_name in sorted(places):
        wanted = -(-size // len(places))
        shuffled = random.sample(places[area_name], len(places[area_name]))
        candidates = (
            _mutant(path, place, sources[path], *random.choice(changes[path, place]))
            for path, place in shuffled
        )
        fresh = (mutant for mutant in candidates if mutant and mutant.key() not in known)
        drawn += [mutant for mutant, _ in zip(fresh, range(wanted), strict=False)]
    return drawn


def mutations(source: str) -> Iterator[tuple[Position, str, int]]:
    """Place, name of the operator and its occurrence, without what `left_alone` names."""
    nodes = list(ast_nodes(get_ast(source)))
    tree = ast.parse(source)
    lines = source.splitlines()
    spared = [_span(lines, *span) for span in left_alone(tree)]
    signs = [_span(lines, *span) for span in binary_signs(tree)]
    for name, operator in operators():
        occurrence = -1
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                occurrence += 1
                # Cosmic Ray takes the stars of `*args` and of parameters for signs of multiplication.
                is_sign = not name.startswith("ReplaceBinary") or _within(start, signs)
                if is_sign and not _within(start, spared):
                    yield start, name, occurrence


def _within(position: Position, spans: list[tuple[Position, Position]]) -> bool:
    return any(first <= position < last for first, last in spans)


def _span(lines: list[str], first: Position, last: Position) -> tuple[Position, Position]:
    """From Python's columns, which count bytes, to columns that count characters."""
    (first_line, start), (last_line, end) = first, last
    return (
        (first_line, len(lines[first_line - 1].encode()[:start].decode())),
        (last_line, len(lines[last_line - 1].encode()[:end].decode())),
    )


def binary_signs(tree: ast.AST) -> Iterator[tuple[Position, Position]]:
    """From where to where the signs of binary operations stand."""
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
                yield _end(left), (right.lineno, right.col_offset)


def operators() -> Iterator[tuple[str, Operator]]:
    provider = OperatorProvider()
    for family, pairs in REPLACED.items():
        for old, replacements in pairs.items():
            for new in replacements:
                yield f"{family}_{old}_{new}", provider[f"{family}_{old}_{new}"]()
    for name in OTHER_OPERATORS:
        yield name, provider[name]()


def _mutant(path: str, place: Position, source: str, operator: str, occurrence: int) -> Mutant | None:
    after = mutate_code(source, OperatorProvider()[operator](), occurrence)
    if after is None or after == source:
        return None
    return Mutant(path, place[0], source, after)


def left_alone(tree: ast.AST) -> Iterator[tuple[Position, Position]]:
    """From where to where a change would be none of behaviour: types, assertions, log lines, messages."""
    for node in ast.walk(tree):
        for spared in _spared_in(node):
            yield (spared.lineno, spared.col_offset), _end(spared)
        for decorator in getattr(node, "decorator_list", ()):
            if _name(decorator) in SPEED_AND_TYPES:
                yield (decorator.lineno, decorator.col_offset - len("@")), _end(decorator)


def _end(node: ast.expr | ast.stmt | ast.keyword) -> Position:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return node.end_lineno, node.end_col_offset


def _spared_in(node: ast.AST) -> Iterator[ast.expr | ast.stmt | ast.keyword]:
    match node:
        case ast.FunctionDef(returns=ast.expr() as annotation):
            yield annotation
        case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
            yield annotation
        case ast.Assert():
            yield node
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            yield node
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            yield node
        case ast.Raise():
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.JoinedStr))
        case ast.Call(func=ast.Name(id="zip")):
            yield from node.keywords
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in LOGGERS:
            yield node


def _name(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator).split(".")[-1]


ENTRY = re.compile(
    r"^```diff\n--- (?P<file>\S+)\n(?P<lines>.*?)^```\n\s*(?P<reason>(?!```|#)\S[^\n]*)?", re.M | re.S
)


def equivalent_mutants(document: str) -> dict[Line, str]:
    """The mutants that `docs/mutation.md` names, each with the reason below it."""
    entries = {}
    for entry in ENTRY.finditer(document):
        lines = entry["lines"].splitlines()
        removed, added = (
            "\n".join(bare(line[1:]) for line in lines if line.startswith(sign)) for sign in "-+"
        )
        entries[entry["file"], removed, added] = entry["reason"] or ""
    return entries
