"""Read which times may be requested: what every calendar, list and search shows as free."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from bookings.requests.domain import admission, credit
from bookings.requests.domain.offers import (
    NOTHING_BOOKED,
    Admittance,
    InstrumentTime,
    Offer,
    Version,
    find_first_offer,
    find_offers,
    find_starts,
    get_latest_request,
    get_versions,
    merge_offers,
)
from bookings.requests.domain.quota import get_day_interval, get_longest_parts, get_relevant_interval
from bookings.requests.domain.states import HOLDING_STATES
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import get_binding_time, is_in_service, name_linked
from bookings.requests.selectors.bookings import get_last_booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.holds import held_rows
from bookings.requests.selectors.request_facts import (
    CLOSURE,
    CREDIT,
    HOLD,
    QUALIFICATION,
    WINDOW,
    Parts,
    as_part,
    counted_rows,
    credit_part,
    read_parts,
)
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval, intersect
from providers import public as providers
from providers.domain import OPERATED_BY_USER, QuotaHolder, ServiceMode

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import TermsDraft
    from providers.models import Instrument

MINUTE = timedelta(minutes=1)
LONGEST_LOOK = timedelta(days=366)
"""No rule lets anybody book further ahead."""
SHORTEST_LOOK = timedelta(minutes=1)
Versions = Mapping[int, Sequence[Version]]


@dataclass(frozen=True)
class Applicant:
    """Who asks, who pays (None: the person), for which mode of service, and which booking they move.

    Without a mode the times of every mode that the rule offers them are theirs.
    """

    user: "User"
    payer: "Organization | None"
    service_mode: ServiceMode | None = None
    moved_booking: Booking | None = None
    moves_own: bool = False
    """Whether the deadline for changes binds them; it doesn't bind a keeper."""
    has_accepted_quote: bool = False
    """Whether the price was agreed before, as that of samples, so that the rule needs none."""

    @cached_property
    def companions(self) -> list[Booking]:
        """Return the bookings that are moved together with the moved one."""
        return get_companions(self.moved_booking) if self.moved_booking else []

    @property
    def price_is_agreed(self) -> bool:
        """Return whether the rule needs no price for what they ask."""
        return self.has_accepted_quote or (
            self.moved_booking is not None and self.moved_booking.planned_by_unit
        )

    @property
    def moved_ids(self) -> set[int]:
        """Return the bookings whose time is free for the applicant."""
        return {booking.pk for booking in (self.moved_booking, *self.companions) if booking}


def get_usual_applicant(viewer: "Viewer") -> Applicant | None:
    """Return the viewer as they usually ask: paid as last time, else by their first organization.

    None for visitors, and for people who may not book.
    """
    if viewer.is_anonymous or not rules.has_perm("bookings.book", viewer):
        return None
    payers = _get_payers(viewer)
    last = get_last_booking(viewer)
    if last is not None and last.payer_organization_id in payers:
        return Applicant(viewer, last.payer_organization)
    return Applicant(viewer, next(iter(payers.values())))


def _get_payers(viewer: "Viewer") -> "dict[int | None, Organization | None]":
    """Return who may pay for the viewer's bookings, by id: their organizations, and themselves."""
    return {one.organization_id: one.organization for one in standing(viewer).memberships} | {None: None}


