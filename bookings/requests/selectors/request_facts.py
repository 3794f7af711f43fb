"""Read the facts behind a request: two statements for an instrument, where there were ten.

Read under the instrument's lock they hold until the transaction ends, as far as a guard depends on them:
whoever changes them takes that lock, or the one on the memberships.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from bookings.requests.domain import credit, quota
from bookings.requests.domain.availability import ClosedTime
from bookings.requests.domain.choices import CreditKind, CreditOutcome
from bookings.requests.domain.states import HOLDING_STATES, BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.holds import held_rows
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import QuotaHolder

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms
    from providers.models import Instrument

IS_LIFTED = Q(appeal__answer__outcome=CreditOutcome.LIFTED)
"""The condition for credit events that were lifted after an appeal."""
NEXT_FREE_FIELDS = [f"next_free__{name}" for name in ("at", "until", "book_by", "days", "computed_at")]
QUOTA_STATES = [*HOLDING_STATES, BookingState.COMPLETED, BookingState.NO_SHOW]
"""Bookings that count towards quotas."""
WINDOW, CLOSURE, HOLD = "window", "closure", "hold"
OWN = "own"
"""What the requester holds themself; it is among the holds, too."""
LATE = "late"
"""Charged late cancellations at the requested time."""
CREDIT = "credit"
"""Credit events that still count; they have an end."""
KEEPER, QUALIFICATION, MEMBER = "keeper", "qualification", "member"
"""Who keeps the instrument; whether the requester may operate it, and has a role with who pays."""
BOOKING_PARTS = frozenset({HOLD, OWN, *QuotaHolder})
"""Rows whose key is that of a booking."""
NO_INSTANT = Cast(Value(None), DateTimeField())
NO_KEY = Cast(Value(None), BigIntegerField())
NO_TEXT = Value("", CharField())
PART_COLUMNS = ("name", "instrument", "key", "start", "end", "reason_zh", "reason_en", "public_id")


class Part(NamedTuple):
    """A row of one of the tables: what it is, its instrument, its key or that of a person, and its time.

    Closures have their public reason, too, and what the requester holds its public id.
    """

    name: str
    instrument_id: int | None
    key: int
    start: datetime | None
    end: datetime | None
    reason_zh: str = ""
    reason_en: str = ""
    public_id: str = ""


class Parts:
    """Rows of one statement, by name and instrument; None is the instrument of rows that have none."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._rows: dict[tuple[str, int | None], list[Part]] = defaultdict(list)
        for part in parts:
            self._rows[part.name, part.instrument_id].append(part)

    def __repr__(self) -> str:
        """Return the same text for the same rows, whatever their order was."""
        return repr(sorted(repr(part) for rows in self._rows.values() for part in rows))

    def with_parts(self, parts: Iterable[Part]) -> "Parts":
        """Return these rows and others, as of bookings that are not made yet."""
        return Parts([*(part for rows in self._rows.values() for part in rows), *parts])

    def without_bookings(self, ids: Collection[int]) -> "Parts":
        """Return these rows without what some bookings hold and take of quotas, as when they make way."""
        return Parts(
            part
            for rows in self._rows.values()
            for part in rows
            if part.name not in BOOKING_PARTS or part.key not in ids
        )

    def rows(self, name: str, instrument_id: int | None) -> list[Part]:
        """Return the rows of this kind, by start."""
        found = self._rows.get((name, instrument_id), [])
        return sorted(found, key=lambda part: (part.start is None, part.start))

    def keys(self, name: str, instrument_id: int | None) -> list[int]:
        """Return the keys of the rows of this kind."""
        return [part.key for part in self._rows.get((name, instrument_id), ())]

    def ends(self, name: str, instrument_id: int | None) -> list[datetime]:
        """Return when each of the rows of this kind ends."""
        return [part.end for part in self._rows.get((name, instrument_id), ()) if part.end]

    def intervals(
        self, name: str, instrument_id: int | None, exclude: Collection[int] = ()
    ) -> list[Interval]:
        """Return the times of the rows of this kind, by start, without those of some keys."""
        return [
            Interval(part.start, part.end)
            for part in self.rows(name, instrument_id)
            if part.start and part.end and part.key not in exclude
        ]

    def closed_times(self, name: str, instrument_id: int | None) -> list[ClosedTime]:
        """Return the closures among the rows of this kind with their reasons, by start."""
        return [
            ClosedTime(Interval(part.start, part.end), part.reason_zh, part.reason_en)
            for part in self.rows(name, instrument_id)
            if part.start and part.end
        ]


