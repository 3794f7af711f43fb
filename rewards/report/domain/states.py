"""States of a report."""

from enum import StrEnum


class ReportState(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
