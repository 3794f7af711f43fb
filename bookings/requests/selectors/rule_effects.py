"""Bookings that a version of a rule leaves outside opening hours, and free time for those that are moved."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from bookings.projects.domain.budget import NamedProject, find_project_problems, get_open_part
from bookings.requests.domain.admission import is_within_hours
from bookings.requests.domain.offers import InstrumentTime, find_starts, get_versions
from bookings.requests.domain.pricing import calculate_quote
from bookings.requests.domain.states import NOT_BEGUN_STATES
from bookings.requests.models import Booking
from bookings.requests.selectors.offers import Applicant, filter_admitting, get_free_time
from bookings.requests.selectors.project_budget import get_named_project
from bookings.requests.selectors.request_facts import counted_rows
from bookings.requests.selectors.scope import NOTHING
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import QuotaHolder, ServiceMode, Terms, TermsDraft, UserKind
from providers.public import TermsChange

if TYPE_CHECKING:
    from providers.models import Instrument, OpenServiceRule

LONGEST_SPAN = timedelta(days=31)
"""No quota counts further than a month."""
MOST_TRIED = 7 * 48
"""Starts of a week of half-hours: prices are by the hour and the weekday, so later ones cost the same."""


@dataclass(frozen=True)
class RuleChange:
    """The versions of an instrument's rule before and after a decision, newest first.

    The decision changes nothing before `since`.
    """

    instrument_id: int
    before: Sequence[Terms]
    after: Sequence[Terms]
    since: datetime

    @property
    def versions_before(self) -> list[int]:
        return [terms.version for terms in self.before]


def get_publication(instrument_id: int, draft: TermsDraft, applies_from: datetime) -> RuleChange:
    """Return what publishing these terms changes."""
    (publication,) = get_publications([TermsChange(instrument_id, draft, applies_from)])
    return publication


def get_publications(changes: Iterable[TermsChange]) -> list[RuleChange]:
    """Return what publishing terms of several instruments changes; the number of statements is constant."""
    wanted = list(changes)
    versions = providers.terms_versions(one.instrument_id for one in wanted)
    return [_build_publication(one, versions.get(one.instrument_id, [])) for one in wanted]


def _build_publication(change: TermsChange, before: Sequence[Terms]) -> RuleChange:
    values = {field.name: getattr(change.draft, field.name) for field in fields(TermsDraft)}
    number = before[0].version + 1 if before else 1
    published = Terms(**values, rule_id=0, version=number, applies_from=change.applies_from)
    return RuleChange(change.instrument_id, before, [published, *before], change.applies_from)


def get_withdrawal(rule: "OpenServiceRule") -> RuleChange:
    """Return what withdrawing this version changes."""
    before = providers.terms_versions([rule.instrument_id]).get(rule.instrument_id, [])
    after = [terms for terms in before if terms.version != rule.version]
    return RuleChange(rule.instrument_id, before, after, rule.applies_from)


def get_lost_hours_condition(change: RuleChange) -> Q:
    """Return the condition for bookings that lie within opening hours before the change and not after it.

    Each is judged, before and after, by the version in force at its start, but by the hours of each for the
    time in which it is in force: what begins before the change may end outside. What an earlier decision has
    left outside is not asked about again.
    """
    ending = Booking.objects.filter(
        instrument_id=change.instrument_id, state__in=NOT_BEGUN_STATES, ends_at__gt=change.since
    )
    rows = ending.values_list("pk", "starts_at", "ends_at")
    times = {pk: Interval(start, end) for pk, start, end in rows}
    if not times:
        return NOTHING
    around = Interval(min(times.values()).start, max(time.end for time in times.values()))
    lost = _find_within(change.before, times, around) - _find_within(change.after, times, around)
    return Q(pk__in=sorted(lost))


def _find_within(versions: Sequence[Terms], times: Mapping[int, Interval], around: Interval) -> set[int]:
    """Return the keys of times within the hours of the version in force at their start."""
    windows = providers.open_time_under(versions, around)
    return {key for key, time in times.items() if _is_within(versions, windows, time)}


def _is_within(versions: Sequence[Terms], windows: Sequence[Interval], time: Interval) -> bool:
    terms = providers.version_in_force(versions, time.start)
    return terms is not None and is_within_hours(terms, windows, time)


def find_free_starts(
    instrument: "Instrument", change: RuleChange, bookings: Iterable[Booking], now: datetime
) -> dict[str, datetime]:
    """Return a free start after the change for each booking, by public id, where there is one.

    It is the first from the booking's own start on that the project of the booking grants too, else the first
    of all, for the same length. All can be granted together.
    """
    ahead = Interval(now, now + max(terms.horizon for terms in change.after))
    return _find_starts(
        instrument,
        change.after,
        ahead,
        bookings,
        now,
        lambda time: replace(
            time,
            versions=get_versions(change.after),
            windows=providers.open_time_under(change.after, ahead),
        ),
    )


def find_starts_around_closure(
    instrument: "Instrument", closed: Interval, bookings: Iterable[Booking], now: datetime
) -> dict[str, datetime]:
    """Return the same for bookings that lie in a time in which the instrument is to be closed."""
    versions = providers.terms_versions([instrument.pk]).get(instrument.pk, [])
    if not versions:
        return {}
    ahead = Interval(now, now + max(terms.horizon for terms in versions))
    return _find_starts(
        instrument,
        versions,
        ahead,
        bookings,
        now,
        lambda time: replace(time, closures=[*time.closures, closed]),
    )


def _find_starts(
    instrument: "Instrument",
    versions: Sequence[Terms],
    ahead: Interval,
    bookings: Iterable[Booking],
    now: datetime,
    decide: Callable[[InstrumentTime], InstrumentTime],
) -> dict[str, datetime]:
    """Return a free start for each booking, where `decide` gives the instrument's time after the decision.

    A booking moves with its companions, as `booking_move` takes them, and to where that would admit it once
    those before it have moved: also by the period and the budget of the project that it names.
    """
    rows = list(bookings)
    applicants = {booking.pk: _get_applicant(booking) for booking in rows}
    mates = list(chain.from_iterable(one.companions for one in applicants.values()))
    instruments = {mate.instrument_id: mate.instrument for mate in mates} | {instrument.pk: instrument}
    times = dict(get_free_time(instruments.values(), ahead, now).times)
    if instrument.pk not in times:
        return {}
    times[instrument.pk] = decide(times[instrument.pk])
    versions_by_id = {**providers.terms_versions(list(instruments)), instrument.pk: versions}
    counted = _read_counted(list(instruments), rows, ahead)
    planned: dict[int | None, Decimal] = defaultdict(Decimal)
    found: dict[str, datetime] = {}
    for booking in rows:
        together = [booking, *applicants[booking.pk].companions]
        ids = [one.instrument_id for one in together]
        if not times.keys() >= set(ids):
            continue
        others = [one for one in counted if one.booking_id not in {each.pk for each in together}]
        theirs = {pk: replace(times[pk], counted=_count_for(booking, pk, others)) for pk in ids}
        admitting = list(filter_admitting(applicants[booking.pk], instruments, theirs, now).values())
        project = _get_project(together, planned)
        granted = _find_granted(together, admitting, ahead, versions_by_id, project, now)
        if granted is None:
            continue
        moved, price = granted
        found[booking.public_id] = moved.start
        quoted = sum((one.quoted_yuan for one in together), Decimal(0))
        planned[booking.organization_project_id] += max(price - quoted, Decimal(0))
        for pk in ids:
            held = _hold(versions_by_id[pk], moved)
            times[pk] = replace(times[pk], holds=[*times[pk].holds, held])
        payer_id = booking.payer_organization_id
        counted = [*others, *(Counted(booking.pk, pk, booking.user_id, payer_id, moved) for pk in ids)]
    return found


def _find_granted(
    together: Sequence[Booking],
    times: Sequence[InstrumentTime],
    ahead: Interval,
    versions_by_id: Mapping[int, Sequence[Terms]],
    project: NamedProject | None,
    now: datetime,
) -> tuple[Interval, Decimal] | None:
    """Return the first free time for which the project pays, and what it costs; None if there is none."""
    possible = ahead if project is None else get_open_part(project, ahead)
    for moved in _find_free(together[0], times, possible, now) if possible else ():
        price = _sum_prices(together, versions_by_id, moved)
        if project is None or not any(find_project_problems(project, moved, price)):
            return moved, price
    return None


def _find_free(
    booking: Booking, times: Sequence[InstrumentTime], ahead: Interval, now: datetime
) -> Iterator[Interval]:
    """Yield free times of a booking's length: the next from its own start on, then the first before it."""
    length = booking.ends_at - booking.starts_at
    own = min(max(booking.starts_at, ahead.start), ahead.end)
    parts = [Interval(*ends) for ends in ((own, ahead.end), (ahead.start, own)) if ends[0] < ends[1]]
    for part in parts:
        for start in islice(find_starts(times, part, length, now), MOST_TRIED):
            yield Interval(start, start + length)


