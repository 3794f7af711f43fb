"""States as a table of moves: what is not in the table cannot happen."""

from collections.abc import Mapping

from instrument_share.kernel.errors import IllegalMove

Moves = Mapping[str, Mapping[str, str]]
"""state → move → next state"""


def moved(moves: Moves, state: str, move: str) -> str:
    """The state after `move`, or IllegalMove with both names in it."""
    try:
        return moves[state][move]
    except KeyError:
        raise IllegalMove(state=state, move=move) from None
