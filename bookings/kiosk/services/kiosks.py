"""Making and ending the kiosks of an instrument."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.devices.selectors import ANSWERED_FOR
from bookings.kiosk.domain import MOST_KIOSKS, KioskEnded, TooManyKiosks
from bookings.kiosk.models import Kiosk
from bookings.kiosk.selectors import count_kiosks, hash_key
from bookings.requests.services.notifications import tell_of_maker
from instrument_share.accounts.domain.tokens import SHOWN_AGAIN_WITHIN
from instrument_share.accounts.permissions import require
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import record
from instrument_share.kernel.errors import gettext_noop, require_found
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ENDED = gettext_noop(
    "The kiosk “{name}” of {instrument} has ended: {person}, who made it, no longer looks after the "
    "instrument. Make another and open its link on the tablet."
)


@transaction.atomic
def kiosk_make(
    *, actor: "User", instrument_id: int, name: str, now: datetime, key: str = ""
) -> tuple[Kiosk, str]:
    """Make a kiosk beside an instrument; its key is returned here once and not kept. Raises TooManyKiosks.

    The same `key` just afterwards is a form sent twice, and returns the same kiosk.
    """
    instrument = providers.instrument_lock(instrument_id)
    require(actor, "bookings.manage_device", instrument)
    if made := Kiosk.objects.filter(digest=hash_key(key)).first() if key else None:
        if made.ended_at is None and now < made.made_at + SHOWN_AGAIN_WITHIN:
            return made, key
        key = ""
    if count_kiosks(instrument) >= MOST_KIOSKS:
        raise TooManyKiosks(most=MOST_KIOSKS)
    key = key or secrets.token_urlsafe(32)
    kiosk = Kiosk.objects.create(
        instrument=instrument, name=name.strip(), digest=hash_key(key), made_at=now, made_by=actor
    )
    _record(kiosk, actor, "kiosk.made", now)
    return kiosk, key


@transaction.atomic
def kiosk_end(*, actor: "User", kiosk_id: int, now: datetime) -> Kiosk:
    """End a kiosk: its key opens nothing any more. Raises KioskEnded the second time."""
    found = Kiosk.objects.select_for_update(of=("self",)).select_related("instrument")
    kiosk = require_found(found.filter(pk=kiosk_id).first())
    require(actor, "bookings.manage_device", kiosk.instrument)
    if kiosk.ended_at is not None:
        raise KioskEnded
    kiosk.ended_at, kiosk.ended_by = now, actor
    kiosk.save(update_fields=["ended_at", "ended_by"])
    _record(kiosk, actor, "kiosk.ended", now)
    return kiosk


def kiosks_end_due(now: datetime) -> int:
    """End kiosks whose maker no longer looks after the instrument, and tell who does; return how many.

    Their screens are locked even before (`find_kiosk`).
    """
    answered = Kiosk.objects.filter(ANSWERED_FOR).values("pk")
    ended = Kiosk.objects.filter(ended_at__isnull=True).exclude(pk__in=answered)
    return do_one_by_one("kiosk", ended.values_list("pk", flat=True), lambda pk: _end(pk, now))


@transaction.atomic
def _end(kiosk_id: int, now: datetime) -> bool:
    found = Kiosk.objects.filter(pk=kiosk_id, ended_at__isnull=True)
    kiosk = (
        found.select_for_update(of=("self",)).select_related("instrument__organization", "made_by").first()
    )
    if kiosk is None or found.filter(ANSWERED_FOR).exists():
        return False
    kiosk.ended_at = now
    kiosk.save(update_fields=["ended_at"])
    _record(kiosk, None, "kiosk.ended", now)
    path = page_address("instrument_kiosks", kiosk.instrument.public_id)
    tell_of_maker(kiosk.instrument, ENDED, kiosk.made_by, now, path=path, name=kiosk.name)
    return True


def _record(kiosk: Kiosk, actor: "User | None", action: str, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=kiosk,
        now=now,
        organization_id=kiosk.instrument.organization_id,
        details={"instrument": kiosk.instrument.public_id, "name": kiosk.name},
    )
