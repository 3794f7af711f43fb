"""What the records say of bookings and uses: who did what when, and what was corrected later."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.requests.models import Booking
from bookings.usage.models import UsageConfirmation, UsageCorrection
from bookings.usage.selectors.yearly import granted_windows
from instrument_share.journal import selectors as journal
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

ACTS = (
    "booking.requested",
    "booking.approved",
    "booking.moved",
    "booking.checked_in",
    "booking.extended",
    "booking.checked_out",
)


def get_booking_acts(booking_ids: Collection[str]) -> Mapping[str, list["AuditEntry"]]:
    """Return the journal's entries on bookings (public ids) that led to a use, oldest first. One statement.

    A booking without an approval was granted by the rule. The caller has checked what the viewer may see.
    """
    found: dict[str, list[AuditEntry]] = defaultdict(list)
    for entry in journal.entries_on(Booking._meta.label, booking_ids, ACTS):
        found[entry.subject_id].append(entry)
    return found


@dataclass(frozen=True)
class GrantedHours:
    """The open time of the version of a rule by which a booking was granted, as it was known then."""

    version: int
    windows: Sequence[Interval]


def get_granted_hours(booking_ids: Collection[str], interval: Interval) -> Mapping[str, GrantedHours]:
    """Return the hours within an interval that granted bookings, by public id, as a snapshot counts them.

    The number of statements grows with the versions and the changes of public holidays between bookings.
    """
    years_set = providers.times_of_year_set()
    alike: dict[tuple[int, int], list[tuple[str, datetime]]] = defaultdict(list)
    rows = Booking.objects.filter(public_id__in=list(booking_ids))
    for public_id, rule_id, granted_at in rows.values_list("public_id", "rule_id", "requested_at"):
        alike[rule_id, bisect_right(years_set, granted_at)].append((public_id, granted_at))
    versions = providers.terms_by_rule({rule_id for rule_id, _ in alike})
    found: dict[str, GrantedHours] = {}
    for (rule_id, _), bookings in alike.items():
        terms, granted_at = versions[rule_id], max(at for _, at in bookings)
        hours = GrantedHours(terms.version, granted_windows(terms, granted_at, interval))
        found.update((public_id, hours) for public_id, _ in bookings)
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


def get_logs_confirmed_by_clock(log_ids: Collection[str], instant: datetime) -> set[str]:
    """Return which logs (public ids) nobody but the clock had confirmed by an instant. One statement."""
    confirmed = UsageConfirmation.objects.filter(
        log__public_id__in=list(log_ids),
        correction__isnull=True,
        entry__recorded_by__isnull=True,
        entry__recorded_at__lte=instant,
    )
    return set(confirmed.values_list("log__public_id", flat=True))
