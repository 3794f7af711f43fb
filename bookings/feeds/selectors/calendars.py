"""Calendars of a person, and the bookings in one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import rules
from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.feeds.domain.icalendar import BookingEvent, Status
from bookings.feeds.keys import CALENDAR, get_secret, is_secret
from bookings.feeds.models import CalendarFeed
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import Moves, bookings, get_moves
from bookings.requests.selectors.companions import get_companions_of_each
from bookings.requests.selectors.scope import get_responsible_condition
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import NotFound, require_found
from instrument_share.web.text.formats import bilingual, name_columns
from instrument_share.web.text.labels import label
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument

KEPT_FOR = timedelta(days=180)
"""So long a calendar shows what is over or cancelled."""
MOST_EVENTS = 2_000
"""The latest of them, so that what is coming is never left out."""

STATUSES: Mapping[BookingState, Status] = {
    BookingState.OFFERED: "TENTATIVE",
    BookingState.REQUESTED: "TENTATIVE",
    BookingState.APPROVED: "CONFIRMED",
    BookingState.IN_USE: "CONFIRMED",
    BookingState.COMPLETED: "CONFIRMED",
    BookingState.REJECTED: "CANCELLED",
    BookingState.CANCELLED: "CANCELLED",
    BookingState.LAPSED: "CANCELLED",
    BookingState.NO_SHOW: "CANCELLED",
}


@dataclass(frozen=True)
class Subscription:
    """A calendar that a person may subscribe to, and their feed of it if they have one."""

    key: str
    name: str
    feed: CalendarFeed | None
    instrument: "Instrument | None" = None
    organization: "Organization | None" = None


def subscriptions(viewer: "User") -> list[Subscription]:
    """Return every calendar that the person may subscribe to: their own, their units', their instruments'."""
    feeds = {
        (feed.instrument_id, feed.organization_id): feed for feed in CalendarFeed.objects.filter(user=viewer)
    }
    own = Subscription("own", _("My bookings"), feeds.get((None, None)))
    units = [
        Subscription(unit.public_id, bilingual(unit, "name"), feeds.get((None, unit.pk)), organization=unit)
        for unit in _get_units(viewer)
    ]
    instruments = [
        Subscription(one.public_id, bilingual(one, "name"), feeds.get((one.pk, None)), instrument=one)
        for one in _get_instruments(viewer)
    ]
    return [own, *units, *instruments]


def _get_units(viewer: "User") -> "list[Organization]":
    """Return the units that the person keeps instruments of, or manages."""
    found = {
        one.organization_id: one.organization
        for one in standing(viewer).memberships
        if one.role in (Role.KEEPER, Role.UNIT_MANAGER)
    }
    return list(found.values())


def _get_instruments(viewer: "User") -> "QuerySet[Instrument]":
    """Return the instruments that the person keeps, or that stand in a unit that they manage, by name."""
    managed = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    kept = providers.kept_instruments(viewer).values("pk")
    return (
        providers.instruments(viewer)
        .filter(Q(organization__in=managed) | Q(pk__in=kept))
        .order_by(*name_columns(), "id")
    )


def count_feeds(person: "User") -> int:
    """Return how many of a person's calendar addresses work, which end with sessions and API tokens.

    That of an instrument or unit for which they no longer answer does not.
    """
    found = CalendarFeed.objects.filter(user=person).select_related("instrument", "organization")
    return sum(rules.has_perm("bookings.subscribe", person, feed) for feed in found)


def has_feeds(person: "User") -> bool:
    """Return whether a person has calendar addresses, also such as answer nothing until a role is back."""
    return CalendarFeed.objects.filter(user=person).exists()


def get_own_feed(viewer: "User", public_id: str) -> CalendarFeed:
    """Return a feed of the person's. Raises NotFound."""
    found = CalendarFeed.objects.select_related("instrument", "organization")
    return require_found(found.filter(user=viewer, public_id=public_id).first())


