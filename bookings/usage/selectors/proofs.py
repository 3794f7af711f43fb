"""What the records say of bookings and uses: who did what when, and what was corrected later."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.requests.models import Booking
from bookings.usage.models import UsageCorrection
from instrument_share.journal import selectors as journal

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

ACTS = ("booking.requested", "booking.approved", "booking.moved", "booking.checked_in", "booking.checked_out")


def get_booking_acts(booking_ids: Collection[str]) -> Mapping[str, list["AuditEntry"]]:
    """Return the journal's entries on bookings (public ids) that led to a use, oldest first. One statement.

    A booking without an approval was granted by the rule. The caller has checked what the viewer may see.
    """
    found: dict[str, list[AuditEntry]] = defaultdict(list)
    for entry in journal.entries_on(Booking._meta.label, booking_ids, ACTS):
        found[entry.subject_id].append(entry)
    return found


def get_corrections_since(log_ids: Collection[str], instant: datetime) -> Mapping[str, datetime]:
    """Return when a correction of a log (public ids) was last confirmed, of those after an instant.

    One statement.
    """
    rows = UsageCorrection.objects.filter(
        log__public_id__in=list(log_ids), confirmation__entry__recorded_at__gt=instant
    )
    confirmed = rows.order_by("confirmation__entry__recorded_at")
    return dict(confirmed.values_list("log__public_id", "confirmation__entry__recorded_at"))
