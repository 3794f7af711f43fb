"""How long units may take to answer."""

from datetime import date, datetime

from instrument_share.kernel.city_time import CITY_TIME
from providers.public import add_working_days

ANSWER_WORKING_DAYS = 10
"""How long a unit may take to answer; an upheld finding without an answer by then is overdue."""


def get_answer_due_date(asked_at: datetime) -> date:
    """Return the last day on which a unit that was asked at this instant may answer."""
    return add_working_days(asked_at.astimezone(CITY_TIME).date(), ANSWER_WORKING_DAYS)
