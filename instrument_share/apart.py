"""Call a function in a process of its own, with bounds of memory and time.

What comes from outside can make its reader exhaust the memory, or never end, which must not happen to the
process that serves requests. Nor must that get back more than it can hold.
"""

import importlib
import pickle
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from instrument_share.kernel.errors import DomainError

MOST_MEMORY = 1024**3
MOST_SECONDS = 60
LONGEST_ANSWER = 128 * 1024**2
ROOT = Path(__file__).resolve().parents[1]
TOO_MUCH = 3
"""The exit code of a process that met its bound of memory; where it can't even say so, a signal kills it."""
PROGRAM = "from instrument_share.apart import answer; answer()"
R = TypeVar("R")


class Failed(Exception):
    """The function raised what is no DomainError, or took longer than it may."""


class TookTooMuch(Exception):
    """The function needed more memory than it may, or has more to return; it may raise it by itself."""


def run_apart(function: Callable[..., R], *arguments: Any, seconds: float = MOST_SECONDS) -> R:
    """Return what a function of a module returns for these arguments; all of them are pickled.

    Its module should import little: it is imported for each call. Raises the function's DomainError, Failed,
    and TookTooMuch.
    """
    asked = pickle.dumps((function.__module__, function.__qualname__, arguments, seconds))
    try:
        with tempfile.TemporaryFile() as answer:
            done = subprocess.run(  # noqa: S603 - our own file
                [sys.executable, "-P", "-c", PROGRAM],
                input=asked,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
                env={"PYTHONPATH": str(ROOT)},  # none of the site's secrets
            )
            if done.returncode == TOO_MUCH or done.returncode < 0:
                raise TookTooMuch
            if done.returncode:
                raise Failed
            answer.seek(0)
            returned, refused = pickle.load(answer)  # noqa: S301 - written by the process below
    except (subprocess.SubprocessError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise Failed from error
    if refused is not None:
        kind, state = refused
        refusal: DomainError = kind.__new__(kind)
        refusal.__dict__.update(state)
        raise refusal
    return returned


def answer() -> None:
    """What the other process does: call the function, and write down what it returns or refuses."""
    module, name, arguments, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `run_apart`
    function = getattr(importlib.import_module(module), name)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_ANSWER, LONGEST_ANSWER))
    # Where the process that asked is killed, this one ends by itself.
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    try:
        pickle.dump((function(*arguments), None), sys.stdout.buffer)
    except DomainError as error:
        pickle.dump((None, (type(error), error.__dict__)), sys.stdout.buffer)
    except (TookTooMuch, MemoryError):
        sys.exit(TOO_MUCH)
