"""Making and revoking the key of an instrument's device."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.devices.domain import KeyMissing
from bookings.devices.models import Device
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument


@transaction.atomic
def device_key_make(*, actor: "User", instrument_id: int, now: datetime) -> Device:
    """Give the instrument's device a new key; the one before is worthless at once.

    Numbers of events go on, so that nothing signed with an earlier key counts again.
    """
    instrument = _lock(instrument_id)
    require(actor, "bookings.manage_device", instrument)
    device = Device.objects.filter(instrument=instrument).first() or Device(instrument=instrument)
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


def _lock(instrument_id: int) -> "Instrument":
    """Lock the device, where there is one, and then the instrument: its events take them in this order."""
    list(Device.objects.select_for_update().filter(instrument=instrument_id))
    return providers.instrument_lock(instrument_id)


def _save(device: Device) -> None:
    """Save what belongs to the key; events write the rest meanwhile."""
    fields = None if device.pk is None else ["generation", "made_at", "made_by", "revoked_at"]
    device.save(update_fields=fields)


def _record(device: Device, instrument: "Instrument", actor: "User", action: str, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=device,
        now=now,
        organization_id=instrument.organization_id,
        details={"instrument": instrument.public_id},
    )
