"""Errors of bookings, beyond the problems that `admission` lists."""

from instrument_share.kernel.errors import Conflict, DomainError, RevisionMismatch, gettext_noop

REASON_MISSING = "booking.reason_missing"
"""The code of `kernel.errors.ReasonMissing` in this app."""


class BookingRefused(DomainError):
    """A request that breaks rules; `problems` lists all of them."""

    code = "booking.refused"
    message = gettext_noop("This can't be booked as it stands. Change what is listed and try again.")


class SlotTaken(Conflict):
    """Some of the time is held by another booking; found by the checks or refused by the database."""

    code = "booking.slot_taken"
    message = gettext_noop(
        "This time is taken (with the pause between two uses). Choose a time that is still free."
    )


class BookingChanged(RevisionMismatch):
    """The booking has changed since the caller read it."""

    code = "booking.changed_meanwhile"
    message = gettext_noop("Somebody changed this booking meanwhile. Check it as it is now, then decide.")


class ConditionsChanged(Conflict):
    """A time is not booked or moved to on the conditions that its form has shown; `problems` says why."""

    code = "booking.conditions_changed"
    message = gettext_noop(
        "The price or the rules have changed since you read them. Check them, then send again."
    )


class DecisionOverdue(Conflict):
    """The deadline for deciding on the request has passed."""

    code = "booking.decision_overdue"
    message = gettext_noop(
        "This request could be decided until {deadline} and lapses. Ask the user to book again."
    )


class NoRequestChosen(Conflict):
    """None of the chosen bookings waits for a decision."""

    code = "booking.no_request_chosen"
    message = gettext_noop("Choose at least one request that still waits for a decision.")


class AlreadyAgreed(Conflict):
    """There is no new time to which the user could agree."""

    code = "booking.already_agreed"
    message = gettext_noop("There is nothing to agree to: the booking stands as shown.")


class KeeperDecidesFirst(Conflict):
    """Somebody else was to agree to the new time; for this user nobody has decided on the request yet."""

    code = "booking.keeper_decides_first"
    message = gettext_noop(
        "The unit chose this time for whoever handed the booking over to you. Agree to it once the keeper "
        "has approved it for you."
    )


class NotInUse(Conflict):
    """Only a booking that is checked in can be extended."""

    code = "booking.not_in_use"
    message = gettext_noop("Only a booking that is checked in can be extended. Before its start, move it.")


class NoLaterEnd(Conflict):
    """There is no later end that would be granted."""

    code = "booking.no_later_end"
    message = gettext_noop("This booking can't end later: ask its keeper, or book another time.")


class TooEarly(Conflict):
    """Check-in is not open yet."""

    code = "booking.too_early"
    message = gettext_noop("Check-in opens at {opens}. Come back then.")


class StillInUse(Conflict):
    """Another booking is checked in on the instrument."""

    code = "booking.still_in_use"
    message = gettext_noop("The instrument is still in use by another booking. Check that one out first.")


class DecisionHitsBookings(Conflict):
    """A decision without an outcome for every booking that it affects; `problems` names the bookings."""


class ClosureHitsBookings(DecisionHitsBookings):
    """A closure without an outcome for every booking in its time."""

    code = "closure.hits_bookings"
    message = gettext_noop(
        "There are bookings in this time. Choose for each whether it is moved or cancelled."
    )


class InstrumentHitsBookings(DecisionHitsBookings):
    """A suspension or retirement without an outcome for every booking that has not begun."""

    code = "instrument.hits_bookings"
    message = gettext_noop("The instrument is booked. Say for each booking what becomes of it.")


class RuleHitsBookings(DecisionHitsBookings):
    """A change of the rule without an outcome for every booking that it leaves outside opening hours."""

    code = "rule.hits_bookings"
    message = gettext_noop("Some bookings fall outside the opening hours. Say for each what becomes of it.")


class QualificationHitsBookings(DecisionHitsBookings):
    """A revocation without an outcome for every booking that depends on the qualification."""

    code = "qualification.hits_bookings"
    message = gettext_noop("Bookings rest on this right. Say for each what becomes of it.")
