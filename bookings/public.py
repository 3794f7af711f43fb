"""What other apps may use of bookings, by name. Pure types and rules stand in `bookings.domain`."""

from bookings.requests.selectors.bookings import (
    DecisionsOfYear,
    bookings,
    credit_events,
    decisions_of_year,
    keeper_day,
    waiting_decisions,
)
from bookings.requests.selectors.calendar import day_events
from bookings.requests.selectors.holds import holds, next_free, soonest_free, with_next_free
from bookings.requests.selectors.searching import Found, Order, catalogue_search
from bookings.requests.services.bookings import booking_approve, booking_create
from bookings.requests.services.closures import closure_place
from bookings.requests.services.due import bookings_lapse_due, bookings_no_show_due
from bookings.requests.services.membership import membership_end, organization_leave
from bookings.requests.services.next_free import next_free_advance, next_free_rebuild
from bookings.requests.views.common import _require_keeper
from bookings.usage.selectors.cases import CaseFigures, citable, figures_of_cases
from bookings.usage.selectors.national import service_facts, unconfirmed_count
from bookings.usage.selectors.reviews import Ratings, ratings_of
from bookings.usage.selectors.statistics import Hours, hours_by_month, hours_by_unit, openness
from bookings.usage.selectors.usage import usage_logs, values_of, waiting_confirmations
from bookings.usage.selectors.yearly import UsageOfYear, usage_of_year
from bookings.usage.services.attendance import booking_check_in
from bookings.usage.services.cases import case_uses_set
from bookings.usage.services.history import history_import
from bookings.usage.services.usage import usage_confirm, usage_correct
