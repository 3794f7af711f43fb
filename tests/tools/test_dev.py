"""What `./dev` finds on a machine."""

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "dev"
RUNNING = sys.version_info[:2]


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
    monkeypatch.setattr(dev, "DEBIAN_PYTHON", program("debian", "echo 3 10"))
    program("shims/python3.12", "exit 127")
    program("shims/python3.13", "exit 127")
    newer = program("bin/python3.13", "echo 3 13")
    program("later/python3.13", "echo 3 13")
    oldest = program("later/python3.11", "echo 3 11")
    monkeypatch.setenv("PATH", ":".join(str(tmp_path / name) for name in ("shims", "bin", "later")))
    assert dev.supported_pythons() == {(3, 13): newer, (3, 11): oldest}


def test_debians_python_comes_before_those_on_the_path(dev, program, tmp_path, monkeypatch):
    debian = program("debian", "echo 3 13")
    monkeypatch.setattr(dev, "DEBIAN_PYTHON", debian)
    program("bin/python3.13", "echo 3 13")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert dev.supported_pythons() == {(3, 13): debian}


def test_other_pythons_run_is_skipped_without_interpreters(dev, monkeypatch):
    monkeypatch.setattr(dev, "supported_pythons", lambda: {dev.python_version(dev.BIN / "python"): "python"})
    passed, line = dev.test_on_other_pythons([])
    assert passed
    assert line.startswith("not run")
