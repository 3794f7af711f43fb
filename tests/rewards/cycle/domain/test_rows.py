"""Rows of a snapshot as the facts that are counted and checked."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from rewards.cycle.domain.entries import EntryFacts, InstrumentStanding
from rewards.cycle.domain.rows import entry_from_row, standing_from_row
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow, UsageRow
from tests.rewards.assessment.domain.test_outcome import INSTRUMENT, LOG, UNIT, read


def entry(invalidated=(), **changes):
    return entry_from_row(
        read(UsageRow, {**LOG, **changes}), read(InstrumentRow, INSTRUMENT), read(UnitRow, UNIT), invalidated
    )


def test_every_value_of_a_log_has_its_place():
    assert entry() == EntryFacts(
        public_id="LOG-1",
        instrument="INS-1",
        number=1,
        recorded_at=datetime(2025, 3, 3, 3, tzinfo=UTC),
        start=datetime(2025, 3, 3, 1, tzinfo=UTC),
        end=datetime(2025, 3, 3, 3, tzinfo=UTC),
        setup_seconds=600,
        measuring_seconds=6000,
        post_seconds=300,
        idle_seconds=300,
        amount=Decimal("600.00"),
        external=True,
        related=False,
        enterprise=True,
        sme=True,
        purpose="",
        inside_region=True,
        capture="check_out",
        by_hand=False,
        confirmed=True,
        invalidated=False,
        user_organization="ORG-B",
        owner="ORG-A",
        operator="USR-1",
        place="一号楼",
        booking="BKG-1",
        booked_from=datetime(2025, 3, 3, 0, 30, tzinfo=UTC),
        booked_until=datetime(2025, 3, 3, 3, 30, tzinfo=UTC),
        quoted=Decimal("600.00"),
        rating="very_satisfied",
    )


def test_missing_values_of_log_become_empty():
    bare = entry(booking=None, booked_ends_at=None, quoted_yuan=None, rating=None, payer_organization=None)
    assert (bare.booking, bare.booked_until, bare.quoted) == ("", None, None)
    assert (bare.rating, bare.user_organization) == (None, "")


@pytest.mark.parametrize(
    ("capture", "by_hand"), [("check_out", False), ("device", False), ("manual", True), ("import", True)]
)
def test_typed_and_imported_logs_are_by_hand(capture, by_hand):
    assert entry(capture=capture).by_hand is by_hand


def test_a_log_is_invalidated_by_its_id():
    assert entry(invalidated={"LOG-1"}).invalidated
    assert not entry(invalidated={"LOG-2"}).invalidated


def test_the_standing_of_an_instrument():
    assert standing_from_row(
        read(InstrumentRow, {**INSTRUMENT, "retired_on": "2025-06-30"})
    ) == InstrumentStanding(
        public_id="INS-1",
        published_in_year=True,
        original_value=Decimal("500000.00"),
        externally_shared=True,
        in_service_from=date(2020, 1, 1),
        retired_on=date(2025, 6, 30),
    )
    assert standing_from_row(read(InstrumentRow, INSTRUMENT)).retired_on is None


def test_what_lies_outside_the_windows_is_the_rest_of_the_use():
    assert entry(inside_windows_seconds=7200).outside_seconds == 0
    assert entry(inside_windows_seconds=600).outside_seconds == 6600