def _get_applicant(booking: Booking) -> Applicant:
    mode = ServiceMode(booking.service_mode)
    return Applicant(booking.user, booking.payer_organization, mode, moved_booking=booking)


def _get_project(together: Sequence[Booking], planned: Mapping[int | None, Decimal]) -> NamedProject | None:
    """Return the project that a booking and its companions name, if they do, for its user.

    `planned` is by how much the moves proposed before raise what the bookings of each project cost. What they
    lower is not given to others, so that a proposal holds whichever of the others are taken.
    """
    booking = together[0]
    if booking.organization_project is None:
        return None
    return get_named_project(
        booking.organization_project,
        viewer=booking.user,
        user=booking.user,
        payer_organization=booking.payer_organization,
        moved_bookings=together,
        planned_yuan=planned[booking.organization_project.pk],
    )


def _sum_prices(
    together: Sequence[Booking], versions_by_id: Mapping[int, Sequence[Terms]], time: Interval
) -> Decimal:
    """Return what a booking and its companions cost at another time."""
    return sum((_price(one, versions_by_id[one.instrument_id], time) for one in together), Decimal(0))


def _price(booking: Booking, versions: Sequence[Terms], time: Interval) -> Decimal:
    """Return what a booking will cost at another time under these versions; an agreed price stays."""
    terms = providers.version_in_force(versions, time.start)
    if booking.planned_by_unit or terms is None:
        return booking.quoted_yuan
    kind, mode = UserKind(booking.user_kind), ServiceMode(booking.service_mode)
    return calculate_quote(terms, time, kind, mode, booking.samples).total


