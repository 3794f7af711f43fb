"""State shared by the stages of a load: facts, clock, and rows created so far."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from instrument_share.demo import pictures
from instrument_share.demo.city import City, Instrument
from instrument_share.demo.week import PlannedBooking, Week
from instrument_share.kernel.city_time import CITY_TIME

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument as InstrumentRow

DEMO_YEARS = 4
"""How long the platform has been running in the demo."""


@dataclass
class World:
    """The city being loaded; every date is relative to `now`."""

    city: City
    now: datetime
    organizations: "dict[str, Organization]" = field(default_factory=dict)
    people: "dict[str, User]" = field(default_factory=dict)
    instruments: "dict[str, InstrumentRow]" = field(default_factory=dict)
    begun: list[PlannedBooking] = field(default_factory=list)
    """Uses that go on now, which history keeps clear of."""
    first_day: date | None = None
    """The first day of history; by default 1 January of the year that was paid."""
    week: Week = field(init=False)
    """The plan of the days ahead, made by the stage `past`."""

    @cached_property
    def today(self) -> date:
        """Return the city's date."""
        return self.now.astimezone(CITY_TIME).date()

    @property
    def assessed_year(self) -> int:
        """Return last year."""
        return self.today.year - 1

    @property
    def paid_year(self) -> int:
        """Return the year before, whose awards were paid."""
        return self.today.year - 2

    @property
    def since(self) -> date:
        """Return the first day of history."""
        return self.first_day or date(self.paid_year, 1, 1)

    @property
    def began(self) -> date:
        """Return the platform's first day."""
        return date(self.today.year - DEMO_YEARS, 1, 4)

    def in_service(self, instrument: Instrument) -> date:
        """Return the day on which the instrument was put in service, a month ago or earlier."""
        day = date(self.today.year - instrument.age, instrument.month, 8)
        return day if day <= self.today - timedelta(days=30) else day.replace(year=day.year - 1)

    def published(self, instrument: Instrument) -> date:
        """Return a day a month after the start of service, or soon after the platform's."""
        return max(self.in_service(instrument) + timedelta(days=30), self.began + timedelta(days=21))

    def manager(self, unit: str) -> "User":
        """Return the unit's manager."""
        return self.people[self.city.manager(unit).username]

    def keeper(self, instrument: Instrument) -> "User":
        """Return the instrument's keeper."""
        return self.people[self.city.keeper(instrument).username]

    def building(self, key: str) -> ContentFile:
        """Return a picture of a unit for storage."""
        return ContentFile(pictures.draw_building(key), name=f"{key}.png")

    @property
    def officer(self) -> "User":
        """Return an officer of the bureau."""
        return self.people["sun"]