@dataclass(frozen=True)
class RequestFacts:
    """What is known about one instrument, the requester and who pays, around the requested time."""

    instrument: "Instrument"
    """As it is now, with its unit and its row of `NextFree`."""
    terms: "Terms | None"
    """In force at the requested start."""
    span: Interval
    """The time for which windows, closures and holds were read: whole days, and what a booking adds."""
    parts: Parts

    def keys(self, name: str) -> list[int]:
        """Return the keys of the rows of this kind."""
        return self.parts.keys(name, self.instrument.pk)

    def intervals(self, name: str, *, exclude: int | None = None) -> list[Interval]:
        """Return the times of the rows of this kind, without that of one booking."""
        return self.parts.intervals(name, self.instrument.pk, () if exclude is None else (exclude,))

    def with_moved(
        self, moves: Sequence[tuple[Booking, Interval]], user: "User", payer: "Organization | None"
    ) -> "RequestFacts":
        """Return these facts with bookings at the times to which they move, as the user's and payer's."""
        moved = [part for booking, target in moves for part in _as_moved_parts(booking, target, user, payer)]
        kept = self.parts.without_bookings({booking.pk for booking, _ in moves})
        return replace(self, parts=kept.with_parts(moved))


def _as_moved_parts(
    booking: Booking, target: Interval, user: "User", payer: "Organization | None"
) -> list[Part]:
    """Return what a booking holds where it moves, and how it counts towards these quotas there."""
    held_until = target.end + (booking.held_until - booking.ends_at)
    counts = {
        QuotaHolder.USER: booking.user_id == user.pk,
        QuotaHolder.ORGANIZATION: payer is not None and booking.payer_organization_id == payer.pk,
    }
    own = Part(OWN, booking.instrument_id, booking.pk, target.start, target.end, public_id=booking.public_id)
    return [
        Part(HOLD, booking.instrument_id, booking.pk, target.start, held_until),
        *([own] if booking.user_id == user.pk else []),
        *(
            Part(holder, booking.instrument_id, booking.pk, target.start, target.end)
            for holder, does in counts.items()
            if does
        ),
    ]


def get_payer(actor: "User", organization_id: int | None) -> "Organization | None":
    """Return the organization that pays, None when the person pays. Raises NotFound if not visible."""
    if organization_id is None:
        return None
    for membership in accounts.standing(actor).memberships:
        if membership.organization_id == organization_id:
            return membership.organization
    return require_found(accounts.organizations(actor).filter(pk=organization_id).first())


def read_request_facts(
    user: "User",
    instrument_ids: Collection[int],
    *,
    interval: Interval,
    payer_id: int | None,
    now: datetime,
) -> dict[int, RequestFacts]:
    """Return the facts about each of these instruments, by id."""
    fresh = (
        providers.instruments_with_rule(instrument_ids, interval.start)
        .select_related("next_free")
        .only("state", "name_zh", "name_en", "organization__state", *NEXT_FREE_FIELDS)
    )
    found = {}
    for one in fresh:
        terms = providers.terms_of_annotated(one)
        span = get_span(terms, interval)
        reads = _reads(user, one.pk, terms, interval, span, payer_id, now)
        found[one.pk] = RequestFacts(one, terms, span, Parts(read_parts(reads)))
    return found


def get_span(terms: "Terms | None", interval: Interval) -> Interval:
    """Return the days on which a booking of the interval may take away starts, and what is offered there."""
    if terms is None:
        return interval
    first = quota.get_day_interval(interval.start - terms.turnaround - terms.min_length)
    last = quota.get_day_interval(interval.end + terms.turnaround)
    return Interval(first.start, last.end + terms.max_length + terms.turnaround)


