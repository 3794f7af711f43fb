"""Kiosks, what they show, and the bookings whose codes are typed at them."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max, QuerySet

from bookings.devices.domain import Event, EventKind
from bookings.devices.models import Device
from bookings.devices.selectors import ANSWERED_FOR, find_booking_of
from bookings.kiosk.domain import (
    FAULTS,
    FAULTS_WITHIN,
    GUESSES,
    GUESSES_WITHIN,
    LONGEST_DELAY,
    ActKind,
    Condition,
    Situation,
    TooManyFaults,
    TooManyGuesses,
    WrongCode,
    find_situation,
)
from bookings.kiosk.models import Kiosk, KioskAct
from bookings.requests.domain.states import BookingState
from bookings.requests.keys import is_check_in_code
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.bookings import get_date_interval
from bookings.requests.selectors.holds import held_rows
from bookings.requests.selectors.scope import get_ending_condition
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.names import mask_name
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.domain import Role
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument

DAY = timedelta(days=1)
SHOWN = 12
"""So many of the next bookings a kiosk lists."""


def kiosks(viewer: "User", instrument: "Instrument") -> QuerySet[Kiosk]:
    """Return the instrument's kiosks with the time of their latest act, newest first. Raises Forbidden."""
    require(viewer, "bookings.manage_device", instrument)
    found = Kiosk.objects.filter(instrument=instrument).select_related("made_by")
    return found.annotate(last_act_at=Max("acts__received_at")).order_by("-made_at", "-id")


def count_kiosks(instrument: "Instrument") -> int:
    """Return how many kiosks of the instrument have not ended."""
    return Kiosk.objects.filter(instrument=instrument, ended_at__isnull=True).count()


def kiosk_acts(viewer: "User", instrument: "Instrument") -> QuerySet[KioskAct]:
    """Return what was done at the instrument's kiosks, newest first. Raises Forbidden."""
    require(viewer, "bookings.manage_device", instrument)
    found = KioskAct.objects.filter(kiosk__instrument=instrument)
    return found.select_related("kiosk", "booking__user").order_by("-received_at", "-id")


def count_keys_ending(person: "User", organization: "Organization", *roles_left: "Role") -> int:
    """Return how many devices and kiosks of a unit stop where a person keeps only these roles in it."""
    ending = get_ending_condition("made_by", person, organization, *roles_left)
    return (
        Device.objects.filter(ending, revoked_at__isnull=True).count()
        + Kiosk.objects.filter(ending, ended_at__isnull=True).count()
    )


def count_keys_by_maker(instrument: "Instrument") -> Counter[int]:
    """Return how many devices and kiosks of the instrument work, by who made their key."""
    devices = Device.objects.filter(instrument=instrument, revoked_at__isnull=True)
    beside = Kiosk.objects.filter(instrument=instrument, ended_at__isnull=True)
    return Counter(maker for made in (devices, beside) for maker in made.values_list("made_by", flat=True))


def hash_key(key: str) -> str:
    """Return what is kept of a kiosk's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def find_kiosk(key: str) -> Kiosk | None:
    """Return the kiosk that a key opens, or None where it was ended, its maker has left or there is none."""
    found = Kiosk.objects.filter(ANSWERED_FOR, digest=hash_key(key), ended_at__isnull=True)
    return found.select_related("instrument__organization").first()


def require_attempts_left(kiosk: Kiosk, kind: ActKind, now: datetime) -> None:
    """Raise TooManyFaults or TooManyGuesses where a kiosk has taken too much of it lately."""
    if kind is ActKind.FAULT:
        if kiosk.acts.filter(kind=kind, received_at__gt=now - FAULTS_WITHIN).count() >= FAULTS:
            raise TooManyFaults
        return
    wrong = kiosk.acts.filter(refusal=WrongCode.code, received_at__gt=now - GUESSES_WITHIN)
    if wrong.count() >= GUESSES:
        raise TooManyGuesses(minutes=GUESSES_WITHIN // timedelta(minutes=1))


def get_check_in_delays(instrument_ids: Collection[int]) -> dict[int, timedelta]:
    """Return how much later than it happened a check-in may arrive from a kiosk, by instruments with one."""
    kiosks_there = Kiosk.objects.filter(instrument__in=instrument_ids, ended_at__isnull=True)
    return dict.fromkeys(kiosks_there.values_list("instrument_id", flat=True), LONGEST_DELAY)


def find_presented(kiosk: Kiosk, code: str, at: datetime) -> Booking | None:
    """Return the running or else the next booking of the kiosk's instrument whose code this is, or None."""
    return find_booking_of(kiosk.instrument_id, Event(EventKind.START, at, code=code))


