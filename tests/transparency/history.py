"""A small history of uses with its checkpoints."""

from datetime import timedelta

from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.journal.services import audit_seal
from instrument_share.transparency.services.growing import checkpoint_make
from tests.bookings.requests.booking import use
from tests.factories import slot

LATER = timedelta(days=30)


def grow(city, day):
    """A use on this day, confirmed and corrected, and the checkpoint of a later day; the use's log."""
    log = use(city, slot(day=day))
    usage_confirm(actor=city.researcher, log_id=log.pk, now=log.ends_at)
    changes = {"content": f"第 {day} 次断口观察"}
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes=changes, reason="笔误", now=log.ends_at
    )
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    now = log.ends_at + LATER
    audit_seal(now)
    checkpoint_make(now)
    return log


def settle(now):
    """Seal what is not sealed and make the next checkpoint, so that everything before is covered."""
    audit_seal(now)
    checkpoint_make(now)
