"""State machines as tables of moves: what is not in the table is not possible."""

from collections.abc import Mapping

from instrument_share.kernel.errors import IllegalMove

Moves = Mapping[str, Mapping[str, str]]
"""state → move → next state"""


def next_state(moves: Moves, state: str, move: str, *, kind: str = "") -> str:
    """Return the state after `move`. Raises IllegalMove where the table has none.

    `kind` is what its labels are registered for (`cycle`), where other kinds have states of the same codes.
    """
    try:
        return moves[state][move]
    except KeyError:
        raise IllegalMove(state=f"{kind}.{state}" if kind else state, move=move) from None


def require_transition(moves: Moves, state: str, move: str, *, kind: str = "") -> None:
    """Raise IllegalMove unless `move` is possible from `state`."""
    next_state(moves, state, move, kind=kind)
