"""Whether a year's data are frozen for its assessment, which the app above says."""

from collections.abc import Callable
from datetime import date, datetime

from instrument_share.kernel.city_time import CITY_TIME

Reader = Callable[[int], date | None]
_readers: list[Reader] = []


def register_frozen_reader(reader: Reader) -> None:
    """Have `reader` return the day on which the data of a year were frozen, or None."""
    _readers.append(reader)


def get_frozen_date(starts_at: datetime) -> date | None:
    """Return on which day the data of the year in which a use starts were frozen; None while they aren't.

    What is recorded, confirmed or corrected from then on is billed, and counts in no assessment.
    """
    year = starts_at.astimezone(CITY_TIME).year
    return next((day for reader in _readers if (day := reader(year)) is not None), None)
