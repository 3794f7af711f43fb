"""States of a booking and its transitions."""

from enum import StrEnum

from instrument_share.kernel.errors import IllegalMove
from instrument_share.kernel.states import Moves


class BookingState(StrEnum):
    """The state of a booking, from the request to its end."""

    OFFERED = "offered"
    REQUESTED = "requested"
    APPROVED = "approved"
    IN_USE = "in_use"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    NO_SHOW = "no_show"


HOLDING_STATES = frozenset(
    {BookingState.OFFERED, BookingState.REQUESTED, BookingState.APPROVED, BookingState.IN_USE}
)
"""States in which a booking holds its time; no two of these overlap on one instrument."""

TAKING_STATES = frozenset(
    {*HOLDING_STATES, BookingState.COMPLETED, BookingState.NO_SHOW} - {BookingState.OFFERED}
)
"""States in which a booking has taken time that somebody else gave back late; an offer has not yet."""

NOT_BEGUN_STATES = frozenset({BookingState.OFFERED, BookingState.REQUESTED, BookingState.APPROVED})
"""States in which a booking has not begun; a decision that hits it says what becomes of it."""

CANCELLABLE_STATES = frozenset({BookingState.REQUESTED, BookingState.APPROVED})
"""States from which a booking goes to cancelled."""

MOVES: Moves = {
    BookingState.OFFERED: {
        "accept_for_decision": BookingState.REQUESTED,
        "accept": BookingState.APPROVED,
        "decline": BookingState.LAPSED,
        "lapse": BookingState.LAPSED,
    },
    BookingState.REQUESTED: {
        "approve": BookingState.APPROVED,
        "reject": BookingState.REJECTED,
        "lapse": BookingState.LAPSED,
        "cancel": BookingState.CANCELLED,
    },
    BookingState.APPROVED: {
        "move_for_decision": BookingState.REQUESTED,
        "check_in": BookingState.IN_USE,
        "cancel": BookingState.CANCELLED,
        "no_show": BookingState.NO_SHOW,
    },
    BookingState.IN_USE: {"check_out": BookingState.COMPLETED},
}


def require_cancellable(state: str, move: str) -> None:
    """Raise IllegalMove, which names `move`, unless a booking in this state can still be cancelled.

    What can still be cancelled can be moved, agreed to and handed over.
    """
    if state not in CANCELLABLE_STATES:
        raise IllegalMove(state=state, move=move)
