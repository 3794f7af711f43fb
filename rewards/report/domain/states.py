"""States of a report."""

from enum import StrEnum


class ReportState(StrEnum):
    """The state of a report."""

    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
