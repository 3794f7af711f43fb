"""Build the rows of a history import in memory: priced, with frozen facts, linked into chains."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookings.requests.domain import pricing
from bookings.requests.models import Booking, BookingGroup
from bookings.usage.domain.choices import EntryKind
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.domain.usage import Spent, find_amount_problems, truncate_to_seconds
from bookings.usage.models import Review, UsageConfirmation, UsageEntry, UsageLog
from bookings.usage.selectors.usage import get_last_entries
from bookings.usage.selectors.user_facts import get_ids_at, get_user_facts, get_user_kind_then
from bookings.usage.services.chain import build_entry
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import round_to_fen
from providers import public as providers
from providers.domain import UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms
    from providers.models import Instrument


@dataclass
class ImportedRows:
    """The unsaved rows from one row of history."""

    booking: Booking | None = None
    log: UsageLog | None = None
    confirmation: UsageConfirmation | None = None
    review: Review | None = None
    recordings: "list[Recording]" = field(default_factory=list)


Recording = tuple[UsageLog | UsageConfirmation, datetime, "User"]
"""A row that enters its instrument's chain, when and by whom."""


@dataclass
class ImportContext:
    """Users, organizations, rules and relations of all rows, read in a few statements.

    Of memberships and relations those that ended since a row's start count too.
    """

    actor: "User"
    users: "dict[int, User]"
    organizations: "dict[int, Organization]"
    rules: "dict[int, list[Terms]]"
    families: dict[int, frozenset[int]]
    former_relations: dict[int, list[tuple[int, Interval]]]
    """By owner: whom it was related to, and when."""
    former_people: dict[int, list[tuple[int, Interval]]]
    """By user: where they belonged, and when."""

    @classmethod
    def load(
        cls, actor: "User", rows: Sequence[HistoryRow], instruments: "dict[int, Instrument]"
    ) -> "ImportContext":
        """Read what the rows refer to."""
        users = {row.user_id for row in rows}
        for row in rows:
            if row.used is not None:
                users |= {row.used.operator_id, row.used.recorded_by_id, row.used.confirmed_by_id}  # type: ignore[arg-type]
        organization_ids = {
            row.payer_organization_id for row in rows if row.payer_organization_id is not None
        }
        owners = {instrument.organization_id for instrument in instruments.values()}
        return cls(
            actor=actor,
            users=accounts.users_by_id(users - {None}),
            organizations=accounts.organizations_by_id(organization_ids),
            rules={pk: _get_versions(actor, pk) for pk in instruments},
            families={owner: accounts.related_ids(owner) for owner in owners},
            former_relations={owner: accounts.times_of_former_relations(owner) for owner in owners},
            former_people=accounts.times_of_former_people(
                {row.user_id for row in rows if row.payer_organization_id is None}
            ),
        )

    def get_terms(self, instrument_id: int, at: datetime) -> "Terms":
        """Return the rule in force then; before the first one, the first."""
        versions = self.rules[instrument_id]
        return next((terms for terms in reversed(versions) if terms.applies_from <= at), versions[0])

    def get_user_kind(self, row: HistoryRow, instrument: "Instrument") -> UserKind:
        """Return the kind of user."""
        user, payer = self.users[row.user_id], self.get_payer(row)
        return get_user_kind_then(user, payer, instrument, self._get_left_ids(row))

    def get_payer(self, row: HistoryRow) -> "Organization | None":
        """Return the paying organization; None when the user pays."""
        return None if row.payer_organization_id is None else self.organizations[row.payer_organization_id]

    def get_user_facts(self, row: HistoryRow, instrument: "Instrument") -> dict[str, Any]:
        """Return the frozen facts."""
        user, payer, owner_id = self.users[row.user_id], self.get_payer(row), instrument.organization_id
        kind = self.get_user_kind(row, instrument)
        related = self.families[owner_id] | get_ids_at(self.former_relations[owner_id], row.starts_at)
        return get_user_facts(instrument, user, payer, kind, related, self._get_left_ids(row))

    def _get_left_ids(self, row: HistoryRow) -> frozenset[int]:
        """Return the organizations of then that a user who pays has left since."""
        if row.payer_organization_id is not None:
            return frozenset()
        return get_ids_at(self.former_people.get(row.user_id, ()), row.starts_at)


def _get_versions(actor: "User", instrument_id: int) -> "list[Terms]":
    return providers.terms_of_rows(reversed(providers.rules_of(actor, instrument_id)))


