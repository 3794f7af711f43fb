"""The names of providers that other apps may use; pure types and rules are in `providers.domain`."""

from providers.exchange.registry import SheetImport, register_sheet_imports
from providers.exchange.selectors.national import (
    national_instruments,
    national_units,
    national_years,
    unit_addresses,
    unit_codes,
)
from providers.exchange.selectors.national_checks import check_state, national_check
from providers.exchange.selectors.open_data import count_public_instruments, public_state
from providers.exchange.selectors.rule_effects import TermsChange, register_rule_effects
from providers.exchange.services.import_plans import ImportTask, Outcome, Plan, PlannedRow, Step
from providers.exchange.services.national import national_year_save
from providers.exchange.services.national_checks import (
    NATIONAL_CHECK_JOB,
    NATIONAL_FOLDER,
    national_check_abandon,
    national_check_keep,
    national_check_of_job,
    national_check_progress,
    national_check_start,
    national_checks_forget,
)
from providers.instruments.permissions import (
    can_take_suspension_over,
    is_keeper_of,
    is_recused,
    is_suspended_by_bureau_for,
)
from providers.instruments.registry import register_keeper_teller, register_link_follower
from providers.instruments.selectors.categories import instruments_to_recode
from providers.instruments.selectors.instruments import (
    InstrumentRetired,
    category_table,
    instrument,
    instrument_id,
    instrument_ids,
    instrument_lock,
    instrument_locks,
    instrument_locks_of_unit,
    instruments,
    instruments_by_id,
    instruments_kept_while_suspended,
    instruments_with_related,
    is_public,
    keeper_rows,
    keepers_of,
    kept_instrument_ids,
    kept_instruments,
    owner_ids,
    qualification_end,
    qualification_instrument_id,
    qualification_lock,
    qualification_rows,
    qualifications_of,
    qualified_until,
    service_days,
)
from providers.instruments.selectors.media import attachments_of, pictures_of
from providers.instruments.selectors.relations import (
    all_links,
    groups_of,
    linked_ids,
    linked_instruments,
    linking_ids,
    links_of,
)
from providers.instruments.services.categories import category_table_load
from providers.instruments.services.customs import customs_supervision_set
from providers.instruments.services.instruments import (
    instrument_confirm,
    instrument_create,
    instrument_publish,
    instrument_return,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.media import instrument_attachment_add, instrument_picture_add
from providers.instruments.services.people import (
    keeper_assign,
    keeper_links_drop,
    qualification_grant,
    qualification_revoke,
)
from providers.instruments.services.pictures import prepare_picture, store_once
from providers.instruments.services.relations import instrument_group_save, instrument_links_set
from providers.instruments.services.suspension import instrument_resume, instrument_suspend, require_resumable
from providers.instruments.templatetags.instruments_ui import (
    InstrumentNotice,
    InstrumentTab,
    register_instrument_notice,
    register_instrument_tabs,
)
from providers.instruments.views.common import managed_unit, own_instrument, person
from providers.search.schemas import (
    InstrumentDetailOut,
    InstrumentFoundOut,
    instrument_detail_out,
    instrument_found_out,
)
from providers.search.selectors.catalogue import (
    NO_FILTERS,
    CatalogueFilters,
    catalogue,
    category_prefix,
    price_keys,
    prices_for,
    with_prices,
)
from providers.search.selectors.facets import CategoryCount, Counts, category_counts, count_by_place
from providers.search.selectors.near_words import near_words
from providers.search.selectors.search import (
    EVERYTHING,
    Search,
    filter_matching,
    filter_partly_matching,
    search,
    with_relevance,
)
from providers.search.selectors.tasks import Task, tasks
from providers.search.services.synonyms import synonyms_load
from providers.terms.forms.holidays import DayForm, DaysForm, YearForm
from providers.terms.forms.rule import TermsForms, default_terms, rule_initial
from providers.terms.selectors.booking_gaps import booking_gaps
from providers.terms.selectors.closures import closure, closure_rows, closures, closures_of
from providers.terms.selectors.drafts import (
    Qualified,
    backdated_openings,
    draft_openings,
    open_time_under,
    qualification_history,
)
from providers.terms.selectors.granted_times import LONG_PAST, granted_by_rule
from providers.terms.selectors.holiday_effects import window_changes
from providers.terms.selectors.past_days import PastDays, get_past_days
from providers.terms.selectors.rule_versions import (
    coming_versions,
    find_replaced,
    terms_and_links,
    terms_by_rule,
    terms_during,
    terms_versions,
    version_in_force,
)
from providers.terms.selectors.rules import (
    instruments_with_rule,
    open_seconds,
    open_window_rows,
    open_windows,
    published_rule,
    published_rules_of,
    rules_of,
    terms_at,
    terms_in_force,
    terms_of,
    terms_of_annotated,
    terms_of_rows,
)
from providers.terms.selectors.user_kinds import user_kind
from providers.terms.selectors.workdays import (
    YearOfDays,
    add_working_days,
    calendar_year,
    day_table,
    day_table_at,
    known_years,
    times_of_year_set,
    working_days_between,
    years_without_days,
)
from providers.terms.services.closures import closure_lift, closure_record
from providers.terms.services.holidays import calendar_year_set
from providers.terms.services.retirement import instrument_retire
from providers.terms.services.rules import (
    find_rule_problems,
    require_withdrawable,
    rule_publish,
    rule_withdraw,
)
from providers.terms.services.windows import windows_extend
from providers.units.selectors.completeness import completeness_at, completeness_of, kinds_running_out
from providers.units.selectors.logged_hours import register_logged_hours
from providers.units.selectors.own_instruments import (
    incomplete_instruments,
    own_instrument_counts,
    own_instruments,
)
from providers.units.selectors.publications import case_lock, publication, publication_at, publications
from providers.units.selectors.reminders import reminders
from providers.units.selectors.reviews import count_reviews_waiting, reviews_waiting
from providers.units.selectors.supervision import take_downs, titles_by_id
from providers.units.selectors.units import (
    find_public_units,
    find_units,
    has_unit_page,
    organization_profile,
    publishing_organizations,
    unit,
    units,
)
from providers.units.selectors.yearly import (
    InstrumentOfYear,
    UnitOfYear,
    completeness_of_year,
    instruments_of_year,
    openness_of_year,
    unit_ids_of_year,
    units_of_year,
)
from providers.units.services.profiles import (
    unit_profile_confirm,
    unit_profile_publish,
    unit_profile_return,
    unit_profile_save,
    unit_profile_submit,
)
from providers.units.services.publication_pictures import publication_picture_add
from providers.units.services.publications import (
    publication_draft,
    publication_publish,
    publication_schedule,
    publication_update,
    publication_withdraw,
)
from providers.units.services.reminders import completeness_remind
from providers.units.views.acts import Act
from providers.units.views.charts import completeness_chart
from providers.units.views.completeness_filters import month_ends_of
from providers.units.views.completeness_table import owning_units, sort_units
from providers.units.views.publications import TITLES, tell_what_is_missing
from providers.units.views.statements import STATEMENT_NAMES