@dataclass(frozen=True)
class FreeTime:
    """What limits the times of instruments, by id, and which are booked together with which."""

    times: Mapping[int, InstrumentTime]
    linked: Mapping[int, Sequence[int]]
    now: datetime
    parts: Parts
    """What was read."""
    refusals: Mapping[int, Sequence[Problem]] = field(default_factory=dict)
    """Why instruments are not offered to the applicant at any time, by id."""

    def offers(self, instrument_id: int, interval: Interval) -> list[Offer]:
        """Return the offers of an instrument that start in the interval, by start."""
        together = self.together(instrument_id)
        return find_offers(together, interval, self.now) if together else []

    def first_offer(self, instrument_id: int, interval: Interval) -> Offer | None:
        """Return the first offer of an instrument that starts in the interval."""
        together = self.together(instrument_id)
        return find_first_offer(together, interval, self.now) if together else None

    def first_of_length(self, instrument_id: int, interval: Interval, length: timedelta) -> Interval | None:
        """Return the first time of this length that starts in the interval."""
        together = self.together(instrument_id)
        starts = find_starts(together, interval, length, self.now) if together else iter(())
        return next((Interval(start, start + length) for start in starts), None)

    def first_offers(self, instrument_id: int, interval: Interval, count: int) -> list[Offer]:
        """Return the first offer of each of the next `count` days that have any."""
        together = self.together(instrument_id)
        return list(islice(self._first_of_each_day(together, interval), count)) if together else []

    def latest_request(self, instrument_id: int, offer: Offer) -> datetime:
        """Return until when the start of an offer of the instrument may be requested."""
        return get_latest_request(self.together(instrument_id), offer.start)

    def _first_of_each_day(self, together: Sequence[InstrumentTime], interval: Interval) -> Iterator[Offer]:
        left: Interval | None = interval
        while left and (offer := find_first_offer(together, left, self.now)):
            yield offer
            tomorrow = get_day_interval(offer.start).end
            left = Interval(tomorrow, left.end) if tomorrow < left.end else None

    def together(self, instrument_id: int) -> list[InstrumentTime]:
        """Return what limits an instrument and those booked with it; nothing where one can't be booked."""
        ids = [instrument_id, *self.linked.get(instrument_id, ())]
        return [self.times[pk] for pk in ids] if all(pk in self.times for pk in ids) else []


def has_time_for_other_payer(viewer: "Viewer", instrument: "Instrument", now: datetime) -> bool:
    """Return whether the viewer is offered any time of the instrument if another pays than usually."""
    usual = get_usual_applicant(viewer)
    if usual is None:
        return False
    ahead = Interval(now, now + LONGEST_LOOK)
    others = (payer for payer in _get_payers(viewer).values() if payer != usual.payer)
    frees = (get_free_time([instrument], ahead, now, replace(usual, payer=payer)) for payer in others)
    return any(free.first_offer(instrument.pk, ahead) for free in frees)


def get_free_intervals(
    viewer: "Viewer", instrument: "Instrument", interval: Interval, now: datetime
) -> list[Interval]:
    """Return the time within the interval that the viewer may request."""
    free = get_free_time([instrument], interval, now, get_usual_applicant(viewer))
    return intersect(merge_offers(free.offers(instrument.pk, interval)), [interval])


def filter_free(
    queryset: "QuerySet[Instrument]",
    interval: Interval,
    now: datetime,
    refused: Collection[int] | None = None,
) -> "QuerySet[Instrument]":
    """Filter instruments to those whose rule offers the interval to somebody whom it admits.

    `refused` is what `find_refused_by_links` has returned for the interval already.
    """
    if refused is None:
        refused = find_refused_by_links(interval, now)
    return _filter_free_alone(queryset.exclude(pk__in=refused) if refused else queryset, interval, now)


def find_refused_by_links(interval: Interval, now: datetime) -> frozenset[int]:
    """Return the instruments that are booked together with others which are not free; 1 statement or 3."""
    links = providers.all_links()
    if not links:
        return frozenset()
    others = providers.catalogue(AnonymousUser()).filter(pk__in=set(chain.from_iterable(links.values())))
    free = set(_filter_free_alone(others, interval, now).order_by().values_list("pk", flat=True))
    return frozenset(pk for pk, linked in links.items() if not free.issuperset(linked))


def _filter_free_alone(
    queryset: "QuerySet[Instrument]", interval: Interval, now: datetime
) -> "QuerySet[Instrument]":
    held = Booking.objects.filter(instrument_id=OuterRef("pk"), state__in=sorted(HOLDING_STATES))
    # Holds of an instrument never overlap: the last that begins before the end is the one that lasts longest.
    before = held.filter(starts_at__lt=interval.end).order_by("-starts_at")
    after = held.filter(starts_at__gte=interval.end).order_by("starts_at")
    minutes = Cast("rule_turnaround", IntegerField())
    turnaround = ExpressionWrapper(minutes * Value(MINUTE), DurationField())
    return (
        providers.granted_by_rule(queryset, interval, now, get_longest_parts(interval))
        .alias(
            held_until=Coalesce(Subquery(before.values("held_until")[:1]), Value(providers.LONG_PAST)),
            next_hold=Subquery(after.values("starts_at")[:1]),
            needed_until=ExpressionWrapper(Value(interval.end) + turnaround, DateTimeField()),
        )
        .filter(
            Q(next_hold__isnull=True) | Q(next_hold__gte=F("needed_until")), held_until__lte=interval.start
        )
    )


