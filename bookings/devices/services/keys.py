"""Making and revoking the key of an instrument's device."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.devices.domain import KeyMissing
from bookings.devices.models import Device
from bookings.devices.selectors import ANSWERED_FOR
from bookings.requests.services.notifications import tell_of_maker
from instrument_share.accounts.domain.tokens import SHOWN_AGAIN_WITHIN
from instrument_share.accounts.permissions import require
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import record
from instrument_share.kernel.errors import gettext_noop
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

ENDED = gettext_noop(
    "The key of the device at {instrument} has ended: {person}, who made it, no longer looks after the "
    "instrument. Make a new key and enter it in the device."
)


@transaction.atomic
def device_key_make(*, actor: "User", instrument_id: int, now: datetime, seen_generation: str = "") -> Device:
    """Give the instrument's device a new key; the one before is worthless at once.

    Numbers of events go on, so that nothing signed with an earlier key counts again. Where the actor has
    just made the key after the one of `seen_generation`, the form was sent twice and nothing changes.
    """
    instrument = _lock(instrument_id)
    require(actor, "bookings.manage_device", instrument)
    device = Device.objects.filter(instrument=instrument).first() or Device(instrument=instrument)
    is_made = (device.made_by_id, str(device.generation - 1)) == (actor.pk, seen_generation)
    if is_made and device.revoked_at is None and now < device.made_at + SHOWN_AGAIN_WITHIN:
        return device
    device.generation += 1
    device.made_at, device.made_by, device.revoked_at = now, actor, None
    _save(device)
    _record(device, instrument, actor, "device.key_made", now)
    return device


@transaction.atomic
def device_key_revoke(*, actor: "User", instrument_id: int, now: datetime) -> Device:
    """Revoke the key: nothing more is taken from the device. Raises KeyMissing."""
    instrument = _lock(instrument_id)
    require(actor, "bookings.manage_device", instrument)
    device = Device.objects.filter(instrument=instrument, revoked_at__isnull=True).first()
    if device is None:
        raise KeyMissing
    device.revoked_at = now
    _save(device)
    _record(device, instrument, actor, "device.key_revoked", now)
    return device


def device_keys_end_due(now: datetime) -> int:
    """Revoke keys whose maker no longer looks after the instrument, and tell who does; return how many.

    Nothing is taken with such a key even before (`get_signed_device`).
    """
    answered = Device.objects.filter(ANSWERED_FOR).values("pk")
    ended = Device.objects.filter(revoked_at__isnull=True).exclude(pk__in=answered)
    return do_one_by_one("instrument", ended.values_list("instrument", flat=True), lambda pk: _end(pk, now))


@transaction.atomic
def _end(instrument_id: int, now: datetime) -> bool:
    instrument = _lock(instrument_id)
    found = Device.objects.filter(instrument=instrument, revoked_at__isnull=True).select_related("made_by")
    device = found.first()
    if device is None or found.filter(ANSWERED_FOR).exists():
        return False
    device.revoked_at = now
    _save(device)
    _record(device, instrument, None, "device.key_revoked", now)
    path = page_address("instrument_device", instrument.public_id)
    tell_of_maker(instrument, ENDED, device.made_by, now, path=path)
    return True


def _lock(instrument_id: int) -> "Instrument":
    """Lock the device, where there is one, and then the instrument: its events take them in this order."""
    list(Device.objects.select_for_update().filter(instrument=instrument_id))
    return providers.instrument_lock(instrument_id)


def _save(device: Device) -> None:
    """Save what belongs to the key; events write the rest meanwhile."""
    fields = None if device.pk is None else ["generation", "made_at", "made_by", "revoked_at"]
    device.save(update_fields=fields)


def _record(
    device: Device, instrument: "Instrument", actor: "User | None", action: str, now: datetime
) -> None:
    record(
        actor=actor,
        action=action,
        subject=device,
        now=now,
        organization_id=instrument.organization_id,
        details={"instrument": instrument.public_id},
    )
