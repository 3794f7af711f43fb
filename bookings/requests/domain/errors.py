"""Errors of bookings, beyond the problems that `admission` lists."""

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop

REASON_MISSING = "booking.reason_missing"
"""The code of `kernel.errors.ReasonMissing` in this app."""


class BookingRefused(DomainError):
    code = "booking.refused"
    message = gettext_noop("This can't be booked as it stands. Change what is listed and try again.")


class SlotTaken(DomainError):
    """Somebody else holds some of this time; found by the checks or refused by the database."""

    code = "booking.slot_taken"
    kind: Kind = "conflict"
    message = gettext_noop(
        "This time is taken (with the pause between two uses). Choose a time that is still free."
    )


class RevisionMismatch(DomainError):
    code = "booking.changed_meanwhile"
    kind: Kind = "conflict"
    message = gettext_noop("Somebody changed this booking meanwhile. Reload it and decide again.")


class DecisionOverdue(DomainError):
    code = "booking.decision_overdue"
    kind: Kind = "conflict"
    message = gettext_noop(
        "This request could be decided until {deadline} and lapses. Ask the user to book again."
    )


class TooEarly(DomainError):
    code = "booking.too_early"
    kind: Kind = "conflict"
    message = gettext_noop("Check-in opens at {opens}. Come back then.")


class StillInUse(DomainError):
    code = "booking.still_in_use"
    kind: Kind = "conflict"
    message = gettext_noop("The instrument is still in use by another booking. Check that one out first.")


class ClosureHitsBookings(DomainError):
    """A closure needs to say what becomes of every booking in its time; the problems name them."""

    code = "closure.hits_bookings"
    kind: Kind = "conflict"
    message = gettext_noop("Bookings lie in this time. Say for each whether it is moved or cancelled.")


class InstrumentHitsBookings(DomainError):
    """A suspension or retirement needs to say what becomes of every booking that has not begun."""

    code = "instrument.hits_bookings"
    kind: Kind = "conflict"
    message = gettext_noop("The instrument is booked. Say for each booking what becomes of it.")


class QualificationHitsBookings(DomainError):
    """The end of a right needs to say what becomes of every booking that rests on it."""

    code = "qualification.hits_bookings"
    kind: Kind = "conflict"
    message = gettext_noop("Bookings rest on this right. Say for each what becomes of it.")
