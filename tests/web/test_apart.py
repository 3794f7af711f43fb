"""Functions called in a process of their own: what comes back, and the bounds."""

import sys

import pytest

from instrument_share import apart
from instrument_share.apart import Failed, TookTooMuch, run_apart
from instrument_share.kernel.errors import Invalid, Problem


def double(number):
    if number < 0:
        raise Invalid(problems=[Problem("a.negative", "Not {number}.", {"number": number})])
    return 2 * number


def fill_the_memory():
    return len(bytearray(4 * 1024**3))


def never_end():
    while True:
        pass


@pytest.fixture(autouse=True)
def _found_there(monkeypatch):
    """The other process finds this module by its file."""
    monkeypatch.setattr(sys.modules[__name__], "__name__", "test_apart")
    for function in (double, fill_the_memory, never_end):
        monkeypatch.setattr(function, "__module__", "test_apart")
    monkeypatch.setattr(apart, "ROOT", f"{apart.ROOT}:{apart.ROOT / 'tests' / 'web'}")


def test_the_answer_and_the_refusal_come_back():
    assert run_apart(double, 21) == 42
    with pytest.raises(Invalid) as refused:
        run_apart(double, -1)
    assert [(one.code, one.params) for one in refused.value.problems] == [("a.negative", {"number": -1})]


def test_a_gigabyte_is_all_the_memory():
    with pytest.raises(TookTooMuch):
        run_apart(fill_the_memory)


def test_who_does_not_end_is_ended():
    with pytest.raises(Failed):
        run_apart(never_end, seconds=0.5)


def test_what_raises_anything_else_has_failed():
    with pytest.raises(Failed):
        run_apart(double, "a", "b")
