"""States of a sample order, its moves, and what its next step is."""

from enum import StrEnum

from bookings.requests.domain.states import HOLDING_STATES, BookingState
from instrument_share.kernel.errors import IllegalMove
from instrument_share.kernel.states import Moves


class SampleOrderState(StrEnum):
    """The state of a sample order."""

    SUBMITTED = "submitted"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    RECEIVED = "received"
    REPORTED = "reported"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


_ENDS_UNHANDED = {"cancel": SampleOrderState.CANCELLED, "lapse": SampleOrderState.LAPSED}
MOVES: Moves = {
    SampleOrderState.SUBMITTED: {
        "quote": SampleOrderState.QUOTED,
        "reject": SampleOrderState.REJECTED,
        **_ENDS_UNHANDED,
    },
    SampleOrderState.QUOTED: {
        "quote": SampleOrderState.QUOTED,
        "accept": SampleOrderState.ACCEPTED,
        "reject": SampleOrderState.REJECTED,
        **_ENDS_UNHANDED,
    },
    SampleOrderState.ACCEPTED: {
        "receive": SampleOrderState.RECEIVED,
        "reject": SampleOrderState.REJECTED,
        **_ENDS_UNHANDED,
    },
    SampleOrderState.RECEIVED: {
        "plan": SampleOrderState.RECEIVED,
        "report": SampleOrderState.REPORTED,
        "close": SampleOrderState.CLOSED,
    },
    SampleOrderState.REPORTED: {
        "report": SampleOrderState.REPORTED,
        "close": SampleOrderState.CLOSED,
    },
}
"""Once the unit has the samples, an order ends only by their return or disposal."""

UNHANDED_STATES = tuple(SampleOrderState(state) for state, moves in MOVES.items() if "reject" in moves)
"""The unit has no samples yet, and may still decline."""
OPEN_STATES = tuple(SampleOrderState(state) for state in MOVES)
WAITING_FOR_UNIT = (SampleOrderState.SUBMITTED, SampleOrderState.RECEIVED, SampleOrderState.REPORTED)
LAPSING_STATES = (SampleOrderState.SUBMITTED, SampleOrderState.QUOTED, SampleOrderState.ACCEPTED)
"""Those that end by themselves when their deadline passes; samples that are there are never let lapse."""


class Progress(StrEnum):
    """How far the unit is with samples that it has, by the booking in which they are measured."""

    TO_PLAN = "to_plan"
    PLANNED = "planned"
    MEASURING = "measuring"
    MEASURED = "measured"


def get_next_state(state: str, move: str) -> str:
    """Return the state after a move. Raises IllegalMove, in the words of sample orders."""
    if move not in MOVES.get(state, {}):
        raise IllegalMove(state=f"sample_order.{state}", move=f"sample_order.{move}")
    return MOVES[state][move]


def get_progress(booking_state: str | None) -> Progress:
    """Return the progress with a booking in this state; one that was cancelled is to be planned again."""
    if booking_state == BookingState.COMPLETED:
        return Progress.MEASURED
    if booking_state == BookingState.IN_USE:
        return Progress.MEASURING
    return Progress.PLANNED if booking_state in HOLDING_STATES else Progress.TO_PLAN
