"""Whether a year's data are frozen for its assessment, which the app above says."""

from collections.abc import Callable
from datetime import date, datetime

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence

Reader = Callable[[int], date | None]
_readers: list[Reader] = []
FROZEN = gettext_noop(
    "The data of {year} were frozen on {date} for the assessment. Hours of that year that are recorded, "
    "confirmed or corrected after that are billed, but count in no assessment."
)


def register_frozen_reader(reader: Reader) -> None:
    """Have `reader` return the day on which the data of a year were frozen, or None."""
    _readers.append(reader)


def get_frozen_date(starts_at: datetime) -> date | None:
    """Return on which day the data of the year in which a use starts were frozen; None while they aren't.

    What is recorded, confirmed or corrected from then on is billed, and counts in no assessment.
    """
    year = starts_at.astimezone(CITY_TIME).year
    return next((day for reader in _readers if (day := reader(year)) is not None), None)


def describe_frozen_year(starts_at: datetime) -> Sentence | None:
    """Say what becomes of hours that start then, where the data of their year are frozen; else None."""
    frozen = get_frozen_date(starts_at)
    if frozen is None:
        return None
    return Sentence(FROZEN, {"year": starts_at.astimezone(CITY_TIME).year, "date": frozen})
