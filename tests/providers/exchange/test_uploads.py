"""Sheets that were uploaded and not brought in yet: a few for each person and unit, a day at most."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.exchange.services.uploads import (
    SheetGone,
    sheet_forget,
    sheet_keep,
    sheet_kept,
    sheets_forget_old,
)
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def keep(world, settings, tmp_path):
    """Keeps a sheet for a unit, written at that time; gives its key."""
    settings.MEDIA_ROOT = tmp_path

    def keep(text="a,b\n", unit=None, at=NOW):
        unit = unit or world.unit
        key = sheet_keep(actor=world.manager, organization_id=unit.pk, content=text.encode(), map_text="")
        for file in Path(tmp_path).rglob(f"*{key}*"):
            os.utime(file, (at.timestamp(), at.timestamp()))
        return key

    return keep


def kept(world, key, unit=None):
    unit = unit or world.unit
    try:
        return sheet_kept(actor=world.manager, organization_id=unit.pk, key=key)[0].decode()
    except SheetGone:
        return None


def test_sixth_upload_replaces_oldest(world, keep):
    other = factories.organization("另一单位", owns_instruments=True)
    factories.member(other, role=factories.Role.UNIT_MANAGER, person=world.manager)
    elsewhere = keep("elsewhere", unit=other, at=NOW - timedelta(hours=9))
    keys = [keep(f"sheet {number}", at=NOW + timedelta(minutes=number)) for number in range(6)]
    assert [kept(world, key) for key in keys] == [None, *(f"sheet {number}" for number in range(1, 6))]
    assert kept(world, elsewhere, unit=other) == "elsewhere"


def test_tick_removes_uploads_older_than_a_day(world, keep):
    old, young = (
        keep(at=NOW - timedelta(days=1, seconds=1)),
        keep(at=NOW - timedelta(days=1)),
    )
    assert sheets_forget_old(now=NOW) == 2  # the sheet and its map
    assert [kept(world, key) for key in (old, young)] == [None, "a,b\n"]
    assert sheets_forget_old(now=NOW) == 0


def test_nothing_is_removed_where_nothing_was_uploaded(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert sheets_forget_old(now=NOW) == 0
    sheet_forget(actor=world.manager, organization_id=world.unit.pk, key="a-key-that-nobody-has")
