"""A large sheet under way."""

import pytest

from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS
from providers.exchange.domain.sheets.sheet_types import SheetKindName
from providers.exchange.services import sheet_runs
from providers.exchange.services.sheet_runs import sheet_run_start
from providers.exchange.services.uploads import sheet_keep
from tests.providers.conftest import NOW

FIVE_INSTRUMENTS = "编号,名称\n" + "".join(f"Y-{number},电镜\n" for number in range(5))


@pytest.fixture
def begin():
    """`begin(actor, organization_id)` uploads a sheet and starts its import."""

    def begin(actor, organization_id, text=FIVE_INSTRUMENTS, kind=INSTRUMENTS):
        common = {"actor": actor, "organization_id": organization_id, "kind": kind}
        key = sheet_keep(content=text.encode(), map_text="", **common)
        return sheet_run_start(key=key, chosen={}, partial=False, now=NOW, **common)[0]

    return begin


@pytest.fixture
def run(world, begin, monkeypatch):
    """An import of five instruments, of which two at a time are entered."""
    monkeypatch.setattr(sheet_runs, "AT_ONCE", dict.fromkeys(SheetKindName, 2))
    return begin(world.manager, world.unit.pk)
