"""State machines as tables of moves: what is not in the table is not possible."""

from collections.abc import Mapping

from instrument_share.kernel.errors import IllegalMove

Moves = Mapping[str, Mapping[str, str]]
"""state → move → next state"""


def next_state(moves: Moves, state: str, move: str) -> str:
    """Return the state after `move`. Raises IllegalMove where the table has none."""
    try:
        return moves[state][move]
    except KeyError:
        raise IllegalMove(state=state, move=move) from None


def require_transition(moves: Moves, state: str, move: str) -> None:
    """Raise IllegalMove unless `move` is possible from `state`."""
    next_state(moves, state, move)
