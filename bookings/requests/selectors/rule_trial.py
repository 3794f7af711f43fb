"""Try draft terms on last month's requests."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from bookings.requests.domain import admission, pricing, quota
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import Moves, bookings, get_interval_at, get_moves
from bookings.requests.selectors.request_facts import QUOTA_STATES
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval
from providers.domain import QuotaHolder, ServiceMode, UserKind
from providers.public import backdated_openings, qualification_history

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Quota, Terms, TermsDraft
    from providers.models import Instrument
    from providers.public import Qualified

ONE_DAY = timedelta(days=1)
IS_MERE_OFFER = Q(state=BookingState.OFFERED) | Q(state=BookingState.LAPSED, decide_by__isnull=True)
"""The condition for offers of the waiting list that nobody accepted: requests lapse by their `decide_by`."""


@dataclass(frozen=True)
class RefusedRequest:
    """A request that the draft would have refused, the time first asked for, and the problems."""

    booking: Booking
    asked: Interval
    problems: tuple[Problem, ...]
    refused_now: bool
    """Whether the rule in force would have refused it as well."""

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
    """As quoted then, of those that the draft would have granted."""
    repriced_yuan: Decimal
    """The same bookings at the prices of these terms; what was agreed for samples stays."""
    lost_yuan: Decimal
    """As quoted then, of those that the draft would have refused."""

    @property
    def newly_refused(self) -> list[RefusedRequest]:
        """Return the requests that the draft would have refused and the rule in force would not."""
        return [request for request in self.refused if not request.refused_now]

    @property
    def refused_as_now(self) -> list[RefusedRequest]:
        """Return the requests that the rule in force would have refused as well."""
        return [request for request in self.refused if request.refused_now]


def run_rule_trial(
    viewer: "Viewer",
    instrument: "Instrument",
    draft: "TermsDraft",
    *,
    in_force: "Terms | None",
    applies_from: datetime,
    now: datetime,
) -> RuleTrial:
    """Check the requests of the calendar month before `now` against the draft and the rule in force.

    Each is checked as of the moment it was made, for the time first asked for, with the windows of the terms
    and with what its user had then. Refused requests count towards no quota of later ones. Overlaps,
    closures, credit and membership are left out: they don't depend on the terms. Takes at most ten
    statements. Raises CalendarYearUnknown.
    """
    month = quota.get_month_interval(quota.get_month_interval(now).start - ONE_DAY)
    requests = list(
        bookings(viewer)
        .filter(instrument=instrument, requested_at__gte=month.start, requested_at__lt=month.end)
        .exclude(IS_MERE_OFFER)
        .order_by("requested_at", "pk")
    )
    refused = _find_refused(requests, instrument, draft, in_force, applies_from, now)
    refused_ids = {request.booking.pk for request in refused}
    kept = [booking for booking in requests if booking.state in QUOTA_STATES]
    granted = [booking for booking in kept if booking.pk not in refused_ids]
    return RuleTrial(
        month=month,
        requests=len(requests),
        refused=refused,
        quoted_yuan=sum((booking.quoted_yuan for booking in granted), Decimal()),
        repriced_yuan=sum((_calculate_price(draft, booking) for booking in granted), Decimal()),
        lost_yuan=sum((booking.quoted_yuan for booking in kept if booking.pk in refused_ids), Decimal()),
    )


@dataclass(frozen=True)
class _Facts:
    """The requests, and what was so when each was made."""

    requests: Sequence[Booking]
    first: Mapping[int, Interval]
    """The time first asked for, by booking."""
    moves: Moves
    qualified: Mapping[int, Sequence["Qualified"]]
    others: Mapping[tuple[QuotaHolder, int | None], Sequence[Booking]]
    """The bookings that may count towards a quota, by holder and their id."""

    @property
    def span(self) -> Interval:
        """Return the time in which the requests lie."""
        return _get_span(self.first)


def _get_span(first: Mapping[int, Interval]) -> Interval:
    return Interval(min(time.start for time in first.values()), max(time.end for time in first.values()))


def _find_refused(
    requests: Sequence[Booking],
    instrument: "Instrument",
    draft: "TermsDraft",
    in_force: "Terms | None",
    applies_from: datetime,
    now: datetime,
) -> tuple[RefusedRequest, ...]:
    if not requests:
        return ()
    facts = _read_facts(requests, instrument, [draft] if in_force is None else [draft, in_force])
    problems = _judge(facts, draft, applies_from)
    now_refused = {} if in_force is None else _judge(facts, in_force, now)
    return tuple(
        RefusedRequest(booking, facts.first[booking.pk], problems[booking.pk], booking.pk in now_refused)
        for booking in requests
        if booking.pk in problems
    )


def _read_facts(
    requests: Sequence[Booking], instrument: "Instrument", terms: "Sequence[TermsDraft]"
) -> _Facts:
    moves = get_moves([booking.public_id for booking in requests])
    first = {booking.pk: get_interval_at(moves, booking) for booking in requests}
    quotas = [limit for one in terms for limit in one.quotas]
    others = _get_quota_bookings(requests, instrument, quotas, _get_span(first))
    moves |= get_moves({other.public_id for several in others.values() for other in several})
    qualified = (
        qualification_history(instrument.pk, {booking.user_id for booking in requests})
        if any(one.needs_qualification for one in terms)
        else {}
    )
    return _Facts(requests, first, moves, qualified, others)


def _judge(facts: _Facts, terms: "TermsDraft", applies_from: datetime) -> dict[int, tuple[Problem, ...]]:
    """Return the problems of the requests that these terms would have refused, by booking."""
    windows = backdated_openings(
        terms,
        applies_from.astimezone(CITY_TIME).date(),
        facts.span.start.astimezone(CITY_TIME).date() - ONE_DAY,
        facts.span.end.astimezone(CITY_TIME).date() + ONE_DAY,
    )
    refused: dict[int, tuple[Problem, ...]] = {}
    for booking in facts.requests:
        interval, organization_id = facts.first[booking.pk], booking.payer_organization_id
        of_user = facts.others[QuotaHolder.USER, booking.user_id]
        of_organization = facts.others[QuotaHolder.ORGANIZATION, organization_id] if organization_id else []
        problems = admission.find_problems(
            terms,
            request=admission.Request(
                interval,
                ServiceMode(booking.service_mode),
                booking.subject or "—",
                booking.samples,
                price_is_agreed=booking.planned_by_unit,
            ),
            requester=admission.Requester(
                user_kind=UserKind(booking.user_kind),
                for_organization=organization_id is not None,
                qualified=any(
                    one.held(booking.requested_at, interval.end)
                    for one in facts.qualified.get(booking.user_id, ())
                ),
                bookings=_get_intervals_as_of(of_user, booking, facts.moves, refused),
                organization_bookings=_get_intervals_as_of(of_organization, booking, facts.moves, refused),
            ),
            situation=admission.Situation(
                True, _overlapping(windows, quota.get_days_interval(interval)), [], []
            ),
            now=booking.requested_at,
        )
        if problems:
            refused[booking.pk] = tuple(problems)
    return refused


def _get_quota_bookings(
    requests: Sequence[Booking], instrument: "Instrument", quotas: "Sequence[Quota]", span: Interval
) -> dict[tuple[QuotaHolder, int | None], list[Booking]]:
    """Return the bookings that may count towards a quota of one of the requests, by holder and their id.

    Takes at most one statement.
    Bookings requested before that month and since moved elsewhere are not found.
    """
    reaches = [
        reach for holder in QuotaHolder if (reach := quota.get_relevant_interval(quotas, holder, span))
    ]
    by_holder: dict[tuple[QuotaHolder, int | None], list[Booking]] = defaultdict(list)
    if not reaches:
        return by_holder
    within = Q(
        starts_at__lt=max(reach.end for reach in reaches), ends_at__gt=min(reach.start for reach in reaches)
    )
    rows = Booking.objects.filter(
        within | Q(requested_at__gte=requests[0].requested_at),
        instrument=instrument,
        requested_at__lte=requests[-1].requested_at,
    )
    for row in rows:
        by_holder[QuotaHolder.USER, row.user_id].append(row)
        by_holder[QuotaHolder.ORGANIZATION, row.payer_organization_id].append(row)
    return by_holder


def _get_intervals_as_of(
    others: Iterable[Booking], booking: Booking, moves: Moves, refused_ids: Collection[int]
) -> list[Interval]:
    """Return the intervals of other bookings that existed when the booking was requested.

    Refused ones count for nothing.
    """
    at = booking.requested_at
    return [
        get_interval_at(moves, other, at)
        for other in others
        if other.pk not in refused_ids
        and (other.requested_at, other.pk) < (at, booking.pk)
        and (other.state in QUOTA_STATES or other.ended_at is None or other.ended_at > at)
    ]


def _overlapping(windows: Sequence[Interval], interval: Interval) -> list[Interval]:
    return [window for window in windows if window.start < interval.end and window.end > interval.start]


def _calculate_price(draft: "TermsDraft", booking: Booking) -> Decimal:
    if booking.planned_by_unit:
        return booking.quoted_yuan
    return pricing.calculate_quote(
        draft,
        Interval(booking.starts_at, booking.ends_at),
        UserKind(booking.user_kind),
        ServiceMode(booking.service_mode),
        booking.samples,
    ).total
