"""What the stages of a load share: the facts, the clock, and the rows that earlier stages made."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from instrument_share.demo import pictures
from instrument_share.demo.city import City, Instrument
from instrument_share.demo.week import Planned, Week
from instrument_share.kernel.city_time import CITY_TIME

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument as InstrumentRow

DEMO_YEARS = 4
"""How long the platform has been running in the demo."""


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """That time of day in the city."""
    return datetime.combine(day, time(hour, minute), CITY_TIME)


@dataclass
class World:
    """`now` is the instant of loading; everything is dated relative to it."""

    city: City
    now: datetime
    organizations: "dict[str, Organization]" = field(default_factory=dict)
    people: "dict[str, User]" = field(default_factory=dict)
    instruments: "dict[str, InstrumentRow]" = field(default_factory=dict)
    begun: list[Planned] = field(default_factory=list)
    """Uses that go on now, which history keeps clear of."""
    first_day: date | None = None
    _week: Week | None = None
    """The first day of history; by default 1 January of the year before."""

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(CITY_TIME).date()

    @property
    def assessed_year(self) -> int:
        return self.today.year - 1

    @property
    def since(self) -> date:
        return self.first_day or date(self.assessed_year, 1, 1)

    @property
    def began(self) -> date:
        """The platform's first day."""
        return date(self.today.year - DEMO_YEARS, 1, 4)

    def in_service(self, instrument: Instrument) -> date:
        return date(self.today.year - instrument.age, instrument.month, 8)

    def published(self, instrument: Instrument) -> date:
        """A month after it was put in service, or soon after the platform began."""
        return max(self.in_service(instrument) + timedelta(days=30), self.began + timedelta(days=21))

    def manager(self, unit: str) -> "User":
        return self.people[self.city.manager(unit).username]

    def keeper(self, instrument: Instrument) -> "User":
        return self.people[self.city.keeper(instrument).username]

    @property
    def week(self) -> Week:
        """The plan of the days ahead, once the past has made it."""
        assert self._week is not None
        return self._week

    @week.setter
    def week(self, week: Week) -> None:
        self._week = week

    def building(self, key: str) -> ContentFile:
        """A picture of a unit, ready to be stored."""
        return ContentFile(pictures.building(key), name=f"{key}.png")

    @property
    def officer(self) -> "User":
        return self.people["sun"]
