"""States of a finding."""

from enum import StrEnum


class FindingState(StrEnum):
    """The state of a finding."""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
