"""What a unit has, what it publishes about itself, and on which terms its instruments are open."""

from providers.models.calendar import CalendarDay, CalendarYear
from providers.models.instrument import (
    Instrument,
    InstrumentCategory,
    Keeper,
    Qualification,
)
from providers.models.openness import Closure, OpenServiceRule, OpenWindow, PriceLine
from providers.models.publications import (
    OpennessStatement,
    Regulation,
    ServiceCase,
    UnitNews,
)
from providers.models.unit import UnitProfile

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "Closure",
    "Instrument",
    "InstrumentCategory",
    "Keeper",
    "OpenServiceRule",
    "OpenWindow",
    "OpennessStatement",
    "PriceLine",
    "Qualification",
    "Regulation",
    "ServiceCase",
    "UnitNews",
    "UnitProfile",
]
