"""The types and rules of bookings that other apps may use; pure Python."""

from bookings.projects.domain.choices import FundingSource
from bookings.projects.domain.facts import ProjectFacts
from bookings.requests.domain.availability import find_next_free, floor_to_step, get_blocked_interval
from bookings.requests.domain.check_in import CHECK_IN_LEAD, CHECK_IN_LEAD_MINUTES
from bookings.requests.domain.choices import Direction
from bookings.requests.domain.credit import EVENT_LIFETIME, SUSPENSION_THRESHOLD, get_suspension_end
from bookings.requests.domain.offers import Offer
from bookings.requests.domain.quota import get_month_interval, get_year_interval
from bookings.requests.domain.states import HOLDING_STATES, BookingState
from bookings.samples.domain.choices import SampleHazard, SampleStorage
from bookings.statements.domain.billing import previous_month
from bookings.statements.domain.states import StatementState
from bookings.usage.domain.choices import Capture, Rating, UsagePurpose
from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.domain.national import build_service_record
