"""What may follow a state of a statement."""

from datetime import date
from decimal import Decimal
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
        "reverse": StatementState.SENT,
    },
    StatementState.DISPUTED: {"answer": StatementState.SENT, "reverse": StatementState.DISPUTED},
    StatementState.CONFIRMED: {
        "pay": StatementState.CONFIRMED,
        "settle": StatementState.SETTLED,
        "reverse": StatementState.CONFIRMED,
    },
    StatementState.SETTLED: {"reverse": StatementState.SENT},
}
"""A payment that leaves something to pay changes no state; who pays everything needs not confirm before.

To take back a payment opens a settled statement again; see `get_state_after_reversal`.
"""

OPEN_STATES = (StatementState.SENT, StatementState.CONFIRMED, StatementState.DISPUTED)
"""What was sent and is not settled: its payer owes it."""
DUE_STATES = (StatementState.SENT, StatementState.CONFIRMED)
"""What is reminded of when it is overdue; a dispute waits for the unit."""


def is_overdue(state: str, due_date: date | None, owed_yuan: Decimal, today: date) -> bool:
    """Return whether the payer is late: something is owed, its last day is past, and no dispute is open."""
    return state in DUE_STATES and due_date is not None and due_date < today and owed_yuan > 0


def is_credit(state: str, owed_yuan: Decimal) -> bool:
    """Return whether the unit has to pay: the payer has confirmed that something comes back to them."""
    return state == StatementState.CONFIRMED and owed_yuan < 0


def get_label_code(state: str, owed_yuan: Decimal) -> str:
    """Return the code by which a statement's state is labelled: a credit has one of its own."""
    return "confirmed_credit" if is_credit(state, owed_yuan) else state


class NoteKind(StrEnum):
    """Who says something about a statement: its payer disputes it, or the unit answers."""

    DISPUTE = "dispute"
    ANSWER = "answer"


def get_next_state(state: str, move: str) -> str:
    """Return the state after a move. Raises IllegalMove, in the words of statements."""
    if move not in MOVES.get(state, {}):
        raise IllegalMove(state=f"statement.{state}", move=f"statement.{move}")
    return MOVES[state][move]


def get_state_after_reversal(state: str, *, is_confirmed: bool) -> str:
    """Return the state once a payment is taken back: what its payer has confirmed stays confirmed.

    Raises IllegalMove.
    """
    following = get_next_state(state, "reverse")
    if state == StatementState.SETTLED and is_confirmed:
        return StatementState.CONFIRMED
    return following
