"""Until when the next step of a sample order is due."""

from datetime import datetime, timedelta

from bookings.samples.domain.states import SampleOrderState

QUOTE_WITHIN = timedelta(days=3)
"""After the order; then it lapses."""
ACCEPT_WITHIN = timedelta(days=14)
"""After the quote; then it lapses."""
HAND_IN_WITHIN = timedelta(days=30)
"""After the acceptance; then the order lapses."""
COLLECT_WITHIN = timedelta(days=30)
"""After the report, for samples to be returned or disposed of."""
MOST_REPORT_DAYS = 180
"""So many days at most a quote allows from the receipt to the report."""

_WITHIN = {
    SampleOrderState.SUBMITTED: QUOTE_WITHIN,
    SampleOrderState.QUOTED: ACCEPT_WITHIN,
    SampleOrderState.ACCEPTED: HAND_IN_WITHIN,
    SampleOrderState.REPORTED: COLLECT_WITHIN,
}


def get_deadline(state: str, entered_at: datetime, report_days: int | None) -> datetime | None:
    """Return until when the next step is due in a state entered at this time; None where it has ended.

    The report is due as many days after the receipt as the quote said.
    """
    if state == SampleOrderState.RECEIVED:
        return entered_at + timedelta(days=report_days or 0)
    within = _WITHIN.get(SampleOrderState(state))
    return None if within is None else entered_at + within
