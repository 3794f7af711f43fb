"""Whether a year's data are frozen, which the room of years says and this one does not know."""

from collections.abc import Callable
from datetime import date

Reader = Callable[[int], date | None]
_readers: list[Reader] = []


def register_frozen_reader(reader: Reader) -> None:
    """Have `reader` return the day on which the data of a year were frozen, or None."""
    _readers.append(reader)


def get_frozen_date(year: int) -> date | None:
    """Return the day in the city on which the data of a year were frozen; None while they aren't."""
    return next((day for reader in _readers if (day := reader(year)) is not None), None)
