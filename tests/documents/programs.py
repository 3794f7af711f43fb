"""Programs that other people wrote, for a second opinion on a PDF; in CI they must be there."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def run(name: str, *arguments: str | Path) -> str:
    """What a program prints; it must end well."""
    if not shutil.which(name):
        message = f"not on this machine: {name} (apt-get install poppler-utils qpdf)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    done = subprocess.run([name, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
