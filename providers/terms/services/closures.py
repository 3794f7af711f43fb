"""Record and lift closures."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Conflict, gettext_noop, require_found, require_reason
from instrument_share.kernel.interval import Interval
from providers.instruments.selectors.instruments import instrument_lock
from providers.instruments.services.common import lock_instrument
from providers.terms.models import Closure

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class ClosureLifted(Conflict):
    """The closure has been lifted already."""

    code = "closure.lifted"
    message = gettext_noop("This closure has been lifted already. Reload the page.")


@transaction.atomic
def closure_record(
    *,
    actor: "User",
    instrument_id: int,
    interval: Interval,
    reason_zh: str,
    now: datetime,
    reason_en: str = "",
) -> Closure:
    """Record a closure of an instrument with a public reason.

    `bookings.requests.services.closure_place`, which calls this, decides on bookings.
    """
    instrument = lock_instrument(actor, instrument_id, permission="providers.close_instrument")
    closure = Closure(
        instrument=instrument,
        starts_at=interval.start,
        ends_at=interval.end,
        reason_zh=require_reason(reason_zh),
        reason_en=reason_en.strip(),
        created_at=now,
        created_by=actor,
    )
    closure.save(force_insert=True)
    _record_closure(actor, "closure.recorded", closure, now)
    return closure


@transaction.atomic
def closure_lift(*, actor: "User", closure_id: int, now: datetime) -> Closure:
    """Lift a closure; from then on its time is open again."""
    closure = require_found(Closure.objects.filter(pk=closure_id).select_related("instrument").first())
    instrument_lock(closure.instrument_id)
    closure.refresh_from_db(fields=["lifted_at"])
    require(actor, "providers.close_instrument", closure.instrument)
    if closure.lifted_at is not None:
        raise ClosureLifted
    closure.lifted_at = now
    closure.save(update_fields=["lifted_at"])
    _record_closure(actor, "closure.lifted", closure, now)
    return closure


def _record_closure(actor: "User", action: str, closure: Closure, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=closure,
        now=now,
        organization_id=closure.instrument.organization_id,
        details={
            "instrument": closure.instrument.public_id,
            "from": closure.starts_at.isoformat(),
            "until": closure.ends_at.isoformat(),
        },
    )
