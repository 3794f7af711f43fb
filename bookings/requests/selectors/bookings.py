"""Bookings visible to a viewer, and the former times and users of those that were moved."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from bookings.requests.domain.check_in import CHECK_IN_LEAD
from bookings.requests.domain.quota import get_year_interval
from bookings.requests.domain.states import HOLDING_STATES, NOT_BEGUN_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.project_budget import get_unusable_project_condition
from bookings.requests.selectors.request_facts import get_refused_user_condition
from bookings.requests.selectors.scope import get_responsible_condition, get_visible_condition
from instrument_share.accounts.domain import OrganizationState
from instrument_share.journal import selectors as journal
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import InstrumentState

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.kernel.errors import Problem

MOVING_ACTS = ("booking.moved", "booking.moved_for_decision", "booking.extended")
HANDED_OVER = "booking.handed_over"

Moves = dict[str, list[tuple[datetime, Interval]]]
"""The time of each move and the interval before it, oldest first, by the booking's public id."""


def bookings(viewer: "Viewer") -> QuerySet[Booking]:
    """Return the bookings visible to the viewer, unordered, with group, instrument, user and payer."""
    return Booking.objects.filter(get_visible_condition(viewer)).select_related(
        *("group", "instrument", "instrument__organization", "user"),
        *("payer_organization", "payer_person", "organization_project"),
    )


def get_booking(viewer: "Viewer", public_id: str) -> Booking:
    """Return a booking visible to the viewer, or a use that they may still check out. Raises NotFound."""
    found = bookings(viewer).select_related("rule").filter(public_id=public_id).first()
    return require_found(found or uses_while_suspended(viewer).filter(public_id=public_id).first())


def uses_while_suspended(viewer: "Viewer") -> QuerySet[Booking]:
    """Return the uses under way on instruments that the viewer keeps in suspended units, by start."""
    if viewer.is_anonymous:
        return Booking.objects.none()
    kept = providers.instruments_kept_while_suspended(viewer)
    return (
        Booking.objects.filter(state=BookingState.IN_USE, instrument__in=kept)
        .select_related(
            *("instrument__organization", "rule", "group", "user"),
            *("payer_organization", "payer_person", "organization_project"),
        )
        .order_by("starts_at", "id")
    )


def find_running_use(instrument_id: int) -> Booking | None:
    """Return the booking that is checked in on the instrument; while there is one, no other is checked in."""
    return Booking.objects.filter(instrument=instrument_id, state=BookingState.IN_USE).first()


def annotate_running_use(queryset: QuerySet[Booking]) -> QuerySet[Booking]:
    """Annotate `running_use`, the public id of the booking that `find_running_use` finds, else None."""
    running = Booking.objects.filter(instrument=OuterRef("instrument"), state=BookingState.IN_USE)
    return queryset.annotate(running_use=Subquery(running.values("public_id")[:1]))


def get_last_booking(viewer: "User") -> Booking | None:
    """Return the person's most recent booking with its payer, or None."""
    own = Booking.objects.filter(user=viewer).select_related("payer_organization")
    return own.order_by("-requested_at", "-id").first()


def get_own_booking(viewer: "User", instrument_id: int, public_id: str) -> Booking | None:
    """Return the person's own booking of the instrument with this id, in any state, or None."""
    own = Booking.objects.filter(user=viewer, instrument=instrument_id, public_id=public_id)
    return own.select_related("payer_organization", "organization_project").first()


def find_own_overlaps(
    viewer: "User", interval: Interval, *, instrument_ids: Collection[int], problems: "Sequence[Problem]"
) -> QuerySet[Booking]:
    """Return the person's own bookings beside a request for these instruments at this time, by start.

    They are those of other instruments at this time, and those for which the request is refused.
    """
    own = Booking.objects.filter(user=viewer, state__in=HOLDING_STATES)
    at_this_time = Q(starts_at__lt=interval.end, ends_at__gt=interval.start)
    in_the_way = Q(public_id__in=[one.subject for one in problems if one.subject])
    found = own.filter(in_the_way | (at_this_time & ~Q(instrument__in=instrument_ids)))
    return found.select_related("instrument").order_by("starts_at", "id")


def waiting_decisions(viewer: "Viewer", now: datetime) -> QuerySet[Booking]:
    """Return the requests that the viewer may decide on now, the earliest deadline first.

    Each says what keeps the unit from moving it: `is_held_in_place` and `is_kept_from_moving`.
    """
    return (
        bookings(viewer)
        .filter(get_responsible_condition(viewer), state=BookingState.REQUESTED)
        .exclude(decide_by__lte=now)
        .annotate(is_held_in_place=is_held_in_place(), is_kept_from_moving=is_kept_from_moving(now))
        .order_by("decide_by", "starts_at", "id")
    )


def is_held_in_place() -> Exists:
    """Return whether a booking's instrument, or one booked with it, is out of service, as a condition.

    Then a booking that has not begun can't be moved.
    """
    together = Booking.objects.filter(
        group=OuterRef("group"), part=OuterRef("part"), state__in=sorted(NOT_BEGUN_STATES)
    )
    in_service = Q(
        instrument__state=InstrumentState.PUBLISHED,
        instrument__organization__state=OrganizationState.ADMITTED,
    )
    return Exists(together.exclude(in_service))


