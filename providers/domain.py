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
    find_refusals,
    reported_years,
)
from providers.exchange.domain.national.values import (
    customs_record,
    format_decimal,
    format_hours,
    format_moment,
    format_subjects,
    format_yes_no,
    instrument_record,
    unit_record,
)
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.domain.sheets.rows import SheetRow, add_problem
from providers.exchange.domain.sheets.sheet_types import SheetField, SheetKind, english_words
from providers.exchange.domain.sheets.term_fields import MODES as SERVICE_MODE_WORDS
from providers.exchange.domain.sheets.values import clean_field
from providers.instruments.domain.categories import CategoryRow, read_category_rows
from providers.instruments.domain.choices import Audience, GroupKind, InstrumentState, Purpose, SharingMode
from providers.instruments.domain.countries import bilingual_country_name
from providers.instruments.domain.notices import NOTICE_AHEAD
from providers.instruments.domain.states import LIVE
from providers.instruments.domain.subjects import bilingual_subject_names
from providers.terms.domain.booking_gaps import REFUSING, BookingGap
from providers.terms.domain.choices import (
    FOR_THEMSELVES,
    OPERATED_BY_USER,
    DayKind,
    Decision,
    Frequency,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    RuleTopic,
    ServiceMode,
    UserKind,
)
from providers.terms.domain.holiday_list import parse_days, problems_of_year
from providers.terms.domain.labels import LABELS as TERM_LABELS
from providers.terms.domain.listed_prices import NO_HOURLY_PRICE, versions_in_force
from providers.terms.domain.open_seconds import OpenSeconds
from providers.terms.domain.price_changes import PriceChange, price_changes, relative_change
from providers.terms.domain.price_table import PriceTableRow, price_table
from providers.terms.domain.rule_columns import terms_from_columns
from providers.terms.domain.rule_states import RuleState, Standing, find_rule_states
from providers.terms.domain.sentences import (
    condition_sentences,
    length_sentence,
    sentences,
    sentences_by_part,
    sentences_by_topic,
)
from providers.terms.domain.special_days import (
    ONE_DAY,
    CalendarYearChanged,
    CalendarYearUnknown,
    Day,
    DayTable,
    published_years,
)
from providers.terms.domain.terms import (
    OpeningPattern,
    Price,
    Quota,
    Terms,
    TermsDraft,
    find_most_specific,
    problems_of_terms,
)
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness import UnitCompleteness
from providers.units.domain.information import InformationKind
from providers.units.domain.publications import PublicationKind
from providers.units.domain.reminders import ReminderOutcome, open_kinds
