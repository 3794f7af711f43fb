"""The types and rules of providers that other apps may use; pure Python."""

from providers.exchange.domain.national.records import (
    DRAFT,
    NONE,
    RECORDS,
    STATUS_FIELD,
    SUBMITTED,
    VERSION,
    RecordType,
    Refusal,
    refusals_of,
    reported_years,
)
from providers.exchange.domain.national.values import (
    customs_record,
    decimals,
    hours,
    instrument_record,
    moment,
    subjects,
    unit_record,
    yes_no,
)
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.domain.choices import Audience, GroupKind, InstrumentState, Purpose, SharingMode
from providers.instruments.domain.notices import NOTICE_AHEAD
from providers.instruments.domain.states import LIVE
from providers.instruments.domain.subjects import subjects_named
from providers.terms.domain.choices import (
    DayKind,
    Decision,
    Frequency,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    ServiceMode,
    UserKind,
)
from providers.terms.domain.listed_prices import NO_HOURLY_PRICE
from providers.terms.domain.price_changes import PriceChange, price_changes, share_of_change
from providers.terms.domain.price_table import PriceTableRow, price_table
from providers.terms.domain.rule_columns import terms_of_flat
from providers.terms.domain.sentences import conditions, parts, sentences
from providers.terms.domain.terms import OpeningPattern, Price, Quota, Terms, TermsDraft, problems_of
from providers.terms.domain.workdays import ONE_DAY, Day, DayTable, published_years
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness import UnitCompleteness
from providers.units.domain.information import InformationKind
from providers.units.domain.publications import PublicationKind
from providers.units.domain.reminders import ReminderOutcome, still_open
