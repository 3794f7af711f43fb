"""How long work tells how far it is, whoever listens."""

from collections.abc import Callable

Tell = Callable[[int, int], None]
"""Takes how much is done, and of how much."""


def tell_nobody(*_progress: object) -> None:
    """Listen to nothing: the work is done where nobody waits for its progress."""
