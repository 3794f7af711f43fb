"""What `./dev` finds on a machine, and what its load scripts accept."""

import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tools import sbom

SCRIPT = Path(__file__).parents[2] / "dev"
RUNNING = sys.version_info[:2]
WEIGHED = """
from types import SimpleNamespace
from benchmarks import page_weight

class Reader:
    def __init__(self, *_given):
        self.opened = 0

    def open(self, address):
        self.opened += 1
        return SENT[address] if self.opened == 1 else WARM

page_weight.make_database = lambda: None
page_weight.call_command = lambda *_names, **_options: None
page_weight.Instrument = SimpleNamespace(
    objects=SimpleNamespace(order_by=lambda _name: [SimpleNamespace(public_id="INS-1")])
)
page_weight.Reader = Reader
for SENT, WARM in GIVEN:
    try:
        page_weight.main()
    except SystemExit as ended:
        print("exit code", ended.code)
"""
LINES = [
    "home, first visit",
    "home, coming back the same day",
    "home, first visit, without Brotli",
    "catalogue, first visit",
    "an instrument, first visit",
]


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, without a cached copy beside it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("dev", str(SCRIPT))
    module = module_from_spec(spec_from_loader("dev", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def program(tmp_path):
    """Write a shell script that stands for an interpreter."""

    def write(path: str, script: str) -> str:
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return str(file)

    return write


def test_python_version_is_what_the_interpreter_says(dev):
    assert dev.python_version(sys.executable) == RUNNING


def test_python_version_of_broken_interpreter_is_none(dev, program, tmp_path):
    assert dev.python_version(program("shim", "echo 'command not found' >&2; exit 127")) is None
    assert dev.python_version(tmp_path / "nothing") is None


def test_supported_pythons_skips_old_and_broken_interpreters(dev, program, tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "SYSTEM", Path(program("system/python3", "echo 3 10")).parent)
    program("shims/python3.12", "exit 127")
    program("shims/python3.13", "exit 127")
    newer = program("bin/python3.13", "echo 3 13")
    program("later/python3.13", "echo 3 13")
    oldest = program("later/python3.11", "echo 3 11")
    monkeypatch.setenv("PATH", ":".join(str(tmp_path / name) for name in ("shims", "bin", "later")))
    assert dev.supported_pythons() == {(3, 13): newer, (3, 11): oldest}


def test_the_systems_pythons_come_before_those_on_the_path(dev, program, tmp_path, monkeypatch):
    newest = program("system/python3", "echo 3 13")
    oldest = program("system/python3.11", "echo 3 11")
    monkeypatch.setattr(dev, "SYSTEM", tmp_path / "system")
    program("bin/python3.13", "echo 3 13")
    program("bin/python3.11", "echo 3 11")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert dev.supported_pythons() == {(3, 13): newest, (3, 11): oldest}


@pytest.mark.parametrize(
    ("answer", "is_taken"),
    [
        ("echo 3 13", True),
        ("echo 3 10", False),  # too old
        ('case "$*" in *ensurepip*) exit 1;; esac; echo 3 13', False),  # without python3-venv
    ],
)
def test_the_environment_is_made_of_the_systems_python_where_it_can_be(
    dev, program, tmp_path, monkeypatch, answer, is_taken
):
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(dev, "SYSTEM", tmp_path / "system")
    system = program("system/python3", answer)
    assert dev.python_of_the_environment() == (system if is_taken else sys.executable)


def test_the_environment_is_made_of_the_python_that_is_named(dev, monkeypatch):
    monkeypatch.setenv("PYTHON", "/opt/python3.12/bin/python3")
    assert dev.python_of_the_environment() == "/opt/python3.12/bin/python3"


def test_other_pythons_run_is_skipped_without_interpreters(dev, monkeypatch):
    monkeypatch.setattr(dev, "supported_pythons", lambda: {dev.python_version(dev.BIN / "python"): "python"})
    passed, line = dev.test_on_other_pythons([])
    assert passed
    assert line.startswith("not run")


# --- Load scripts


def weigh(*given):
    """For each (home, coming back, other) in bytes: the script's exit code, and the lines that are above.

    One process for all: it takes longer to start than to weigh.
    """
    sent = [
        ({"/": home, "/instruments/": other, "/instruments/INS-1/": other}, warm)
        for home, warm, other in given
    ]
    script = f"GIVEN = {sent!r}\n{WEIGHED}"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=SCRIPT.parent, capture_output=True, text=True, check=False
    )
    *runs, rest = re.split(r"exit code (\d+)\n", done.stdout)
    assert rest == "", done.stderr
    weighed = []
    for output, code in zip(runs[::2], runs[1::2], strict=True):
        found = [line for line in output.splitlines() if " KB" in line]
        assert [line[:44].rstrip() for line in found] == LINES, done.stderr
        weighed.append((int(code), [line[:44].rstrip() for line in found if line.endswith("ABOVE")]))
    return weighed


def test_pages_of_a_byte_more_than_their_limit_fail():
    at_the_limit, above = weigh((150_000, 20_000, 250_000), (150_001, 20_001, 250_001))
    assert at_the_limit == (0, [])
    assert above == (1, LINES)


@pytest.fixture
def ran(dev, monkeypatch):
    """The scripts that `./dev bench` started; one that is named here ends with 1."""
    monkeypatch.setattr(dev, "setup", lambda: None)
    ran = SimpleNamespace(names=[], failing="")

    def run(command, **_options):
        ran.names.append(command[-1].stem)
        return SimpleNamespace(returncode=int(ran.names[-1] == ran.failing))

    monkeypatch.setattr(dev.subprocess, "run", run)
    return ran


def test_bench_runs_every_script_and_fails_with_any(dev, ran):
    assert dev.bench([]) == 0
    assert "page_weight" in ran.names
    assert ran.names == sorted(one.stem for one in (SCRIPT.parent / "benchmarks").glob("*.py"))
    ran.names, ran.failing = [], "page_weight"
    assert dev.bench(["page_weight", "growth"]) == 1
    assert ran.names == ["page_weight", "growth"]


def test_bench_names_the_scripts_that_it_knows(dev, ran):
    with pytest.raises(SystemExit, match=r"bench knows .*page_weight.*; not weight"):
        dev.bench(["weight"])
    assert ran.names == []


# --- What the image contains


def test_every_command_stands_in_the_help(dev):
    told = {line.split()[1] for line in dev.__doc__.splitlines() if line.startswith("./dev ")}
    assert told == {*dev.WITH_ARGUMENTS, *dev.WITHOUT}


def test_the_list_of_the_image_is_made_as_the_image_is():
    made = (SCRIPT.parent / "docker/Dockerfile").read_text()
    assert f"uv {' '.join(sbom.IN_THE_IMAGE).removesuffix(' --quiet')}" in made


def test_audit_ends_as_what_it_found(dev, monkeypatch):
    monkeypatch.setattr(dev, "setup", lambda: None)
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **_options: SimpleNamespace(returncode=2))
    assert dev.main("audit", []) == 2
