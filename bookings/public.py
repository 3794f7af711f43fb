"""What other apps may use of bookings, by name. Pure types and rules stand in `bookings.domain`."""

from bookings.credit.selectors import own_credit_events, waiting_appeals
from bookings.credit.services import credit_appeal
from bookings.credit.views import build_credit_rows
from bookings.devices.bridge.broker import find_broker_problem
from bookings.devices.bridge.presence import bridge_seen_at, is_bridge_running
from bookings.devices.selectors import open_notes
from bookings.feeds.selectors.calendars import (
    count_feeds,
    get_feed_address,
    get_feed_name,
    get_own_feed,
    has_feeds,
    subscriptions,
)
from bookings.feeds.selectors.external_calendars import count_calendars_ending
from bookings.feeds.selectors.webhooks import webhooks_failing
from bookings.feeds.services.calendars import calendar_feed_close, calendar_feed_open, calendar_feed_rekey
from bookings.groups.selectors.together import Wanted
from bookings.groups.services.basket import basket_add
from bookings.groups.services.together import series_book
from bookings.kiosk.selectors import count_keys_ending
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.projects.services import project_create
from bookings.requests.keys import get_first_key
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.affected import (
    OrganizationSuspensionEffects,
    bookings_ending_with_leaving,
    bookings_ending_with_membership,
    count_bookings_ahead_of,
    get_organization_suspension_effects,
)
from bookings.requests.selectors.bookings import (
    DecisionsOfYear,
    bookings,
    decisions_of_year,
    keeper_day_bookings,
    requests_counted,
    uses_while_suspended,
    waiting_decisions,
)
from bookings.requests.selectors.calendar import (
    BookableWeek,
    get_bookable_week,
    get_day_events,
    get_day_stretches,
)
from bookings.requests.selectors.costs import CancelCost, get_no_show_times
from bookings.requests.selectors.holds import (
    annotate_next_free,
    get_soonest_free,
)
from bookings.requests.selectors.offers import (
    LONGEST_LOOK,
    FreeTime,
    get_free_time,
    get_usual_applicant,
    has_time_for_other_payer,
)
from bookings.requests.selectors.request_facts import counting_credit_events
from bookings.requests.selectors.searching import CatalogueResult, Order, search_catalogue
from bookings.requests.services.bookings import booking_create
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.closures import closure_place
from bookings.requests.services.deciding import booking_approve
from bookings.requests.services.membership import membership_end, organization_leave
from bookings.requests.services.next_free import next_free_rebuild
from bookings.requests.services.organization_suspension import organization_suspend
from bookings.requests.views.common import get_possible_actions, require_keeper, responsible_instruments
from bookings.requests.views.rule_comparison import compare_terms
from bookings.samples.selectors import (
    find_quote_obstacles,
    orders_to_pay,
    orders_to_pay_elsewhere,
    own_sample_orders,
    sample_orders_to_answer,
    sample_orders_waiting,
)
from bookings.samples.services.files import sample_order_report
from bookings.samples.services.handling import sample_order_quote, sample_order_receive
from bookings.samples.services.orders import SampleFacts, sample_order_accept, sample_order_create
from bookings.samples.services.planning import sample_order_plan
from bookings.statements.selectors.statements import (
    filter_overdue,
    statements_of_unit,
    statements_received,
    statements_to_answer,
    statements_to_pay,
    statements_to_pay_back,
    statements_to_send,
    sum_owed,
)
from bookings.statements.selectors.uses import (
    BilledUse,
    agreed_statements,
    billed_uses,
    is_agreed,
    uses_with_correction_to_bill,
)
from bookings.statements.services.accounts import statement_account_enter
from bookings.statements.services.drafting import statements_draft
from bookings.statements.services.payments import statement_payment_record, statement_payment_reverse
from bookings.statements.services.reinstatement import organization_reinstate
from bookings.statements.services.statements import (
    statement_answer,
    statement_confirm,
    statement_dispute,
    statement_send,
)
from bookings.statements.views.statement_list import (
    build_statement_list,
    export_statements,
    narrow_statements,
)
from bookings.usage.registry import register_frozen_reader
from bookings.usage.selectors.cases import CaseFigures, citable_bookings, get_case_figures
from bookings.usage.selectors.disputes import disputes_by_public_id, waiting_disputes
from bookings.usage.selectors.national import (
    count_confirmed,
    count_unconfirmed,
    iterate_service_facts,
)
from bookings.usage.selectors.proofs import (
    GrantedHours,
    get_booking_acts,
    get_corrections_since,
    get_granted_hours,
    get_logs_confirmed_by_clock,
)
from bookings.usage.selectors.reviews import Ratings, get_ratings
from bookings.usage.selectors.statistics import (
    Hours,
    get_hours_by_month,
    get_hours_by_unit,
    get_openness,
    get_unit_hours_of_year,
    sum_uses,
)
from bookings.usage.selectors.usage import get_current_values, usage_logs, waiting_confirmations
from bookings.usage.selectors.yearly import (
    UsageOfYear,
    count_confirmed_since,
    count_running_of_year,
    count_unconfirmed_of_year,
    usage_of_year,
)
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.cases import case_uses_set
from bookings.usage.services.disputes import usage_dispute
from bookings.usage.services.history import history_import
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.usage.views.by_hand import instruments_to_log
from bookings.usage.views.receipts import answer_receipt, is_receipt
from bookings.waiting.selectors import (
    count_waiting,
    count_waiting_for,
    is_waiting,
    offers_to_answer,
    takes_waits,
    waits,
    waits_to_pay,
    waits_to_pay_elsewhere,
)
from bookings.waiting.services.entries import waiting_join
from bookings.waiting.views import build_wait_rows
