"""States of a finding."""

from enum import StrEnum


class FindingState(StrEnum):
    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
