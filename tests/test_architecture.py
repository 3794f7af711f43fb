"""Rules that import-linter can't express, and the list of packages, so that none escapes its contracts."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ["bookings", "providers", "rewards"]
PARTS = [
    "accounts",
    "api",
    "bootstrap",
    "databases",
    "demo",
    "doctor",
    "documents",
    "jobs",
    "journal",
    "kernel",
    "mails",
    "management",
    "operations",
    "pages",
    "people",
    "personal",
    "sheets",
    "transparency",
    "upkeep",
    "web",
]

ASKED_FOR_LATE = {
    **dict.fromkeys(("pyhanko", "pyhanko_certvalidator"), "instrument_share/documents/sealing/"),
    **dict.fromkeys(("boto3", "botocore", "storages"), "instrument_share/bucket.py"),
    "aiohttp": "",
    "pypinyin": "",
    "instrument_share.documents.sealing.authorities": "instrument_share/documents/sealing/",
    "instrument_share.documents.sealing.signing": "instrument_share/documents/sealing/",
    "instrument_share.bucket": "instrument_share/upkeep/",
}
"""What takes a quarter of the time that a process needs to start, and most have no use for; each with the
place where it may be imported as modules are. Elsewhere the function that needs it imports it."""

WRITERS = {"services", "migrations", "management", "demo"}
NO_ROWS = {"settings", "guards"}  # a dict's update(a=1); the making of triggers
# Not the business's rows: answers that the edge has given and gives again, and counts of attempts.
EDGE = {"instrument_share/web/idempotency.py", "instrument_share/web/recurring.py"}

ALWAYS_WRITE = {"bulk_create", "bulk_update", "create", "get_or_create", "save_base", "update_or_create"}
CLOCKS = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "time": {"time"},
    "timezone": {"localdate", "localtime", "now"},
}


def test_every_package_is_in_the_contracts():
    """A new package needs its place in pyproject.toml, contract 1, and then here."""
    assert packages(ROOT) == sorted(["instrument_share", "tools", *APPS])
    assert packages(ROOT / "instrument_share") == PARTS


def packages(folder):
    return sorted(file.parent.name for file in folder.glob("*/__init__.py") if file.parent.name != "tests")


def test_only_services_write():
    found = [
        f"{path}:{line} {what}"
        for path, tree in sources(but=WRITERS | NO_ROWS)
        if path not in EDGE
        for line, what in writes(tree)
    ]
    assert found == []


def test_the_clock_is_read_at_the_edge():
    found = [
        f"{path}:{line} {what}"
        for path, tree in sources(but={"migrations"})
        if path != "instrument_share/web/clock.py"
        for line, what in clock_readings(tree)
    ]
    assert found == []


def test_what_few_processes_need_is_imported_by_the_functions_that_need_it():
    found = [
        f"{path}: {name}"
        for path, tree in sources(but=set())
        for name in imported_at_start(tree.body)
        for late, place in ASKED_FOR_LATE.items()
        if f"{name}.".startswith(f"{late}.") and not (place and path.startswith(place))
    ]
    assert found == []


def imported_at_start(body: list[ast.stmt]) -> Iterator[str]:
    """Every module, and every name of one, that a file imports when it is imported itself."""
    for one in body:
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            yield from (f"{one.module}.{alias.name}" for alias in one.names)


@pytest.mark.parametrize("app", APPS)
def test_public_names_have_docstrings(app):
    """What other apps may use is documented where it is defined; constants excepted."""
    modules = [
        import_module(f"{app}.{name}")
        for name in ("public", "domain")
        if (ROOT / app / f"{name}.py").exists()
    ]
    undocumented = [
        f"{value.__module__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not documented(value)
    ]
    assert undocumented == []


def documented(definition) -> bool:
    """Look in the source: dataclasses and enums get a generated or inherited docstring."""
    node = ast.parse(textwrap.dedent(inspect.getsource(definition))).body[0]
    return ast.get_docstring(node) is not None


def sources(*, but: set[str]) -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax tree of each file of the product, without those whose path has a part of `but`."""
    for package in ["instrument_share", *APPS]:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT)
            if not but & {part.removesuffix(".py") for part in path.parts}:
                yield str(path), ast.parse(file.read_text(encoding="utf-8"))


def writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls that write rows, as far as their form tells: a dict's `update({…})` and a file's `save(path)`
    take an argument by position, a row's and a query's do not."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, by_position, by_name = node.func.attr, node.args, node.keywords
        if (
            name in ALWAYS_WRITE
            or (name == "update" and by_name and not by_position)
            or (name in {"save", "delete"} and not by_position)
        ):
            yield node.lineno, ast.unparse(node.func)


def clock_readings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every way to today's date: called or handed on (`default=timezone.now`), by module or by name."""
    nodes = list(ast.walk(tree))
    converting = {
        node.func
        for node in nodes
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).startswith("timezone.local")
    }
    for node in nodes:
        if isinstance(node, ast.Attribute) and node not in converting:
            owner = "" if isinstance(node.value, ast.Call) else ast.unparse(node.value).split(".")[-1]
            if node.attr in CLOCKS.get(owner, ()):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in CLOCKS["timezone"])


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("booking.save(update_fields=['state'])", 1),
        ("form.save()", 1),
        ("Booking.objects.filter(pk=1).update(state='x')", 1),
        ("Booking.objects.create(**facts)", 1),
        ("user.bookings.bulk_create(rows)", 1),
        ("booking.delete()", 1),
        ("options.update({'a': 1})", 0),
        ("workbook.save(path)", 0),
        ("storage.delete(name)", 0),
        ("booking_create(actor=user)", 0),
    ],
)
def test_writes_are_recognised(code, written):
    assert len(list(writes(ast.parse(code)))) == written


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("timezone.now()", 1),
        ("created_at = DateTimeField(default=timezone.now)", 1),
        ("from django.utils.timezone import now", 1),
        ("datetime.datetime.now(UTC)", 1),
        ("date.today()", 1),
        ("time.time()", 1),
        ("timezone.localdate()", 1),
        ("clock.now()", 0),
        ("timezone.localtime(log.ended_at)", 0),
        ("interval.start.time()", 0),
        ("time.monotonic()", 0),
    ],
)
def test_readings_of_the_clock_are_recognised(code, read):
    assert len(list(clock_readings(ast.parse(code)))) == read
