"""Read from an external calendar (RFC 5545) when an instrument is otherwise engaged; pure.

A calendar comes from outside and may be broken or hostile: its size, its rules of repetition and what they
give are bounded, and whatever can't be read refuses the whole, so that no closure is lifted by mistake.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from operator import itemgetter
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Conflict, Invalid, gettext_noop
from instrument_share.kernel.interval import Interval

MOST_EVENTS = 2_000
MOST_REPEATED = 200
MOST_TIMES = 1_000
LOOKED_AHEAD = timedelta(days=180)
MOST_CALENDARS = 3
OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
FIRST_YEAR = 2000
BYTE_ORDER_MARK = "\ufeff"
"""Some programs begin a file in UTF-8 with it."""
BY_TIME_OF_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


class CalendarUnreadable(Invalid):
    code = "external_calendar.unreadable"
    field = "address"
    message = gettext_noop("What the address returns is no calendar that can be read: {reason}")


class CalendarKnown(Conflict):
    code = "external_calendar.known"
    field = "address"
    message = gettext_noop("This address is connected with the instrument already.")


class TooManyCalendars(Conflict):
    code = "external_calendar.too_many"
    message = gettext_noop("An instrument has at most {most} external calendars. Disconnect one first.")


def read_busy_times(text: str, now: datetime) -> dict[str, Interval]:
    """Return the busy times that end after now, each by a key of its event.

    They reach 180 days ahead, in whole minutes. Events that are cancelled or marked as free are left out.
    An event of whole days lasts from midnight to midnight in the city; a time without zone is the city's.
    Raises CalendarUnreadable.
    """
    try:
        calendar = Calendar.from_ical(text.removeprefix(BYTE_ORDER_MARK))
        _require_bounds(calendar)
        _tell_apart(calendar)
        return dict(_find_times(calendar, now))
    except CalendarUnreadable:
        raise
    except Exception as error:
        # A parser of hostile text fails in many ways; each of them means the same here.
        raise CalendarUnreadable(reason=f"iCalendar: {type(error).__name__}") from error


def _require_bounds(calendar: Any) -> None:
    events = calendar.walk("VEVENT")
    if calendar.name != "VCALENDAR":
        raise CalendarUnreadable(reason="VCALENDAR")
    repeated = [event for event in events if "RRULE" in event or "RDATE" in event]
    if len(events) > MOST_EVENTS or len(repeated) > MOST_REPEATED:
        raise CalendarUnreadable(reason=f"VEVENT > {MOST_EVENTS}, RRULE > {MOST_REPEATED}")
    for event in repeated:
        for rule in _as_list(event.get("RRULE", [])):
            _require_calm(rule, event["DTSTART"].dt)


def _require_calm(rule: Any, start: date) -> None:
    """Raise CalendarUnreadable for a rule that repeats within a day, or since long ago."""
    within_day = any(len(rule.get(part, [])) > 1 for part in BY_TIME_OF_DAY)
    if OFTEN & set(rule.get("FREQ", [])) or within_day or start.year < FIRST_YEAR:
        raise CalendarUnreadable(reason=f"RRULE {rule.to_ical().decode()}")


def _tell_apart(calendar: Any) -> None:
    """Give a UID of its own to each event that shares one with an earlier event, as some programs write them.

    One that differs in its SEQUENCE is a revision of the same event (RFC 5545, 3.8.7.4), one with a
    RECURRENCE-ID a changed repetition (3.8.4.4); these stay what they are.
    """
    starts: dict[tuple[str, int], str] = {}
    events = [event for event in calendar.walk("VEVENT") if "UID" in event and "RECURRENCE-ID" not in event]
    for start, event in sorted(((_start(event), event) for event in events), key=itemgetter(0)):
        if starts.setdefault((event["UID"], event.get("SEQUENCE", 0)), start) != start:
            event["UID"] = f"{event['UID']}\n{start}"


def _start(event: Any) -> str:
    return str(event["DTSTART"].to_ical().decode())


def _find_times(calendar: Any, now: datetime) -> Iterator[tuple[str, Interval]]:
    until = now + LOOKED_AHEAD
    found = recurring_ical_events.of(calendar, skip_bad_series=False).between(now, until)
    if len(found) > MOST_TIMES:
        raise CalendarUnreadable(reason=f"VEVENT > {MOST_TIMES}")
    for event in found:
        # In any case (RFC 5545, 2).
        is_free = (
            event.get("TRANSP", "").upper() == "TRANSPARENT" or event.get("STATUS", "").upper() == "CANCELLED"
        )
        start, end = _instant(event["DTSTART"].dt), _instant(event.end)
        if not is_free and start < end and end > now:
            yield _key(event), Interval(start, end)


def _instant(value: date) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    aware = value if value.tzinfo else value.replace(tzinfo=CITY_TIME)
    return aware.astimezone(CITY_TIME).replace(second=0, microsecond=0)


def _key(event: Any) -> str:
    """Return a hash of what names an occurrence: its event, and which of its repetitions it is."""
    occurrence = event.get("RECURRENCE-ID")
    name = f"{event.get('UID', '')}\n{occurrence.dt.isoformat() if occurrence else ''}"
    return sha256(name.encode()).hexdigest()


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
