"""Bookings, scoped to who looks."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Count, F, Q, QuerySet

from bookings.requests.domain.quota import year_of
from bookings.requests.domain.states import HOLDING, BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.scope import answers_for, visible
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer


def bookings(viewer: "Viewer") -> QuerySet[Booking]:
    """The bookings that the viewer may see, in no order, with instrument, user and payer."""
    allowed = visible(viewer)
    found = Booking.objects.none() if allowed is None else Booking.objects.filter(allowed)
    return found.select_related(
        "instrument", "instrument__organization", "user", "payer_organization", "payer_person"
    )


def booking(viewer: "Viewer", public_id: str) -> Booking:
    """One visible booking by public id, or NotFound."""
    found = bookings(viewer).select_related("rule").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def last_booking(viewer: "User") -> Booking | None:
    """The booking that the person has made last, with the organization that pays."""
    own = Booking.objects.filter(user=viewer).select_related("payer_organization")
    return own.order_by("-requested_at", "-id").first()


def waiting_decisions(viewer: "Viewer") -> QuerySet[Booking]:
    """Requests that the viewer may decide, the one that lapses first on top."""
    return (
        bookings(viewer)
        .filter(answers_for(viewer), state=BookingState.REQUESTED)
        .order_by("decide_by", "starts_at", "id")
    )


def keeper_day(viewer: "Viewer", day: date) -> QuerySet[Booking]:
    """What happens on the viewer's instruments on one day (Asia/Shanghai), in the order of its start.

    Uses that should have ended before but were not checked out are part of it.
    """
    today = day_of(day)
    touches = Q(
        state__in=[*HOLDING, BookingState.COMPLETED, BookingState.NO_SHOW],
        starts_at__lt=today.end,
        ends_at__gt=today.start,
    )
    overdue = Q(state=BookingState.IN_USE, starts_at__lt=today.end)
    return bookings(viewer).filter(answers_for(viewer), touches | overdue).order_by("starts_at", "id")


def day_of(day: date) -> Interval:
    """One calendar day in Asia/Shanghai."""
    start = datetime.combine(day, time(0), tzinfo=CITY_TIME)
    return Interval(start, start + timedelta(days=1))


def credit_ends(user_id: int, now: datetime) -> list[datetime]:
    """When the person's credit events that still count stop counting."""
    return list(
        CreditEvent.objects.filter(user_id=user_id, ends_at__gt=now).values_list("ends_at", flat=True)
    )


def credit_events(viewer: "User") -> QuerySet[CreditEvent]:
    """One's own credit record, newest first."""
    return CreditEvent.objects.filter(user=viewer).select_related("booking").order_by("-occurred_at", "-id")


class DecisionsOfYear(TypedDict):
    """Of one owning unit: how many requests were decided by a person in time, and how many lapsed."""

    organization_id: int
    decided: int
    lapsed: int


def decisions_of_year(year: int) -> Iterator[DecisionsOfYear]:
    """Yield, by owning unit, the requests of the year that waited for a keeper.

    The year is that in which they were made, in Asia/Shanghai. One statement.
    """
    span = year_of(year)
    rows = (
        Booking.objects.filter(
            requested_at__gte=span.start, requested_at__lt=span.end, decide_by__isnull=False
        )
        .values(organization_id=F("instrument__organization_id"))
        .annotate(
            decided=Count("pk", filter=Q(decided_at__lt=F("decide_by"))),
            lapsed=Count("pk", filter=Q(state=BookingState.LAPSED)),
        )
        .order_by("organization_id")
        .iterator()
    )
    return (cast("DecisionsOfYear", row) for row in rows)
