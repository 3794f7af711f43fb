"""What a unit has, what it publishes about itself, and on which terms its instruments are open."""

from providers.models.calendar import CalendarDay, CalendarYear
from providers.models.customs import CustomsSupervision
from providers.models.instrument import (
    Instrument,
    InstrumentCategory,
    Keeper,
    Qualification,
)
from providers.models.media import InstrumentAttachment, InstrumentPicture
from providers.models.openness import (
    Closure,
    OpenServiceRule,
    OpenWindow,
    PriceLine,
    RuleException,
    RuleQuota,
)
from providers.models.publications import (
    OpennessStatement,
    PublicationPicture,
    Regulation,
    ServiceCase,
    UnitNews,
)
from providers.models.relations import InstrumentGroup, InstrumentLink
from providers.models.search import (
    ListedPrice,
    SearchedUnit,
    SearchSpelling,
    SearchTerm,
    SynonymGroup,
    SynonymWord,
)
from providers.models.sheets import NationalYear, SheetMemory, SheetRun
from providers.models.supervision import CompletenessNotice, CompletenessWatch, Reminder
from providers.models.unit import UnitProfile

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "Closure",
    "CompletenessNotice",
    "CompletenessWatch",
    "CustomsSupervision",
    "Instrument",
    "InstrumentAttachment",
    "InstrumentCategory",
    "InstrumentGroup",
    "InstrumentLink",
    "InstrumentPicture",
    "Keeper",
    "ListedPrice",
    "NationalYear",
    "OpenServiceRule",
    "OpenWindow",
    "OpennessStatement",
    "PriceLine",
    "PublicationPicture",
    "Qualification",
    "Regulation",
    "Reminder",
    "RuleException",
    "RuleQuota",
    "SearchSpelling",
    "SearchTerm",
    "SearchedUnit",
    "ServiceCase",
    "SheetMemory",
    "SheetRun",
    "SynonymGroup",
    "SynonymWord",
    "UnitNews",
    "UnitProfile",
]