def is_kept_from_moving(now: datetime) -> Q:
    """Return whether something else keeps the unit from moving a booking, as a condition.

    That is its project, what its user may book, or a request made with it whose deadline has passed.
    """
    overdue = Booking.objects.filter(
        **{name: OuterRef(name) for name in ("group", "part", "starts_at", "ends_at")},
        state=BookingState.REQUESTED,
        decide_by__lte=now,
    )
    return get_unusable_project_condition() | get_refused_user_condition(now) | Q(Exists(overdue))


def find_immovable(found: Collection[Booking], now: datetime) -> dict[int, bool]:
    """Return which of these bookings can't be moved, by id, and whether an instrument out of service is why.

    One statement.
    """
    rows = Booking.objects.filter(pk__in=[one.pk for one in found]).annotate(
        is_held_in_place=is_held_in_place(), is_kept_from_moving=is_kept_from_moving(now)
    )
    immovable = rows.filter(Q(is_held_in_place=True) | Q(is_kept_from_moving=True))
    return dict(immovable.values_list("pk", "is_held_in_place"))


def keeper_day_bookings(viewer: "Viewer", day: date) -> QuerySet[Booking]:
    """Return a day's bookings (Asia/Shanghai) on instruments the viewer is responsible for, by start.

    Overdue uses that were not checked out are included. `running_use` says which use is to end first.
    """
    today = get_date_interval(day)
    touches = Q(
        state__in=[*HOLDING_STATES, BookingState.COMPLETED, BookingState.NO_SHOW],
        starts_at__lt=today.end,
        ends_at__gt=today.start,
    )
    overdue = Q(state=BookingState.IN_USE, starts_at__lt=today.end)
    found = bookings(viewer).filter(get_responsible_condition(viewer), touches | overdue)
    return annotate_running_use(found).order_by("starts_at", "id")


def get_date_interval(day: date) -> Interval:
    """Return the calendar day in Asia/Shanghai."""
    start = datetime.combine(day, time(0), tzinfo=CITY_TIME)
    return Interval(start, start + timedelta(days=1))


class DecisionsOfYear(TypedDict):
    """The numbers of requests that a unit decided in time, and that lapsed."""

    organization_id: int
    decided: int
    lapsed: int


_IN_TIME = Q(decided_at__lt=F("decide_by"))
_LAPSED = Q(state=BookingState.LAPSED)


def decisions_of_year(year: int) -> Iterator[DecisionsOfYear]:
    """Yield, by owning unit, how the year's requests that waited for a keeper ended.

    A request belongs to the year in which it was made, in Asia/Shanghai. Takes one statement.
    """
    rows = (
        _requests_to_decide(year)
        .values(organization_id=F("instrument__organization_id"))
        .annotate(decided=Count("pk", filter=_IN_TIME), lapsed=Count("pk", filter=_LAPSED))
        .order_by("organization_id")
        .iterator()
    )
    return (cast("DecisionsOfYear", row) for row in rows)


def requests_counted(organization_id: int, year: int) -> QuerySet[Booking]:
    """Return the requests that `decisions_of_year` counts for a unit, unordered, with their instrument.

    Those that are not lapsed were decided in time. The caller may see the unit's assessment.
    """
    of_unit = _requests_to_decide(year).filter(instrument__organization=organization_id)
    return of_unit.filter(_IN_TIME | _LAPSED).select_related("instrument")


def _requests_to_decide(year: int) -> QuerySet[Booking]:
    span = get_year_interval(year)
    return Booking.objects.filter(
        requested_at__gte=span.start, requested_at__lt=span.end, decide_by__isnull=False
    )


def find_missed_by(user: "User", instrument_id: int, came_at: datetime) -> list[int]:
    """Return the ids of a person's no-shows on an instrument for which they came in time then."""
    latest_start = came_at + CHECK_IN_LEAD
    earliest_start = came_at - timedelta(minutes=settings.BOOKING_NO_SHOW_MINUTES)
    missed = Booking.objects.filter(
        user=user,
        instrument_id=instrument_id,
        state=BookingState.NO_SHOW,
        starts_at__range=(earliest_start, latest_start),
    )
    return list(missed.order_by("id").values_list("pk", flat=True))


def unfinished_bookings(person: "User") -> QuerySet[Booking]:
    """Return the bookings of a person, or for which a person pays, that still hold time, by start."""
    own = Q(user=person) | Q(payer_person=person)
    return Booking.objects.filter(own, state__in=HOLDING_STATES).order_by("starts_at")


def get_moves(public_ids: Collection[str]) -> Moves:
    """Return every move of these bookings, which the caller may see. One statement."""
    moves: Moves = defaultdict(list)
    for entry in journal.entries_on(Booking._meta.label, public_ids, MOVING_ACTS):
        moves[entry.subject_id].append((entry.at, Interval.parse(entry.details["from"])))
    return dict(moves)


def get_interval_at(moves: Moves, booking: Booking, instant: datetime | None = None) -> Interval:
    """Return the booking's interval at the instant; without an instant, the one first asked for."""
    later = (before for at, before in moves.get(booking.public_id, ()) if instant is None or at > instant)
    return next(later, None) or Interval(booking.starts_at, booking.ends_at)


def is_handed_over_since_move(booking: Booking) -> bool:
    """Return whether the unit has moved a booking of somebody who has handed it over since."""
    if booking.moved_by_unit_at is None:
        return False
    # By the journal's numbers: both may bear the same time.
    last = journal.entries_on(Booking._meta.label, [booking.public_id], (HANDED_OVER, *MOVING_ACTS)).last()
    return last is not None and last.action == HANDED_OVER