def _reads(
    user: "User",
    instrument_id: int,
    terms: "Terms | None",
    interval: Interval,
    span: Interval,
    payer_id: int | None,
    now: datetime,
) -> "list[QuerySet[Any]]":
    ids = [instrument_id]
    late = Booking.objects.filter(
        instrument_id=instrument_id,
        late_cancel=True,
        charged_yuan__isnull=False,
        starts_at__lt=interval.end,
        ends_at__gt=interval.start,
    )
    reads = [
        as_part(WINDOW, providers.open_window_rows(ids, span)),
        as_part(CLOSURE, providers.closure_rows(ids, span), has_reason=True),
        as_part(HOLD, held_rows(ids, span), end="held_until"),
        as_part(OWN, held_rows(ids, span).filter(user=user), has_public_id=True),
        as_part(LATE, late),
        as_part(KEEPER, providers.keeper_rows(ids), key="user_id", start=None, end=None),
        credit_part(user.pk, now),
    ]
    if terms is not None:
        theirs = {QuotaHolder.USER: Q(user=user)}
        if payer_id is not None:
            theirs[QuotaHolder.ORGANIZATION] = Q(payer_organization=payer_id)
        for holder, whose in theirs.items():
            reach = quota.get_relevant_interval(terms.quotas, holder, interval)
            if reach is not None:
                reads.append(as_part(holder, counted_rows(ids, reach).filter(whose)))
        if terms.needs_qualification:
            valid = providers.qualification_rows(user.pk, ids).filter(expires_at__gte=interval.end)
            reads.append(as_part(QUALIFICATION, valid, start=None, end="expires_at"))
    if payer_id is not None:
        roles = accounts.standing_rows(user).filter(organization=payer_id)
        reads.append(as_part(MEMBER, roles, instrument=None, start=None, end=None))
    return reads


def counted_rows(instrument_ids: Collection[int], reach: Interval) -> "QuerySet[Booking]":
    """Return the bookings of the instruments in this time that count towards quotas."""
    return Booking.objects.filter(
        instrument_id__in=list(instrument_ids),
        state__in=QUOTA_STATES,
        starts_at__lt=reach.end,
        ends_at__gt=reach.start,
    )


def credit_part(user_id: int, now: datetime) -> "QuerySet[Any]":
    """Return when each of the person's credit events that still count expires."""
    return as_part(CREDIT, counting_credit_events(user_id, now), instrument=None, start=None)


def counting_credit_events(user_id: int | OuterRef, now: datetime) -> "QuerySet[CreditEvent]":
    """Return the person's credit events that count: not over, not lifted after an appeal or taken back."""
    found = CreditEvent.objects.filter(user_id=user_id, ends_at__gt=now)
    return found.exclude(IS_LIFTED).exclude(get_taken_back_condition())


def get_appeal_deadline(event: CreditEvent) -> datetime:
    """Return until when an event may be appealed."""
    return credit.get_appeal_deadline(event.occurred_at, event.ends_at, settings.CREDIT_APPEAL_DAYS)


def get_refused_user_condition(now: datetime) -> Q:
    """Return the condition for bookings whose user may book nothing at present.

    It finds what `bookings.requests.domain.admission.find_requester_problems` finds of one person.
    """
    counting = counting_credit_events(OuterRef("user"), now).order_by("pk")
    is_suspended = Exists(counting[credit.SUSPENSION_THRESHOLD - 1 : credit.SUSPENSION_THRESHOLD])
    of_payer = accounts.standing_rows(OuterRef("user")).filter(organization=OuterRef("payer_organization"))
    is_no_member = Q(~Exists(of_payer), payer_organization__isnull=False)
    return Q(user__is_active=False) | is_no_member | Q(is_suspended)


def get_taken_back_condition(path: str = "") -> Q:
    """Return the condition for no-shows whose user had come in time; `path` leads to the credit events."""
    facts = {"kind": CreditKind.NO_SHOW, "booking__checked_in_at__isnull": False}
    return Q(**{path + name: value for name, value in facts.items()})


def read_parts(reads: "Sequence[QuerySet[Any]]") -> Iterator[Part]:
    """Yield the rows of several reads, which `as_part` has shaped, from one statement."""
    first, *others = reads
    return (Part(*row) for row in first.union(*others, all=True))


def as_part(
    name: str,
    rows: "QuerySet[Any]",
    *,
    instrument: str | None = "instrument_id",
    key: str = "pk",
    start: str | None = "starts_at",
    end: str | None = "ends_at",
    has_reason: bool = False,
    has_public_id: bool = False,
) -> "QuerySet[Any]":
    """Return the rows in the form that all parts of one statement have."""
    return (
        rows.order_by()
        .annotate(
            part_name=Value(name, CharField()),
            part_instrument=F(instrument) if instrument else NO_KEY,
            part_key=F(key),
            part_start=F(start) if start else NO_INSTANT,
            part_end=F(end) if end else NO_INSTANT,
            part_reason_zh=F("reason_zh") if has_reason else NO_TEXT,
            part_reason_en=F("reason_en") if has_reason else NO_TEXT,
            part_public_id=F("public_id") if has_public_id else NO_TEXT,
        )
        .values_list(*(f"part_{column}" for column in PART_COLUMNS))
    )
