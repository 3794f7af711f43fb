"""Devices, the messages they signed, and the bookings that events are about."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from bookings.devices.domain import STARTS_AHEAD, Event, EventKind, NotSigned, require_signed
from bookings.devices.models import Device, DeviceEvent, InstrumentNote
from bookings.feeds.keys import get_secret
from bookings.requests.domain.check_in import CHECK_IN_LEAD
from bookings.requests.domain.states import BookingState
from bookings.requests.keys import is_check_in_code
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import get_booking, keeper_day_bookings
from bookings.requests.selectors.scope import get_answered_condition, get_responsible_condition
from bookings.usage.domain.choices import Capture
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

KEY = "bookings.devices"
EXPECTED_STATES = (BookingState.APPROVED, BookingState.IN_USE)
NUL = "\x00"
"""No number has one, and PostgreSQL takes none; it is looked up before anything else has read it."""
ANSWERED_FOR = get_answered_condition("made_by")
"""The condition for devices and kiosks that work: whoever has left may still hold the key."""


def get_device(viewer: "User", instrument: "Instrument") -> Device | None:
    """Return the instrument's device, None before its first key. Raises Forbidden."""
    require(viewer, "bookings.manage_device", instrument)
    return Device.objects.filter(instrument=instrument).select_related("made_by").first()


def device_events(device: Device) -> QuerySet[DeviceEvent]:
    """Return what a device that the caller may see reported, newest first."""
    return device.events.select_related("booking__user").order_by("-sequence")


def get_device_secret(device: Device) -> str:
    """Return the key with which the device signs, and the platform its answers."""
    return get_secret(KEY, device.public_id, device.generation)


def get_signed_device(public_id: str, header: str, body: str, now: datetime) -> Device:
    """Return the device that signed this message. Raises NotSigned, ClockWrong."""
    if NUL in public_id:
        raise NotSigned
    device = Device.objects.filter(ANSWERED_FOR, public_id=public_id, revoked_at__isnull=True).first()
    if device is None:
        raise NotSigned
    require_signed(get_device_secret(device), header, body, now)
    return device


def find_booking_of(instrument_id: int, event: Event) -> Booking | None:
    """Return the running or else the next approved booking of the person whom the event names.

    One that runs past its end gives way to one that can be checked in: that waits until it is checked out.
    """
    here = Booking.objects.filter(instrument_id=instrument_id).select_related("user")
    running = here.filter(state=BookingState.IN_USE)
    coming = here.filter(
        state=BookingState.APPROVED, ends_at__gt=event.at, starts_at__lt=event.at + STARTS_AHEAD
    )
    wanted = (
        running.filter(ends_at__gt=event.at),
        coming.filter(starts_at__lte=event.at + CHECK_IN_LEAD),
        running,
        coming,
    )
    found = (booking for some in wanted for booking in some.order_by("starts_at", "id"))
    return next((booking for booking in found if is_named(booking, event)), None)


def is_named(booking: Booking, event: Event) -> bool:
    """Return whether the event names the booking's user: by number, or by the code of this booking."""
    if event.person:
        return booking.user.public_id == event.person
    return bool(event.code) and is_check_in_code(booking, event.code)


def get_presented(viewer: "User", public_id: str, code: str) -> Booking:
    """Return the booking whose code this is, if the viewer may see it. Raises NotFound."""
    booking = get_booking(viewer, public_id)
    return require_found(booking if is_check_in_code(booking, code) else None)


def find_arrival(viewer: "User", code: str, now: datetime) -> Booking | None:
    """Return today's booking on the viewer's instruments whose code was typed, or None.

    Before midnight those are among them whose check-in is open for the next day.
    """
    days = sorted({at.astimezone(CITY_TIME).date() for at in (now, now + CHECK_IN_LEAD)})
    of_days = (keeper_day_bookings(viewer, day).filter(state__in=EXPECTED_STATES) for day in days)
    found = (one for expected in of_days for one in expected if is_check_in_code(one, code))
    return next(found, None)


def open_notes(viewer: "User") -> QuerySet[InstrumentNote]:
    """Return the notes of the viewer's instruments that are not closed, newest first."""
    found = _notes(viewer).filter(closed_at__isnull=True)
    return found.select_related("instrument", "written_by").order_by("-written_at", "-id")


def get_note(viewer: "User", public_id: str) -> InstrumentNote:
    """Return a note of the viewer's instruments, also one that is closed. Raises NotFound."""
    return require_found(_notes(viewer).filter(public_id=public_id).first())


def _notes(viewer: "User") -> QuerySet[InstrumentNote]:
    return InstrumentNote.objects.filter(get_responsible_condition(viewer))


def bookings_by_key_of(person: "User") -> "QuerySet[DeviceEvent, Any]":
    """Return the ids of the bookings whose use a device ended with a key that the person made.

    Whoever makes the next key answers for what is recorded from then on, and for nothing before.
    """
    made = Q(key_made_by=person) | Q(key_made_by__isnull=True, device__made_by=person)
    ended = DeviceEvent.objects.filter(made, kind=EventKind.STOP, booking__usage_log__capture=Capture.DEVICE)
    return ended.values("booking")


def get_running(device: Device) -> Booking | None:
    """Return the booking that is checked in on the device's instrument, or None."""
    here = Booking.objects.filter(instrument_id=device.instrument_id, state=BookingState.IN_USE)
    return here.select_related("user").first()


def get_last_started(device: Device) -> Booking | None:
    """Return the booking of the last start that was reported; None if that was refused."""
    starts = device.events.filter(kind=EventKind.START).select_related("booking__user")
    last = starts.order_by("-sequence").first()
    return last.booking if last else None
