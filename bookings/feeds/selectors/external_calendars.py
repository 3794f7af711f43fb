"""External calendars of instruments, and what was made of their times."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from bookings.feeds.domain.busy_times import MOST_CALENDARS
from bookings.feeds.models import BusyTime, ExternalCalendar
from bookings.requests.selectors.scope import get_answered_condition, get_ending_condition
from instrument_share.accounts.domain import OrganizationState
from instrument_share.web.text.formats import name_columns

if TYPE_CHECKING:
    from instrument_share.accounts.domain import Role
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument

ANSWERED_FOR = get_answered_condition("created_by")
"""Calendars with it are followed: whoever connected them still looks after the instrument."""
MAY_CLOSE = Q(instrument__organization__state=OrganizationState.ADMITTED)
"""Calendars with it are read: their unit may close its instruments, which a suspended one may not."""


def external_calendars(instruments: "QuerySet[Instrument]", now: datetime) -> QuerySet[ExternalCalendar]:
    """Return the calendars of these instruments.

    Each has the number of its closures that are not over (`closures_ahead`), whether it is followed
    (`is_answered_for`), and `undecided`: the times in which bookings lie, closed in part where they became
    longer.
    """
    is_whole = Q(closure__starts_at=F("starts_at"), closure__ends_at=F("ends_at"))
    is_open = Q(closure__isnull=True) | (Q(closure__lifted_at__isnull=True) & ~is_whole)
    undecided = BusyTime.objects.filter(is_open, ends_at__gt=now).order_by("starts_at")
    ahead = Q(busy_times__closure__lifted_at__isnull=True, busy_times__closure__ends_at__gt=now)
    return (
        ExternalCalendar.objects.filter(instrument__in=instruments)
        .select_related("instrument", "created_by")
        .annotate(closures_ahead=Count("busy_times__closure", filter=ahead))
        .annotate(is_answered_for=Exists(ExternalCalendar.objects.filter(ANSWERED_FOR, pk=OuterRef("pk"))))
        .prefetch_related(Prefetch("busy_times", queryset=undecided, to_attr="undecided"))
        .order_by(*name_columns("instrument__name"), "id")
    )


def find_full_instrument_ids(
    instruments: "QuerySet[Instrument] | Sequence[Instrument]",
) -> set[int]:
    """Return the ids of those of the instruments that have as many calendars as an instrument may have."""
    counted = ExternalCalendar.objects.filter(instrument__in=instruments).values("instrument")
    full = counted.annotate(number=Count("pk")).filter(number__gte=MOST_CALENDARS)
    return set(full.order_by().values_list("instrument", flat=True))


def count_calendars_ending(person: "User", organization: "Organization", *roles_left: "Role") -> int:
    """Return how many calendars close nothing any more where a person keeps only these roles in a unit."""
    ending = get_ending_condition("created_by", person, organization, *roles_left)
    return ExternalCalendar.objects.filter(ending).count()


def count_calendars_by_maker(instrument: "Instrument") -> Counter[int]:
    """Return how many external calendars the instrument has, by who connected them."""
    return Counter(
        ExternalCalendar.objects.filter(instrument=instrument).values_list("created_by", flat=True)
    )
