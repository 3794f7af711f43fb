"""Bookings as iCalendar (RFC 5545); pure.

An event keeps its UID for ever. Its SEQUENCE is one less than the booking's revision, which grows with every
change, so that programs take the newer of two copies whatever the order in which they come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDDDTypes

from instrument_share.kernel.city_time import CITY_TIME

PRODUCT = "-//Instrument Share//Bookings//EN"
UID_DOMAIN = "bookings.instrument-share"
REFRESHED = timedelta(minutes=30)
Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]


@dataclass(frozen=True)
class BookingEvent:
    """A booking as an event; texts are in the reader's language."""

    public_id: str
    revision: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    status: Status
    summary: str
    description: str
    location: str
    url: str


@dataclass(frozen=True)
class Party:
    """Who invites or is invited."""

    name: str
    address: str


def build_calendar(name: str, events: Iterable[BookingEvent]) -> bytes:
    """Return a calendar to subscribe to; the same events always give the same bytes."""
    calendar = _begin()
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", CITY_TIME.key)
    calendar.add("refresh-interval", vDDDTypes(REFRESHED), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDDDTypes(REFRESHED))
    for event in events:
        calendar.add_component(_build_event(event))
    return calendar.to_ical()


def build_file(event: BookingEvent) -> bytes:
    """Return one event as a file to put into any calendar."""
    calendar = _begin("PUBLISH")
    calendar.add_component(_build_event(event))
    return calendar.to_ical()


def build_invitation(event: BookingEvent, *, organizer: Party, attendee: Party) -> tuple[str, bytes]:
    """Return the method (RFC 5546) and the invitation to an event, or its withdrawal where it is cancelled.

    Nobody is asked for an answer: the attendee has booked the time.
    """
    method = "CANCEL" if event.status == "CANCELLED" else "REQUEST"
    calendar, invited = _begin(method), _build_event(event)
    invited.add("organizer", f"mailto:{organizer.address}", parameters={"CN": organizer.name})
    accepted = {"CN": attendee.name, "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    invited.add("attendee", f"mailto:{attendee.address}", parameters=accepted)
    calendar.add_component(invited)
    return method, calendar.to_ical()


def _begin(method: str = "") -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    calendar.add_component(_build_timezone())
    return calendar


def _build_event(event: BookingEvent) -> Event:
    """Return the event of one booking."""
    built = Event()
    built.add("uid", f"{event.public_id}@{UID_DOMAIN}")
    built.add("sequence", event.revision - 1)
    built.add("dtstamp", event.changed_at.astimezone(UTC))
    built.add("created", event.created_at.astimezone(UTC))
    built.add("last-modified", event.changed_at.astimezone(UTC))
    built.add("dtstart", event.starts_at.astimezone(CITY_TIME))
    built.add("dtend", event.ends_at.astimezone(CITY_TIME))
    built.add("status", event.status)
    built.add("transp", "TRANSPARENT" if event.status == "CANCELLED" else "OPAQUE")
    built.add("summary", event.summary)
    built.add("description", event.description)
    if event.location:
        built.add("location", event.location)
    built.add("url", event.url)
    return built


def _build_timezone() -> Timezone:
    """Return the city's zone, which has had one offset since 1991."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", CITY_TIME.key)
    standard.add("dtstart", datetime(1991, 9, 15, 1))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone
