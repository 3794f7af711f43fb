"""Receiving what devices report: each event once, in order, with the same answer to every repetition."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.devices.domain import (
    Event,
    EventKind,
    NoBooking,
    NothingRuns,
    NotSigned,
    SequenceGap,
    SequenceReused,
)
from bookings.devices.models import Device, DeviceEvent
from bookings.devices.selectors import find_booking_of, get_last_started, get_running, is_named
from bookings.devices.services.notes import incident_keep
from bookings.devices.services.starts import use_begin
from bookings.requests.domain.states import MOVES, BookingState
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services.notifications import get_instrument_name, list_answerers
from bookings.usage.domain.choices import Capture
from bookings.usage.selectors.amounts import calculate_use
from bookings.usage.services.attendance import get_operator_id, write_check_out
from bookings.usage.services.notifications import tell_of_device
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import DomainError, gettext_noop
from instrument_share.kernel.states import require_transition
from instrument_share.web.responses.problem import body_of
from instrument_share.web.text.formats import join_sentences

if TYPE_CHECKING:
    from bookings.requests.models import Booking

FAULT = gettext_noop("The device at {instrument} reports a fault: {detail}")
FAULT_UNEXPLAINED = gettext_noop("The device at {instrument} reports a fault without saying what is broken.")
STOP_REFUSED = gettext_noop(
    "The device at {instrument} reported the end of a use at {at} that could not be recorded. Record the "
    "hours by hand if there were any."
)


@dataclass(frozen=True)
class Outcome:
    """What became of an event; `code` says why where nothing was recorded."""

    is_recorded: bool
    code: str = "ok"
    detail: str = ""
    booking: "Booking | None" = None

    def to_answer(self, kind: EventKind, sequence: int) -> dict[str, Any]:
        """Return the answer that is kept."""
        log = getattr(self.booking, "usage_log", None)
        return {
            "kind": kind.value,
            "sequence": sequence,
            "next_sequence": sequence + 1,
            "recorded": self.is_recorded,
            "may_start": kind is EventKind.START and self.is_recorded,
            "code": self.code,
            "detail": self.detail,
            "booking": self.booking and self.booking.public_id,
            "ends_at": self.booking and self.booking.ends_at.isoformat(),
            "log": log and log.public_id,
        }


@transaction.atomic
def device_event_receive(*, device_id: int, event: Event, digest: str, now: datetime) -> Mapping[str, Any]:
    """Take an event that the device signed; return what it is answered.

    What the rules refuse is an event all the same, kept with its refusal. Raises SequenceGap and
    SequenceReused for one that is not next and was not received before, and NotSigned where the key was
    revoked after the signature was checked.
    """
    device = (
        Device.objects.select_for_update(of=("self",))
        .select_related("instrument__organization")
        .get(pk=device_id)
    )
    if device.revoked_at is not None:
        raise NotSigned
    event = replace(event, at=min(event.at, now))
    expected = device.last_sequence + 1
    if event.kind is EventKind.HEARTBEAT:
        _hear(device, event)
        return {"kind": event.kind.value, "next_sequence": expected, "recorded": True, "code": "ok"}
    assert event.sequence is not None
    earlier = device.events.filter(sequence=event.sequence).first()
    if earlier is not None:
        if earlier.digest != digest:
            raise SequenceReused(expected=expected)
        return earlier.answer
    if event.sequence != expected:
        raise SequenceGap(expected=expected)
    outcome = _carry_out(device, event, now)
    answer = outcome.to_answer(event.kind, event.sequence)
    DeviceEvent.objects.create(
        device=device,
        sequence=event.sequence,
        kind=event.kind.value,
        at=event.at,
        received_at=now,
        digest=digest,
        key_made_by_id=device.made_by_id,
        detail=event.detail,
        booking=outcome.booking if outcome.is_recorded else None,
        answer=answer,
    )
    _hear(device, event)
    return answer


def _hear(device: Device, event: Event) -> None:
    """Keep the latest time that the device named; a message that is sent again makes it no later."""
    device.last_sequence = event.sequence if event.sequence is not None else device.last_sequence
    device.last_heard_at = max(device.last_heard_at or event.at, event.at)
    device.save(update_fields=["last_sequence", "last_heard_at"])


def _carry_out(device: Device, event: Event, now: datetime) -> Outcome:
    """Do what the event says; of what is refused nothing remains."""
    try:
        with transaction.atomic():
            return ACTS[event.kind](device, event, now)
    except DomainError as refusal:
        if event.kind is EventKind.STOP:
            _notify_keepers(device, STOP_REFUSED, now, at=event.at)
        told = body_of(refusal)
        details = [told["detail"], *(problem["detail"] for problem in told["problems"])]
        return Outcome(False, refusal.code, join_sentences(details))


def _start(device: Device, event: Event, now: datetime) -> Outcome:
    """Check the person in where check-in lets them; who is checked in already may go on."""
    found = find_booking_of(device.instrument_id, event)
    if found is None:
        raise NoBooking
    booking = use_begin(found.pk, at=event.at, now=now, details=_get_details(device, event))
    return Outcome(True, booking=booking)


def _stop(device: Device, event: Event, now: datetime) -> Outcome:
    """Check the running use out at the time of the event; what the keeper has ended already is recorded."""
    running = get_running(device)
    if running is not None and _is_of(event, running) and not _is_before(event, running):
        booking = booking_lock(running.pk)
        require_transition(MOVES, booking.state, "check_out")
        write_check_out(
            booking,
            calculate_use(booking, now=now, ends_at=event.at),
            actor=booking.user,
            operator_id=get_operator_id(booking, device.made_by_id),
            now=now,
            capture=Capture.DEVICE,
            tell=tell_of_device,
            details=_get_details(device, event),
        )
        return Outcome(True, booking=booking)
    started = get_last_started(device)
    if started is not None and _is_of(event, started) and started.state == BookingState.COMPLETED:
        return Outcome(True, "device.ended_already", booking=started)
    raise NothingRuns


def _is_of(event: Event, booking: "Booking") -> bool:
    """Return whether a stop is of this booking; one that names nobody is of whoever is there."""
    return not (event.person or event.code) or is_named(booking, event)


def _is_before(event: Event, booking: "Booking") -> bool:
    """Return whether a stop that the line has delayed is older than this use, and so of the one before."""
    return booking.checked_in_at is not None and event.at < booking.checked_in_at


def _fault(device: Device, event: Event, now: datetime) -> Outcome:
    """Keep an incident, and tell the keepers what is broken.

    A fault without words is one all the same: were it refused, the device's later events would wait for it.
    """
    detail = event.detail.strip()
    incident_keep(device.instrument, detail, event.at)
    record(
        actor=None,
        action="device.faulted",
        subject=device,
        now=now,
        organization_id=device.instrument.organization_id,
        details={"instrument": device.instrument.public_id, "detail": detail},
    )
    if detail:
        _notify_keepers(device, FAULT, now, detail=detail)
    else:
        _notify_keepers(device, FAULT_UNEXPLAINED, now)
    return Outcome(True)


ACTS = {EventKind.START: _start, EventKind.STOP: _stop, EventKind.FAULT: _fault}


def _get_details(device: Device, event: Event) -> dict[str, Any]:
    return {"device": device.public_id, "event": event.sequence, "at": event.at.isoformat()}


def _notify_keepers(device: Device, message: str, now: datetime, **params: Any) -> None:
    notify(
        users=list_answerers(device.instrument),
        kind=NotificationKind.USES,
        act_by=now,
        message=message,
        now=now,
        path=page_address("instrument_device", device.instrument.public_id),
        params={"instrument": get_instrument_name(device.instrument), **params},
    )