def find_ended(kiosk: Kiosk, code: str, at: datetime) -> Booking | None:
    """Return the booking with this code whose use ended within the day before, or None."""
    ended = Booking.objects.filter(
        instrument_id=kiosk.instrument_id, state=BookingState.COMPLETED, checked_out_at__gt=at - DAY
    )
    return next((one for one in ended if is_check_in_code(one, code)), None)


def find_missed(kiosk: Kiosk, code: str, at: datetime) -> Booking | None:
    """Return the booking with this code that became a no-show within the day before, or later, or None."""
    missed = Booking.objects.filter(
        instrument_id=kiosk.instrument_id, state=BookingState.NO_SHOW, ended_at__gt=at - DAY
    ).select_related("user")
    return next((one for one in missed if is_check_in_code(one, code)), None)


def bookings_by_key_of(person: "User") -> "QuerySet[KioskAct, Any]":
    """Return the ids of the bookings whose use was ended at a kiosk that the person made."""
    ended = KioskAct.objects.filter(kiosk__made_by=person, kind=ActKind.CHECK_OUT, booking__isnull=False)
    return ended.values("booking")


@dataclass(frozen=True)
class Coming:
    """A booking as everybody beside the instrument may see it."""

    time: Interval
    name: str
    """Masked."""


@dataclass(frozen=True)
class Screen:
    """What a kiosk shows: how its instrument stands, who uses it, and who comes today and tomorrow."""

    situation: Situation
    user: str
    """The masked name of who is checked in or expected now, or nothing."""
    is_overdue: bool
    """Whether the booked time of the use is over."""
    today: list[Coming]
    tomorrow: list[Coming]
    more: int
    """How many bookings are left out."""


def get_screen(kiosk: Kiosk, now: datetime) -> Screen:
    """Return what a kiosk shows; five statements."""
    instrument = kiosk.instrument
    today = get_date_interval(now.astimezone(CITY_TIME).date())
    ahead = Interval(now, today.end + DAY)
    holds = list(held_rows([instrument.pk], ahead).select_related("user").order_by("starts_at"))
    uses = Booking.objects.filter(instrument=instrument, state=BookingState.IN_USE)
    running = uses.select_related("user").first()
    situation = _get_situation(instrument, running, holds, ahead)
    expected = [one for one in holds if one.state == BookingState.APPROVED]
    later = [one for one in expected if one.ends_at > now]
    coming = later[:SHOWN]
    here = running or next((one for one in expected if one.starts_at <= now < one.ends_at), None)
    return Screen(
        situation,
        mask_name(here.user.name) if here else "",
        bool(running and running.ends_at < now),
        [_to_coming(one) for one in coming if one.starts_at < today.end],
        [_to_coming(one) for one in coming if one.starts_at >= today.end],
        len(later) - len(coming),
    )


def _get_situation(
    instrument: "Instrument", running: Booking | None, holds: list[Booking], ahead: Interval
) -> Situation:
    if running is not None:
        return Situation(Condition.IN_USE, running.ends_at)
    if not is_in_service(instrument):
        return Situation(Condition.OUT_OF_SERVICE, None)
    pk = instrument.pk
    return find_situation(
        ahead.start,
        windows=providers.open_windows([pk], ahead)[pk],
        closures=providers.closures([pk], ahead)[pk],
        holds=[Interval(one.starts_at, one.held_until) for one in holds],
        horizon=ahead.end,
    )


def _to_coming(booking: Booking) -> Coming:
    return Coming(Interval(booking.starts_at, booking.ends_at), mask_name(booking.user.name))
