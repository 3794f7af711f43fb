"""What the rows of a snapshot mean to counting and checks."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rewards.cycle.domain.entries import EntryFacts, InstrumentStanding

Row = Mapping[str, Any]

PURPOSES: Mapping[str, str] = {
    "service": "",
    "statutory_testing": "statutory",
    "goods_inspection": "commodity_inspection",
    "medical_care": "medical",
    "commercial_filming": "filming",
    "telecom_billing": "telecom",
}
"""The purpose of a log → the exclusion of a policy that it falls under."""

RATINGS = ("very_poor", "dissatisfied", "neutral", "satisfied", "very_satisfied")
"""From 1 to 5."""

SMALL_AND_MEDIUM = frozenset({"medium", "small", "micro"})
BY_HAND = frozenset({"manual", "import"})
GRACE = timedelta(minutes=30)
"""How long a use may run past the end of its booking before anyone asks."""


def entry_of(row: Row, instrument: Row, unit: Row, invalidated: Collection[str] = ()) -> EntryFacts:
    """One row of a usage part."""
    enterprise = row["user_organization_kind"] == "enterprise"
    return EntryFacts(
        public_id=row["id"],
        instrument=instrument["instrument"],
        number=row["number"],
        recorded_at=instant(row["recorded_at"]),
        start=instant(row["starts_at"]),
        end=instant(row["ends_at"]),
        setup_seconds=row["setup_seconds"],
        measuring_seconds=row["measuring_seconds"],
        post_seconds=row["post_seconds"],
        idle_seconds=row["idle_seconds"],
        amount=Decimal(row["amount_yuan"]),
        external=row["external"],
        related=row["related"],
        enterprise=enterprise,
        sme=enterprise and row["user_size_class"] in SMALL_AND_MEDIUM,
        purpose=PURPOSES[row["purpose"]],
        inside_region=row["in_region"],
        capture=row["capture"],
        by_hand=row["capture"] in BY_HAND,
        confirmed=row["confirmed"],
        invalidated=row["id"] in invalidated,
        user_organization=row["payer_organization"] or "",
        owner=unit["organization"],
        operator=row["operator"],
        place=instrument["place_zh"],
        booking=row["booking"] or "",
        booked_until=instant(row["booked_ends_at"]) + GRACE if row["booked_ends_at"] else None,
        quoted=Decimal(row["quoted_yuan"]) if row["quoted_yuan"] else None,
        rating=row["rating"] or "",
    )


def standing_of(row: Row) -> InstrumentStanding:
    """One row of the instruments part."""
    return InstrumentStanding(
        public_id=row["instrument"],
        published_in_year=row["published_in_year"],
        original_value=Decimal(row["value_yuan"]),
        externally_shared=row["externally_shared"],
        in_service_from=date.fromisoformat(row["in_service_from"]),
        retired_on=date.fromisoformat(row["retired_on"]) if row["retired_on"] else None,
    )


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
