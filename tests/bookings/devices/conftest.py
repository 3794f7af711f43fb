"""The programs for devices in examples/, at the test's clock."""

import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"


class Moments(datetime):
    """A program's `datetime`: `now` is the test's clock."""

    clock = None

    @classmethod
    def now(cls, tz=UTC):
        return cls.clock.now().astimezone(tz)


@pytest.fixture
def example(clock, monkeypatch):
    """`example("device_client")` is that program as a module, loaded anew."""
    monkeypatch.syspath_prepend(EXAMPLES)
    for name in ("device_client", "mqtt_device"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    Moments.clock = clock
    common = import_module("device_client")
    monkeypatch.setattr(common, "datetime", Moments)
    monkeypatch.setattr(common.time, "time", lambda: clock.now().timestamp())
    return import_module