def build_rows(row: HistoryRow, instrument: "Instrument", context: ImportContext) -> ImportedRows:
    """Build the unsaved rows from one row of history.

    Raises UsageRefused where no price follows from the rule, or the parts of the time do not fit into it.
    """
    result = ImportedRows()
    if row.booked is not None:
        result.booking = _build_booking(row, row.booked, instrument, context)
    if row.used is None:
        return result
    used = row.used
    result.log = _build_log(row, used, instrument, context, result.booking)
    recorded_at = truncate_to_seconds(used.recorded_at or used.time.end)
    recorder = row.get_recorder_id(context.actor.pk)
    recorded_by = context.actor if recorder == context.actor.pk else context.users[recorder]  # type: ignore[index]
    result.recordings.append((result.log, recorded_at, recorded_by))
    if used.confirmed_by_id is not None:
        result.confirmation = UsageConfirmation(log=result.log)
        recorded_at = max(truncate_to_seconds(used.confirmed_at or recorded_at), recorded_at)
        result.recordings.append((result.confirmation, recorded_at, context.users[used.confirmed_by_id]))
    if used.rating is not None:
        result.review = Review(
            log=result.log, rating=used.rating.value, comment=used.comment, created_at=recorded_at
        )
    return result


def link_entries(results: Sequence[ImportedRows], instruments: "dict[int, Instrument]") -> list[UsageEntry]:
    """Link logs and confirmations to their instruments' chains, in the order of recording."""
    last = get_last_entries(list(instruments))
    entries = []
    recordings = [recording for result in results for recording in result.recordings]
    for row, at, actor in sorted(recordings, key=_get_chain_order):
        instrument_id = _get_log(row).instrument_id
        row.entry = last[instrument_id] = build_entry(
            row,
            EntryKind.LOG if isinstance(row, UsageLog) else EntryKind.CONFIRMATION,
            instrument=instruments[instrument_id],
            actor=actor,
            now=at,
            last_entry=last.get(instrument_id),
        )
        entries.append(row.entry)
    return entries


def _get_chain_order(recording: Recording) -> tuple[int, datetime, bool]:
    """Return the sort key; a log comes before a confirmation in the same second."""
    row, at, _actor = recording
    return _get_log(row).instrument_id, at, isinstance(row, UsageConfirmation)


def _get_log(row: UsageLog | UsageConfirmation) -> UsageLog:
    return row.log if isinstance(row, UsageConfirmation) else row


def _build_booking(
    row: HistoryRow, booked: Interval, instrument: "Instrument", context: ImportContext
) -> Booking:
    requested_at = row.requested_at or booked.start - timedelta(days=2)
    terms = context.get_terms(instrument.pk, requested_at)
    kind = context.get_user_kind(row, instrument)
    quote = pricing.calculate_quote(terms, booked, kind, row.service_mode, row.samples)
    user = context.users[row.user_id]
    payer = context.get_payer(row)
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


def _build_log(
    row: HistoryRow, used: PastUse, instrument: "Instrument", context: ImportContext, booking: Booking | None
) -> UsageLog:
    time = Interval(truncate_to_seconds(used.time.start), truncate_to_seconds(used.time.end))
    spent = Spent.from_interval(
        time,
        setup_seconds=used.setup_seconds,
        measuring_seconds=used.measuring_seconds,
        post_seconds=used.post_seconds,
        idle_seconds=used.idle_seconds,
    )
    spent.require_fit(time)
    if used.amount_yuan is None:
        terms = context.get_terms(instrument.pk, booking.requested_at if booking else time.start)
        kind = context.get_user_kind(row, instrument)
        if problems := list(find_amount_problems(None, terms, kind, row.service_mode)):
            raise UsageRefused(problems=problems)
        price = pricing.calculate_quote(terms, time, kind, row.service_mode, row.samples, spent.effective)
        amount, lines = price.total, price.as_rows()
    else:
        amount, lines = round_to_fen(used.amount_yuan), []
    user = context.users[row.user_id]
    payer = context.get_payer(row)
    return UsageLog(
        instrument=instrument,
        booking=booking,
        user=user,
        operator=context.users[used.operator_id],
        payer_organization=payer,
        payer_person=None if payer else user,
        **context.get_user_facts(row, instrument),
        starts_at=time.start,
        ends_at=time.end,
        **spent.to_fields(),
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