def get_free_time(
    instruments: "Iterable[Instrument]",
    interval: Interval,
    now: datetime,
    applicant: Applicant | None = None,
    also: "Sequence[QuerySet[Any]]" = (),
) -> FreeTime:
    """Return what limits the times of instruments for starts in the interval.

    Without an applicant: what the rules grant to somebody whom they admit and who has booked nothing. What is
    suspended, or whose unit is, has no free time; the units are to be read with the instruments. The number
    of statements does not depend on the number of instruments. `also` are further reads, made by
    `as_part`, for the same statement.
    """
    by_id = {instrument.pk: instrument for instrument in instruments}
    rules, linked = providers.terms_and_links(by_id, interval)
    if applicant is not None and applicant.moved_booking is not None:
        # A move takes the companions that there are.
        linked = {pk: [mate.instrument_id for mate in applicant.companions] for pk in by_id}
    others = set(chain.from_iterable(linked.values())) - by_id.keys()
    if others:
        by_id |= {one.pk: one for one in providers.instruments_by_id(others)}
        rules = {**rules, **providers.terms_during(others, interval)}
    ids = [pk for pk, one in by_id.items() if is_in_service(one)]
    versions: Versions = {pk: get_versions(rules[pk]) for pk in ids if pk in rules}
    span = _get_reach(versions, interval, now)
    holders = {} if applicant is None else _get_reaches(applicant, versions, span)
    reads = [*_read_time(ids, span), *also]
    if applicant is not None:
        reads += _read_applicant(applicant, list(versions), holders, now)
    # One statement; with links and versions that makes 3, where there were up to 11.
    parts = Parts(read_parts(reads))
    refusals: Mapping[int, Sequence[Problem]] = {}
    if applicant is not None:
        versions, alone = _judge(applicant, by_id, versions, parts, now)
        refusals = {pk: found for pk in by_id if (found := _join_refusals(pk, linked, by_id, alone))}
    excluded = applicant.moved_ids if applicant else set()
    times = {
        pk: InstrumentTime(
            of_one,
            parts.intervals(WINDOW, pk),
            parts.intervals(CLOSURE, pk),
            parts.intervals(HOLD, pk, excluded),
            {holder: parts.intervals(holder, pk, excluded) for holder in holders}
            if applicant
            else NOTHING_BOOKED,
        )
        for pk, of_one in versions.items()
    }
    return FreeTime(times, linked, now, parts, refusals)


def _join_refusals(
    instrument_id: int,
    linked: Mapping[int, Sequence[int]],
    instruments: "Mapping[int, Instrument]",
    alone: Mapping[int, Sequence[Problem]],
) -> list[Problem]:
    """Return why an instrument is not offered at any time: itself, or what is booked together with it."""
    others = ((instruments[pk], one) for pk in linked.get(instrument_id, ()) for one in alone.get(pk, ()))
    said = alone.get(instrument_id, ())
    return [*said, *(name_linked(other, one) for other, one in others if one not in said)]


def filter_admitting(
    applicant: Applicant,
    instruments: "Mapping[int, Instrument]",
    times: Mapping[int, InstrumentTime],
    now: datetime,
) -> dict[int, InstrumentTime]:
    """Return the times of instruments, by id, under those versions alone that admit the applicant."""
    parts = Parts(read_parts(_read_applicant(applicant, list(times), {}, now)))
    versions = {pk: time.versions for pk, time in times.items()}
    admitting, _refusals = _judge(applicant, instruments, versions, parts, now)
    return {pk: replace(time, versions=admitting[pk]) for pk, time in times.items()}


def _read_time(ids: Collection[int], span: Interval) -> "list[QuerySet[Any]]":
    return [
        as_part(WINDOW, providers.open_window_rows(ids, span)),
        as_part(CLOSURE, providers.closure_rows(ids, span), has_reason=True),
        as_part(HOLD, held_rows(ids, span), end="held_until"),
    ]


