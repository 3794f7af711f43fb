"""What a unit has, what it publishes about itself, and on which terms its instruments are open."""

from providers.exchange.models import NationalCheck, NationalYear, SheetMemory, SheetRun
from providers.instruments.models import (
    CustomsSupervision,
    Instrument,
    InstrumentAttachment,
    InstrumentCategory,
    InstrumentGroup,
    InstrumentLink,
    InstrumentPicture,
    Keeper,
    Qualification,
)
from providers.revisions.models import RevisedUnit
from providers.search.models import SearchedUnit, SearchSpelling, SearchTerm, SynonymGroup, SynonymWord
from providers.terms.models import (
    CalendarDay,
    CalendarYear,
    Closure,
    ListedPrice,
    OpenServiceRule,
    OpenWindow,
    PriceLine,
    RuleException,
    RuleQuota,
)
from providers.units.models import (
    CompletenessNotice,
    CompletenessWatch,
    KeptCompleteness,
    OpennessStatement,
    Publication,
    PublicationPicture,
    Regulation,
    Reminder,
    ServiceCase,
    UnitNews,
    UnitProfile,
)
