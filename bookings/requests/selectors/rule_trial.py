"""Try draft terms on last month's requests."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from bookings.requests.domain import admission, pricing, quota
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import QUOTA_STATES
from bookings.requests.selectors.bookings import bookings
from bookings.requests.selectors.former_times import Moves, get_moves
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval
from providers.domain import QuotaHolder, ServiceMode, UserKind
from providers.public import Qualified, backdated_openings, qualification_history

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import TermsDraft
    from providers.models import Instrument

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RefusedRequest:
    """A request that the draft would have refused, the time first asked for, and the problems."""

    booking: Booking
    asked: Interval
    problems: tuple[Problem, ...]

    @property
    def moved(self) -> bool:
        """Return whether the booking has been moved since."""
        return self.asked != Interval(self.booking.starts_at, self.booking.ends_at)


@dataclass(frozen=True)
class RuleTrial:
    """Last month under the draft. Amounts are quotes of requests that became bookings and were kept."""

    month: Interval
    requests: int
    refused: tuple[RefusedRequest, ...]
    quoted_yuan: Decimal
    """As quoted then."""
    repriced_yuan: Decimal
    """The same bookings at the prices of these terms, refused ones included."""
    lost_yuan: Decimal
    """The part of `quoted_yuan` of those that would have been refused."""

    @property
    def admitted(self) -> int:
        """Return how many requests the draft would have admitted."""
        return self.requests - len(self.refused)


@dataclass(frozen=True)
class _QuotaBooking:
    """A booking as quotas count it: from its request until it was given up."""

    pk: int
    public_id: str
    interval: Interval
    requested_at: datetime
    given_up_at: datetime | None


def run_rule_trial(
    viewer: "Viewer", instrument: "Instrument", draft: "TermsDraft", *, applies_from: datetime, now: datetime
) -> RuleTrial:
    """Check the requests of the calendar month before `now` against the draft.

    Each is checked as of the moment it was made, for the time first asked for, with the windows of the draft
    and with what its user had then. Refused requests count towards no quota of later ones. Overlaps,
    closures, credit and membership are left out: they don't depend on the terms. Takes at most ten
    statements. Raises CalendarYearUnknown.
    """
    month = quota.get_month_interval(quota.get_month_interval(now).start - ONE_DAY)
    asked = list(
        bookings(viewer)
        .filter(instrument=instrument, requested_at__gte=month.start, requested_at__lt=month.end)
        .order_by("requested_at", "pk")
    )
    refused = _find_refused(asked, instrument, draft, applies_from)
    stayed = [booking for booking in asked if booking.state in QUOTA_STATES]
    lost = {one.booking.pk for one in refused}
    return RuleTrial(
        month=month,
        requests=len(asked),
        refused=refused,
        quoted_yuan=sum((booking.quoted_yuan for booking in stayed), Decimal()),
        repriced_yuan=sum((_calculate_price(draft, booking) for booking in stayed), Decimal()),
        lost_yuan=sum((booking.quoted_yuan for booking in stayed if booking.pk in lost), Decimal()),
    )


def _find_refused(
    asked: Sequence[Booking], instrument: "Instrument", draft: "TermsDraft", applies_from: datetime
) -> tuple[RefusedRequest, ...]:
    if not asked:
        return ()
    moves = get_moves([one.public_id for one in asked])
    first = {
        one.pk: moves.get_first_interval(one.public_id, Interval(one.starts_at, one.ends_at)) for one in asked
    }
    span = Interval(min(one.start for one in first.values()), max(one.end for one in first.values()))
    windows = backdated_openings(
        draft,
        applies_from.astimezone(CITY_TIME).date(),
        span.start.astimezone(CITY_TIME).date() - ONE_DAY,
        span.end.astimezone(CITY_TIME).date() + ONE_DAY,
    )
    qualified = (
        qualification_history(instrument.pk, {one.user_id for one in asked})
        if draft.needs_qualification
        else {}
    )
    made = _get_quota_bookings(asked, instrument, draft, span)
    found: list[RefusedRequest] = []
    turned_away: set[int] = set()
    for booking in asked:
        interval = first[booking.pk]
        problems = admission.find_problems(
            draft,
            request=admission.Request(
                interval, ServiceMode(booking.service_mode), booking.subject or "—", booking.samples
            ),
            requester=_build_requester(
                booking, interval, made, turned_away, qualified.get(booking.user_id, ())
            ),
            situation=admission.Situation(True, _overlapping(windows, interval), [], []),
            now=booking.requested_at,
        )
        if problems:
            turned_away.add(booking.pk)
            found.append(RefusedRequest(booking, interval, tuple(problems)))
    return tuple(found)


def _build_requester(
    booking: Booking,
    asked: Interval,
    made: "_QuotaBookings",
    turned_away: set[int],
    qualified: Iterable[Qualified],
) -> admission.Requester:
    organization_id = booking.payer_organization_id
    return admission.Requester(
        user_kind=UserKind(booking.user_kind),
        for_organization=organization_id is not None,
        qualified=any(one.held(booking.requested_at, asked.end) for one in qualified),
        bookings=_get_intervals_as_of(made.by_user[booking.user_id], booking, made.moves, turned_away),
        organization_bookings=[]
        if organization_id is None
        else _get_intervals_as_of(made.by_organization[organization_id], booking, made.moves, turned_away),
    )


@dataclass(frozen=True)
class _QuotaBookings:
    by_user: dict[int, list[_QuotaBooking]]
    by_organization: dict[int, list[_QuotaBooking]]
    moves: Moves


def _get_quota_bookings(
    asked: Sequence[Booking], instrument: "Instrument", draft: "TermsDraft", span: Interval
) -> "_QuotaBookings":
    """Return the bookings that may count towards a quota of one of the requests. At most two statements.

    Bookings requested before that month and since moved elsewhere are not found.
    """
    others = _QuotaBookings(defaultdict(list), defaultdict(list), Moves({}))
    reaches = [
        reach for holder in QuotaHolder if (reach := quota.get_relevant_interval(draft.quotas, holder, span))
    ]
    if not reaches:
        return others
    within = Q(
        starts_at__lt=max(reach.end for reach in reaches), ends_at__gt=min(reach.start for reach in reaches)
    )
    rows = Booking.objects.filter(
        within | Q(requested_at__gte=asked[0].requested_at),
        instrument=instrument,
        requested_at__lte=asked[-1].requested_at,
    )
    for row in rows:
        given_up_at = None if row.state in QUOTA_STATES else row.ended_at
        lies = Interval(row.starts_at, row.ends_at)
        one = _QuotaBooking(row.pk, row.public_id, lies, row.requested_at, given_up_at)
        others.by_user[row.user_id].append(one)
        if row.payer_organization_id is not None:
            others.by_organization[row.payer_organization_id].append(one)
    return replace(others, moves=get_moves([row.public_id for row in rows]))


def _get_intervals_as_of(
    made: Iterable[_QuotaBooking], booking: Booking, moves: Moves, turned_away: set[int]
) -> list[Interval]:
    """Return the intervals of bookings that existed when the booking was requested."""
    at = booking.requested_at
    return [
        moves.get_interval_at(one.public_id, one.interval, at)
        for one in made
        if (one.requested_at, one.pk) < (at, booking.pk)
        and (one.given_up_at is None or one.given_up_at > at)
        and one.pk not in turned_away
    ]


def _overlapping(windows: Sequence[Interval], interval: Interval) -> list[Interval]:
    return [window for window in windows if window.start < interval.end and window.end > interval.start]


def _calculate_price(draft: "TermsDraft", booking: Booking) -> Decimal:
    return pricing.calculate_quote(
        draft,
        Interval(booking.starts_at, booking.ends_at),
        UserKind(booking.user_kind),
        ServiceMode(booking.service_mode),
        booking.samples,
    ).total