def _read_applicant(
    applicant: Applicant, ids: Collection[int], holders: Mapping[QuotaHolder, Interval], now: datetime
) -> "list[QuerySet[Any]]":
    """Return the reads of what the applicant may do, and of what counts towards the holders' quotas."""
    theirs = {
        QuotaHolder.USER: Q(user=applicant.user),
        QuotaHolder.ORGANIZATION: Q(payer_organization=applicant.payer),
    }
    qualified = providers.qualification_rows(applicant.user.pk, ids)
    return [
        credit_part(applicant.user.pk, now),
        as_part(QUALIFICATION, qualified, start=None, end="expires_at"),
        *(
            as_part(holder, counted_rows(ids, reach).filter(theirs[holder]))
            for holder, reach in holders.items()
        ),
    ]


def _get_reach(versions: Versions, interval: Interval, now: datetime) -> Interval:
    """Return the time that matters for starts in the interval: until the longest booking is over."""
    terms = [one.terms for one in chain.from_iterable(versions.values())]
    last_start = min(interval.end, now + max((one.horizon for one in terms), default=timedelta()))
    longest = max((one.max_length + one.turnaround for one in terms), default=timedelta())
    return Interval(interval.start, max(interval.start + SHORTEST_LOOK, last_start + longest))


def _judge(
    applicant: Applicant,
    instruments: "Mapping[int, Instrument]",
    versions: Versions,
    parts: Parts,
    now: datetime,
) -> tuple[Versions, dict[int, Sequence[Problem]]]:
    """Return the versions that admit the applicant, with the end of their qualification, and refusals.

    An instrument has refusals where no version admits them: what the first says of the way of service for
    which least is wrong.
    """
    found: dict[int, list[Version]] = {}
    refusals: dict[int, Sequence[Problem]] = {}
    for pk, of_one in versions.items():
        qualified_until = max(parts.ends(QUALIFICATION, pk), default=now)
        requester = _build_requester(applicant, instruments[pk], qualified_until, parts, now)
        found[pk] = []
        problems = [_find_problems_by_mode(applicant, one.terms, requester, now) for one in of_one]
        for version, by_mode in zip(of_one, problems, strict=True):
            modes = {mode for mode, wrong in by_mode.items() if not wrong}
            until = qualified_until if version.terms.needs_qualification else None
            admittance = Admittance(requester.user_kind, frozenset(modes), until)
            if modes and modes <= OPERATED_BY_USER:
                found[pk].append(replace(version, latest_end=until, admittance=admittance))
            elif modes:
                found[pk].append(replace(version, admittance=admittance))
        if problems and not found[pk]:
            refusals[pk] = min(problems[0].values(), key=len, default=[])
    return found, refusals


def _build_requester(
    applicant: Applicant, instrument: "Instrument", qualified_until: datetime, parts: Parts, now: datetime
) -> admission.Requester:
    return admission.Requester(
        user_kind=providers.user_kind(applicant.user, applicant.payer, instrument),
        account_active=applicant.user.is_active,
        organization_admitted=applicant.payer is None
        or applicant.payer.pk in standing(applicant.user).organization_ids(),
        credit_suspended_until=credit.get_suspension_end(parts.ends(CREDIT, None), now),
        qualified=qualified_until > now,
    )


def _find_problems_by_mode(
    applicant: Applicant, terms: "TermsDraft", requester: admission.Requester, now: datetime
) -> dict[ServiceMode, list[Problem]]:
    moved = applicant.moved_booking
    return {
        mode: admission.find_standing_problems(
            terms,
            service_mode=mode,
            requester=requester,
            moves_from=get_binding_time(moved, by_user=applicant.moves_own) if moved else None,
            now=now,
            price_is_agreed=applicant.price_is_agreed,
        )
        for mode in ([applicant.service_mode] if applicant.service_mode else sorted(terms.service_modes))
    }


def _get_reaches(applicant: Applicant, versions: Versions, span: Interval) -> Mapping[QuotaHolder, Interval]:
    """Return in which time bookings count towards quotas, by holder; empty where there are no quotas."""
    quotas = [quota for one in chain.from_iterable(versions.values()) for quota in one.terms.quotas]
    holders = [QuotaHolder.USER, *([QuotaHolder.ORGANIZATION] if applicant.payer else [])]
    reaches = [reach for holder in holders if (reach := get_relevant_interval(quotas, holder, span))]
    if not reaches:
        return {}
    reach = Interval(min(one.start for one in reaches), max(one.end for one in reaches))
    return dict.fromkeys(holders, reach)
