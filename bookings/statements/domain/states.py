"""What may follow a state of a statement."""

from enum import StrEnum

from instrument_share.kernel.errors import IllegalMove
from instrument_share.kernel.states import Moves


class StatementState(StrEnum):
    """The state of a statement."""

    DRAFT = "draft"
    SENT = "sent"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SETTLED = "settled"


MOVES: Moves = {
    StatementState.DRAFT: {"send": StatementState.SENT},
    StatementState.SENT: {
        "confirm": StatementState.CONFIRMED,
        "dispute": StatementState.DISPUTED,
        "pay": StatementState.SENT,
        "settle": StatementState.SETTLED,
    },
    StatementState.DISPUTED: {"answer": StatementState.SENT},
    StatementState.CONFIRMED: {"pay": StatementState.CONFIRMED, "settle": StatementState.SETTLED},
}
"""A payment that leaves something to pay changes no state; who pays everything needs not confirm before."""

OPEN_STATES = (StatementState.SENT, StatementState.CONFIRMED, StatementState.DISPUTED)
"""What was sent and is not settled: its payer owes it."""
DUE_STATES = (StatementState.SENT, StatementState.CONFIRMED)
"""What is reminded of when it is overdue; a dispute waits for the unit."""


class NoteKind(StrEnum):
    """Who says something about a statement: its payer questions it, or the unit answers."""

    DISPUTE = "dispute"
    ANSWER = "answer"


def get_next_state(state: str, move: str) -> str:
    """Return the state after a move. Raises IllegalMove, in the words of statements."""
    if move not in MOVES.get(state, {}):
        raise IllegalMove(state=f"statement.{state}", move=f"statement.{move}")
    return MOVES[state][move]
