"""Opening patterns as a row of a table says them, and what follows as a clock in Shanghai shows it."""

from datetime import UTC, date, datetime, time

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.terms import openings
from providers.terms.domain.choices import Frequency, HolidayTreatment
from providers.terms.domain.special_days import DayTable, published_years
from providers.terms.domain.terms import OpeningPattern
from providers.terms.selectors.rules import open_windows
from providers.terms.services.rules import rule_publish
from tests.providers.conftest import NOW

SHIFTED = HolidayTreatment.CLOSED_AND_SHIFTED
CLOSED = HolidayTreatment.CLOSED
IGNORED = HolidayTreatment.IGNORED
DAYS = DayTable(
    {day: kind for days in published_years().values() for day, kind in days.items()},
    frozenset(published_years()),
)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
START = date(2025, 9, 1)  # a Monday


def on(*weekdays, hours="09:00-17:00", starts_on=START, **more):
    """Weekly on these weekdays."""
    opens, closes = (time.fromisoformat(text) for text in hours.replace("24:00", "00:00").split("-"))
    return OpeningPattern(opens, closes, starts_on, weekdays, **more)


def monthly(nth, weekday, **more):
    return on(
        weekday,
        nth=nth,
        frequency=Frequency.MONTHLY_BY_WEEKDAY,
        **{"starts_on": date(2025, 1, 1), **more},
    )


def day(text):
    return date.fromisoformat(text)


def said(interval):
    start, end = interval.start.astimezone(CITY_TIME), interval.end.astimezone(CITY_TIME)
    same_day = start.date() == end.date()
    return f"{start:%m-%d %H:%M}/{end:%H:%M}" if same_day else f"{start:%m-%d %H:%M}/{end:%m-%d %H:%M}"


def as_stored(event):
    """The event as the database gives it back: its instants in UTC."""
    for name in ("start", "end", "end_recurring_period"):
        instant = getattr(event, name)
        setattr(event, name, instant and instant.astimezone(UTC))
    return event


def opened(patterns, first, last, holidays, exceptions=()):
    events = [as_stored(event) for _, event in openings.calendar_rows("test", patterns)[1]]
    return openings.openings(events, holidays, first, last, DAYS, exceptions)


def local(month, of_month, hour=0, year=2025):
    return datetime(year, month, of_month, hour, tzinfo=CITY_TIME)


def kept(instrument):
    windows = open_windows([instrument.pk], Interval(local(8, 1), local(12, 1)))[instrument.pk]
    return [said(one) for one in windows]


def publish(world, instrument, draft, applies_from=NOW):
    rule_publish(
        actor=world.manager, instrument_id=instrument.pk, draft=draft, applies_from=applies_from, now=NOW
    )
