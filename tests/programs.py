"""Programs that other people wrote and a test runs; in CI they must be there."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDERS = os.environ.get("PATH", "") + ":/usr/sbin"


def find(*names: str) -> list[str]:
    """Where the programs are; without one of them the test fails in CI and is skipped elsewhere."""
    found = {name: shutil.which(name, path=FOLDERS) for name in names}
    if missing := [name for name, path in found.items() if path is None]:
        message = f"not on this machine: {', '.join(missing)} (CONTRIBUTING.md names the packages)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return [path for path in found.values() if path]


def run(name: str, *arguments: str | Path) -> str:
    """What a program prints; it must end well."""
    (program,) = find(name)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
