"""Reads of bookings and usage; the viewer comes first, locks and sets of instruments take ids."""

from bookings.selectors.admission import (
    asks_again,
    booking_problems,
    quote_for,
)
from bookings.selectors.bookings import (
    booking,
    bookings,
    credit_events,
    decisions_of_year,
    keeper_day,
    last_booking,
    waiting_decisions,
)
from bookings.selectors.calendar import (
    calendar_events,
    day_events,
)
from bookings.selectors.cancelling import (
    CancelCost,
    cancel_cost,
)
from bookings.selectors.cases import (
    CaseFigures,
    SoughtUses,
    citable,
    cited,
    figures_of_cases,
)
from bookings.selectors.entries import (
    usage_entries,
)
from bookings.selectors.holds import (
    booking_lock,
    free_at,
    free_time,
    holds,
    next_free,
    settling_lock,
    soonest_free,
    with_next_free,
)
from bookings.selectors.national import (
    service_facts,
    unconfirmed_count,
)
from bookings.selectors.reviews import (
    Comment,
    Ratings,
    ratings_of,
)
from bookings.selectors.rule_trial import (
    Refused,
    RuleTrial,
    rule_trial,
)
from bookings.selectors.searching import (
    Found,
    Order,
    catalogue_search,
)
from bookings.selectors.settling import (
    booked_by_right,
    bookings_hit,
    not_begun,
)
from bookings.selectors.statistics import (
    hours_by_month,
    hours_by_unit,
    hours_of_unit,
    openness,
)
from bookings.selectors.together import mates
from bookings.selectors.usage import (
    broken_links,
    confirmable_corrections,
    confirmation_problems,
    overtaken_corrections,
    usage_log,
    usage_logs,
    values_of,
    waiting_confirmations,
)
from bookings.selectors.yearly import (
    usage_of_year,
)

__all__ = [
    "CancelCost",
    "CaseFigures",
    "Comment",
    "Found",
    "Order",
    "Ratings",
    "Refused",
    "RuleTrial",
    "SoughtUses",
    "asks_again",
    "booked_by_right",
    "booking",
    "booking_lock",
    "booking_problems",
    "bookings",
    "bookings_hit",
    "broken_links",
    "calendar_events",
    "cancel_cost",
    "catalogue_search",
    "citable",
    "cited",
    "confirmable_corrections",
    "confirmation_problems",
    "credit_events",
    "day_events",
    "decisions_of_year",
    "figures_of_cases",
    "free_at",
    "free_time",
    "holds",
    "hours_by_month",
    "hours_by_unit",
    "hours_of_unit",
    "keeper_day",
    "last_booking",
    "mates",
    "next_free",
    "not_begun",
    "openness",
    "overtaken_corrections",
    "quote_for",
    "ratings_of",
    "rule_trial",
    "service_facts",
    "settling_lock",
    "soonest_free",
    "unconfirmed_count",
    "usage_entries",
    "usage_log",
    "usage_logs",
    "usage_of_year",
    "values_of",
    "waiting_confirmations",
    "waiting_decisions",
    "with_next_free",
]
