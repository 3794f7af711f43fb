"""What terms would mean before they are published."""

from datetime import date

from instrument_share.kernel.interval import Interval
from providers.calendar import openings, rows_of
from providers.domain.terms import TermsDraft
from providers.domain.words import HolidayTreatment
from providers.domain.workdays import DayTable
from providers.selectors.workdays import day_table


def openings_of_draft(draft: TermsDraft, first: date, last: date) -> list[Interval]:
    """When the instrument would be open on the days `[first, last)`, as its windows would be expanded.

    The draft has been found to be right by `domain.terms.problems_of`. Raises CalendarYearUnknown.
    """
    minds_holidays = draft.holidays is not HolidayTreatment.IGNORED
    days = day_table(range(first.year, last.year + 1)) if minds_holidays else DayTable({}, frozenset())
    events = [event for _rule, event in rows_of("draft", draft.patterns).events]
    return openings(events, draft.holidays, first, last, days, draft.exceptions)