def get_feed_at(public_id: str, secret: str) -> CalendarFeed:
    """Return the feed at this address. Raises NotFound, also where its person may no longer read it."""
    found = CalendarFeed.objects.select_related("user", "instrument", "organization")
    feed = require_found(found.filter(public_id=public_id).first())
    if not is_secret(CALENDAR, feed.public_id, feed.generation, secret):
        raise NotFound
    if not rules.has_perm("bookings.subscribe", feed.user, feed):
        raise NotFound
    return feed


def get_feed_address(feed: CalendarFeed) -> str:
    """Return the address, with its secret, at which calendar programs read the feed."""
    secret = get_secret(CALENDAR, feed.public_id, feed.generation)
    return f"{settings.SITE_URL}{reverse('calendar_file', args=[feed.public_id, secret])}"


def get_feed_name(feed: CalendarFeed) -> str:
    """Return what calendar programs call the feed, in the active language."""
    if feed.instrument is not None:
        return bilingual(feed.instrument, "name")
    if feed.organization is not None:
        return bilingual(feed.organization, "name")
    return _("My instrument bookings")


def get_feed_bookings(feed: CalendarFeed, now: datetime) -> list[Booking]:
    """Return the bookings of a feed, by start. One statement."""
    rows = bookings(feed.user).filter(_get_condition(feed), ends_at__gt=now - KEPT_FOR)
    return list(rows.order_by("-starts_at", "-id")[:MOST_EVENTS])[::-1]


def get_feed_events(feed: CalendarFeed, shown: Sequence[Booking]) -> list[BookingEvent]:
    """Return the bookings of a feed as events, as its person would see them on the pages. Two statements."""
    return build_booking_events(shown, reader_id=feed.user_id)


def _get_condition(feed: CalendarFeed) -> Q:
    if feed.instrument_id is None and feed.organization_id is None:
        return Q(user=feed.user_id)
    of_feed = (
        Q(instrument=feed.instrument_id)
        if feed.instrument_id is not None
        else Q(instrument__organization=feed.organization_id)
    )
    return of_feed & get_responsible_condition(feed.user)


def build_booking_events(shown: Sequence[Booking], *, reader_id: int) -> list[BookingEvent]:
    """Return bookings as events for this reader, who may see them, in the active language."""
    moves, companions = get_moves([row.public_id for row in shown]), get_companions_of_each(shown)
    return [_build_event(row, companions[row.pk], moves, reader_id=reader_id) for row in shown]


def _build_event(
    booking: Booking, companions: Sequence[Booking], moves: Moves, *, reader_id: int
) -> BookingEvent:
    """Return one. What a keeper of a linked instrument can still end is tentative, though approved itself."""
    is_undecided = any(one.state == BookingState.REQUESTED for one in companions)
    state = label("booking", booking.state).text
    name = bilingual(booking.instrument, "name")
    summary = name if booking.user_id == reader_id else f"{booking.user.get_full_name()} · {name}"
    address = f"{settings.SITE_URL}{reverse('booking', args=[booking.public_id])}"
    return BookingEvent(
        public_id=booking.public_id,
        revision=booking.revision,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        created_at=booking.requested_at,
        changed_at=_get_last_change(booking, companions, moves),
        status="TENTATIVE" if is_undecided else STATUSES[BookingState(booking.state)],
        summary=summary,
        description=_join(str(state), booking.subject, address),
        location=_join(
            bilingual(booking.instrument.organization, "name"),
            bilingual(booking.instrument, "place"),
            between=", ",
        ),
        url=address,
    )


def _join(*parts: str, between: str = "\n") -> str:
    return between.join(part for part in parts if part)


def _get_last_change(booking: Booking, companions: Sequence[Booking], moves: Moves) -> datetime:
    """Return when the booking was asked for, decided, moved, begun or ended last, whichever is latest.

    A decision on a companion counts, too: the last one makes of a tentative booking a confirmed one.
    """
    moved: Iterable[datetime] = (at for at, _before in moves.get(booking.public_id, ()))
    known = (
        booking.decided_at,
        booking.ended_at,
        booking.checked_in_at,
        booking.checked_out_at,
        *(one.decided_at for one in companions),
        *moved,
    )
    return max([booking.requested_at, *(at for at in known if at is not None)])
