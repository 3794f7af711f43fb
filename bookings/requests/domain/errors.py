"""Errors of bookings, beyond the problems that `admission` lists."""

from instrument_share.kernel.errors import DomainError, Kind, RevisionMismatch, gettext_noop

REASON_MISSING = "booking.reason_missing"
"""The code of `kernel.errors.ReasonMissing` in this app."""


class BookingRefused(DomainError):
    """A request that breaks rules; `problems` lists all of them."""

    code = "booking.refused"
    message = gettext_noop("This can't be booked as it stands. Change what is listed and try again.")


class SlotTaken(DomainError):
    """Some of the time is held by another booking; found by the checks or refused by the database."""

    code = "booking.slot_taken"
    kind: Kind = "conflict"
    message = gettext_noop(
        "This time is taken (with the pause between two uses). Choose a time that is still free."
    )


class BookingChanged(RevisionMismatch):
    """The booking has changed since the caller read it."""

    code = "booking.changed_meanwhile"
    message = gettext_noop("Somebody changed this booking meanwhile. Reload it and decide again.")


class DecisionOverdue(DomainError):
    """The deadline for deciding on the request has passed."""

    code = "booking.decision_overdue"
    kind: Kind = "conflict"
    message = gettext_noop(
        "This request could be decided until {deadline} and lapses. Ask the user to book again."
    )


class TooEarly(DomainError):
    """Check-in is not open yet."""

    code = "booking.too_early"
    kind: Kind = "conflict"
    message = gettext_noop("Check-in opens at {opens}. Come back then.")


class StillInUse(DomainError):
    """Another booking is checked in on the instrument."""

    code = "booking.still_in_use"
    kind: Kind = "conflict"
    message = gettext_noop("The instrument is still in use by another booking. Check that one out first.")


class ClosureHitsBookings(DomainError):
    """A closure without an outcome for every booking in its time; `problems` names the bookings."""

    code = "closure.hits_bookings"
    kind: Kind = "conflict"
    message = gettext_noop("Bookings lie in this time. Say for each whether it is moved or cancelled.")


class InstrumentHitsBookings(DomainError):
    """A suspension or retirement without an outcome for every booking that has not begun."""

    code = "instrument.hits_bookings"
    kind: Kind = "conflict"
    message = gettext_noop("The instrument is booked. Say for each booking what becomes of it.")


class QualificationHitsBookings(DomainError):
    """A revocation without an outcome for every booking that depends on the qualification."""

    code = "qualification.hits_bookings"
    kind: Kind = "conflict"
    message = gettext_noop("Bookings rest on this right. Say for each what becomes of it.")
