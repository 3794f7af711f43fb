"""States of a finding and of a falsification, and when a unit has been heard."""

from datetime import date, datetime
from enum import StrEnum


class FindingState(StrEnum):
    """The state of a finding."""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class FalsificationState(StrEnum):
    """The state of what an auditor says is a falsification."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


HIGHEST_NUMBER = 2**31 - 1
"""Of a decision, as its row holds it."""
STANDING = (FalsificationState.PROPOSED, FalsificationState.CONFIRMED)
"""States in which a finding has no room for another falsification."""


def is_decidable(answered_at: datetime | None, due: date, today: date) -> bool:
    """Return whether the unit has been heard: it has answered, or its last day to answer is over."""
    return answered_at is not None or today > due
