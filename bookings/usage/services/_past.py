"""The rows of a history import, built in memory: priced, with their facts frozen, linked into chains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookings.requests.domain import pricing
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services._facts import UserSide, user_side
from bookings.usage.domain import chain
from bookings.usage.domain.choices import EntryKind
from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.domain.usage import Spent, whole_seconds
from bookings.usage.models import Review, UsageConfirmation, UsageEntry, UsageLog
from bookings.usage.selectors.usage import last_links, log_row
from bookings.usage.services._chaining import link
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import yuan
from providers import public as providers
from providers.domain import UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms
    from providers.models import Instrument


@dataclass
class Made:
    """What one row of history becomes."""

    booking: Booking | None = None
    log: UsageLog | None = None
    confirmation: UsageConfirmation | None = None
    review: Review | None = None
    recorded_at: datetime | None = None
    recorded_by: "User | None" = None
    confirmed_at: datetime | None = None
    confirmed_by: "User | None" = None


@dataclass
class People:
    """Everybody and everything that the rows point at, read in a few statements."""

    actor: "User"
    users: "dict[int, User]"
    organizations: "dict[int, Organization]"
    rules: "dict[int, list[Terms]]"
    families: dict[int, frozenset[int]]
    kinds: dict[tuple[int, int | None, int], UserKind] = field(default_factory=dict)
    sides: dict[tuple[int, int | None, UserKind], UserSide] = field(default_factory=dict)

    @classmethod
    def of(cls, actor: "User", rows: Sequence[HistoryRow], instruments: "dict[int, Instrument]") -> "People":
        users = {row.user_id for row in rows}
        for row in rows:
            if row.used is not None:
                users |= {row.used.operator_id, row.used.recorded_by_id, row.used.confirmed_by_id}  # type: ignore[arg-type]
        bodies = {row.payer_organization_id for row in rows if row.payer_organization_id is not None}
        owners = {instrument.organization_id for instrument in instruments.values()}
        return cls(
            actor=actor,
            users=accounts.users_by_id(users - {None}),
            organizations=accounts.organizations_by_id(bodies),
            rules={pk: _versions(actor, pk) for pk in instruments},
            families={owner: accounts.related_ids(owner) for owner in owners},
        )

    def terms(self, instrument_id: int, at: datetime) -> "Terms":
        """The rule in force then; before the first one, the first."""
        versions = self.rules[instrument_id]
        return next((terms for terms in reversed(versions) if terms.applies_from <= at), versions[0])

    def kind(self, row: HistoryRow, instrument: "Instrument") -> UserKind:
        key = (row.user_id, row.payer_organization_id, instrument.organization_id)
        if key not in self.kinds:
            self.kinds[key] = providers.user_kind(self.users[row.user_id], self.organization(row), instrument)
        return self.kinds[key]

    def organization(self, row: HistoryRow) -> "Organization | None":
        return None if row.payer_organization_id is None else self.organizations[row.payer_organization_id]

    def side(self, row: HistoryRow, instrument: "Instrument") -> UserSide:
        kind = self.kind(row, instrument)
        key = (instrument.organization_id, row.payer_organization_id, kind)
        if key not in self.sides:
            self.sides[key] = user_side(
                instrument, self.organization(row), kind, self.families[instrument.organization_id]
            )
        return self.sides[key]


def _versions(actor: "User", instrument_id: int) -> "list[Terms]":
    return [providers.terms_of(rule) for rule in reversed(providers.rules_of(actor, instrument_id))]


def made(row: HistoryRow, instrument: "Instrument", people: People) -> Made:
    """The unsaved rows that one row of history becomes."""
    result = Made()
    if row.booked is not None:
        result.booking = _booking(row, row.booked, instrument, people)
    if row.used is None:
        return result
    used = row.used
    result.log = _log(row, used, instrument, people, result.booking)
    result.recorded_at = whole_seconds(used.recorded_at or used.time.end)
    recorder = row.recorder_id(people.actor.pk)
    result.recorded_by = people.actor if recorder == people.actor.pk else people.users[recorder]  # type: ignore[index]
    if used.confirmed_by_id is not None:
        result.confirmation = UsageConfirmation(log=result.log)
        result.confirmed_by = people.users[used.confirmed_by_id]
        result.confirmed_at = max(whole_seconds(used.confirmed_at or result.recorded_at), result.recorded_at)
    if used.rating is not None:
        result.review = Review(
            log=result.log,
            rating=used.rating.value,
            comment=used.comment,
            created_at=result.confirmed_at or result.recorded_at,
        )
    return result


def chained(results: Sequence[Made], instruments: "dict[int, Instrument]") -> list[UsageEntry]:
    """Link logs and confirmations to the ends of their instruments' chains, in the order of their
    recording.
    """
    last = last_links(list(instruments))
    entries = []
    for moment in sorted(_moments(results), key=lambda moment: moment.order):
        instrument_id = moment.log.instrument_id
        entry = link(
            instrument=instruments[instrument_id],
            kind=moment.kind,
            row=moment.row(),
            actor=moment.actor,
            now=moment.at,
            last=last.get(instrument_id),
        )
        last[instrument_id] = moment.stands_for.entry = entry
        entries.append(entry)
    return entries


@dataclass
class _Moment:
    """When a log or its confirmation was recorded, and by whom."""

    log: UsageLog
    confirmation: UsageConfirmation | None
    at: datetime
    actor: "User"
    position: int

    @property
    def order(self) -> tuple[int, datetime, bool, int]:
        """A log comes before what is confirmed in the same second."""
        return self.log.instrument_id, self.at, self.confirmation is not None, self.position

    @property
    def kind(self) -> EntryKind:
        return EntryKind.LOG if self.confirmation is None else EntryKind.CONFIRMATION

    @property
    def stands_for(self) -> UsageLog | UsageConfirmation:
        return self.confirmation or self.log

    def row(self) -> dict[str, Any]:
        if self.confirmation is None:
            return log_row(self.log)
        return chain.confirmation_row(self.confirmation.public_id, log=self.log.public_id, correction=None)


def _moments(results: Sequence[Made]) -> Iterator[_Moment]:
    for position, one in enumerate(results):
        if one.log is None or one.recorded_at is None or one.recorded_by is None:
            continue
        yield _Moment(one.log, None, one.recorded_at, one.recorded_by, position)
        if one.confirmation is not None and one.confirmed_at is not None and one.confirmed_by is not None:
            yield _Moment(one.log, one.confirmation, one.confirmed_at, one.confirmed_by, position)


def _booking(row: HistoryRow, booked: Interval, instrument: "Instrument", people: People) -> Booking:
    requested_at = row.requested_at or booked.start - timedelta(days=2)
    terms = people.terms(instrument.pk, requested_at)
    kind = people.kind(row, instrument)
    quote = pricing.quote(terms, booked, kind, row.service_mode, row.samples)
    user = people.users[row.user_id]
    payer = people.organization(row)
    return Booking(
        group=BookingGroup(user=user, created_at=requested_at),
        instrument=instrument,
        rule_id=terms.rule_id,
        user=user,
        payer_organization=payer,
        payer_person=None if payer else user,
        state=row.state.value,
        starts_at=booked.start,
        ends_at=booked.end,
        held_until=booked.end + terms.turnaround,
        user_kind=kind.value,
        service_mode=row.service_mode.value,
        subject=row.subject,
        project=row.project,
        direction=row.direction.value,
        samples=row.samples,
        quote=quote.as_rows(),
        quoted_yuan=quote.total,
        charged_yuan=row.charged_yuan,
        requested_at=requested_at,
        decide_by=row.decide_by,
        decided_at=row.decided_at,
        decided_by_id=row.decided_by_id,
        ended_at=row.ended_at,
        late_cancel=row.late_cancel,
        checked_in_at=row.used.time.start if row.used else None,
        checked_out_at=row.used.time.end if row.used else None,
    )


def _log(
    row: HistoryRow, used: PastUse, instrument: "Instrument", people: People, booking: Booking | None
) -> UsageLog:
    time = Interval(whole_seconds(used.time.start), whole_seconds(used.time.end))
    spent = Spent.of(
        time,
        setup_seconds=used.setup_seconds,
        measuring_seconds=used.measuring_seconds,
        post_seconds=used.post_seconds,
        idle_seconds=used.idle_seconds,
    )
    spent.require_fits(time)
    if used.amount_yuan is None:
        terms = people.terms(instrument.pk, booking.requested_at if booking else time.start)
        kind = people.kind(row, instrument)
        price = pricing.quote(terms, time, kind, row.service_mode, row.samples, spent.effective)
        amount, lines = price.total, price.as_rows()
    else:
        amount, lines = yuan(used.amount_yuan), []
    user = people.users[row.user_id]
    payer = people.organization(row)
    return UsageLog(
        instrument=instrument,
        booking=booking,
        user=user,
        operator=people.users[used.operator_id],
        payer_organization=payer,
        payer_person=None if payer else user,
        **vars(people.side(row, instrument)),
        starts_at=time.start,
        ends_at=time.end,
        **spent.fields(),
        service_mode=row.service_mode.value,
        direction=row.direction.value,
        purpose=used.purpose.value,
        content=row.subject,
        project=row.project,
        funding_sources=[],
        samples=row.samples,
        results=used.results,
        amount_yuan=amount,
        price=lines,
        capture=used.capture.value,
    )