class Counted(NamedTuple):
    """A booking that counts towards quotas of its user and of the organization that pays."""

    booking_id: int
    instrument_id: int
    user_id: int
    payer_id: int | None
    time: Interval


def _read_counted(
    instrument_ids: Collection[int], bookings: Sequence[Booking], ahead: Interval
) -> list[Counted]:
    """Return what counts towards the quotas of the users and payers of these bookings; one statement."""
    reach = Interval(ahead.start - LONGEST_SPAN, ahead.end + LONGEST_SPAN)
    payer_ids = {one.payer_organization_id for one in bookings} - {None}
    whose = Q(user__in={one.user_id for one in bookings}) | Q(payer_organization__in=payer_ids)
    rows = counted_rows(instrument_ids, reach).filter(whose)
    return [
        Counted(
            one.pk,
            one.instrument_id,
            one.user_id,
            one.payer_organization_id,
            Interval(one.starts_at, one.ends_at),
        )
        for one in rows
    ]


def _count_for(
    booking: Booking, instrument_id: int, counted: Iterable[Counted]
) -> Mapping[QuotaHolder, Sequence[Interval]]:
    """Return what counts towards the quotas of a booking's user and payer on an instrument."""
    here = [one for one in counted if one.instrument_id == instrument_id]
    payer_id = booking.payer_organization_id
    found = {QuotaHolder.USER: [one.time for one in here if one.user_id == booking.user_id]}
    if payer_id is not None:
        found[QuotaHolder.ORGANIZATION] = [one.time for one in here if one.payer_id == payer_id]
    return found


def _hold(versions: Sequence[Terms], time: Interval) -> Interval:
    terms = providers.version_in_force(versions, time.start)
    return time if terms is None else Interval(time.start, time.end + terms.turnaround)
