"""Usage logs, with confirmed corrections applied."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from bookings.requests.selectors.scope import answers_for, visible
from bookings.usage.domain import chain
from bookings.usage.domain.choices import EntryKind
from bookings.usage.domain.usage import correction_problems
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageEntry, UsageLog
from instrument_share.kernel.errors import NotFound, Problem
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

BATCH = 2000


def usage_logs(viewer: "Viewer") -> QuerySet[UsageLog]:
    """The logs that the viewer may see, in no order, with `is_confirmed`; corrections are prefetched in
    order.
    """
    allowed = visible(viewer)
    found = UsageLog.objects.none() if allowed is None else UsageLog.objects.filter(allowed)
    return _complete(found)


def usage_log(viewer: "Viewer", public_id: str) -> UsageLog:
    """One visible log by public id, or NotFound."""
    found = usage_logs(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def log_lock(log_id: int) -> UsageLog:
    """A log with its instrument locked until the transaction ends; its own row never changes."""
    providers.instrument_lock(UsageLog.objects.values_list("instrument_id", flat=True).get(pk=log_id))
    return _complete(UsageLog.objects.filter(pk=log_id)).get()


def last_links(instrument_ids: Collection[int]) -> dict[int, UsageEntry]:
    """The end of each instrument's chain, where it has one."""
    ends = (
        UsageEntry.objects.filter(instrument_id__in=instrument_ids)
        .values("instrument_id")
        .annotate(number=Max("number"))
        .values_list("instrument_id", "number")
    )
    at = Q(pk__in=[])
    for instrument_id, number in ends:
        at |= Q(instrument_id=instrument_id, number=number)
    return {entry.instrument_id: entry for entry in UsageEntry.objects.filter(at)}


def waiting_confirmations(viewer: "Viewer") -> QuerySet[UsageLog]:
    """Logs, and logs with corrections, that wait for the viewer as the second person."""
    if viewer.is_anonymous:
        return usage_logs(viewer)
    asked = usage_logs(viewer).filter(answers_for(viewer) | Q(user=viewer))
    waiting_log = Q(is_confirmed=False) & ~Q(entry__recorded_by=viewer)
    waiting_correction = Exists(
        UsageCorrection.objects.filter(log=OuterRef("pk"), confirmation__isnull=True).exclude(
            entry__recorded_by=viewer
        )
    )
    corrected = [log.pk for log in asked.filter(waiting_correction) if confirmable_corrections(viewer, log)]
    return asked.filter(waiting_log | Q(pk__in=corrected)).order_by("starts_at", "id")


def confirmable_corrections(viewer: "Viewer", log: UsageLog) -> list[UsageCorrection]:
    """The log's corrections that the viewer, as the second person, could confirm now."""
    return [
        one
        for one in _unconfirmed(log)
        if one.entry.recorded_by_id != viewer.pk and not confirmation_problems(log, one)
    ]


def overtaken_corrections(log: UsageLog) -> list[UsageCorrection]:
    """The log's corrections that nobody can confirm any more, for what was confirmed since."""
    return [one for one in _unconfirmed(log) if confirmation_problems(log, one)]


def confirmation_problems(log: UsageLog, correction: UsageCorrection) -> list[Problem]:
    """What stands against confirming: each correction was right on its own, what counts has to be right with
    all of them."""
    before, after = values_of(log), values_of(log, also=correction.pk)
    return list(correction_problems(before, after, correction.changes, correction.reason))


def _unconfirmed(log: UsageLog) -> list[UsageCorrection]:
    return [one for one in _in_order(log) if getattr(one, "confirmation", None) is None]


def values_of(log: UsageLog, *, also: int | None = None) -> dict[str, Any]:
    """What counts: the log's correctable values with its confirmed corrections applied, oldest first.

    Instants are aware UTC, amounts Decimal; `effective_seconds` follows from its parts. `also` is the id of a
    correction to read as if it were confirmed.
    """
    values = {name: getattr(log, name) for name in chain.CORRECTABLE}
    for correction in _in_order(log):
        if correction.pk == also or getattr(correction, "confirmation", None) is not None:
            values.update({name: typed(name, value) for name, value in correction.changes.items()})
    values["effective_seconds"] = (
        values["setup_seconds"] + values["measuring_seconds"] + values["post_seconds"]
    )
    return values


def broken_links() -> Iterator[tuple[UsageEntry, str]]:
    """Walks every chain by instrument and number; each entry that does not fit, with what is wrong about it.

    After a break the walk goes on from what is stored, so that one altered row is one finding.
    """
    entries = (
        UsageEntry.objects.select_related(
            "instrument",
            "recorded_by",
            "log__booking",
            "log__user",
            "log__operator",
            "log__payer_organization",
            "log__payer_person",
            "correction__log",
            "confirmation__log",
            "confirmation__correction",
        )
        .order_by("instrument_id", "number")
        .iterator(chunk_size=BATCH)
    )
    instrument_id, number, previous = None, 0, chain.BEGINNING
    for entry in entries:
        if entry.instrument_id != instrument_id:
            instrument_id, number, previous = entry.instrument_id, 0, chain.BEGINNING
        misfit = _misfit(entry, number, previous)
        if misfit:
            yield entry, misfit
        number, previous = entry.number, entry.hash


def _misfit(entry: UsageEntry, number: int, previous: str) -> str | None:
    """What is wrong with an entry that comes after that number and hash.

    An entry stands for one row. Another one that hangs on it, or a log that is counted on another instrument,
    would leave its hash as it is.
    """
    if entry.number != number + 1:
        return f"expected number {number + 1}"
    if entry.previous_hash != previous:
        return "does not follow the entry before it"
    if [kind for kind in EntryKind if hasattr(entry, kind)] != [entry.kind]:
        return "it does not stand for one row of its kind, and for no other"
    if entry.kind == EntryKind.LOG and entry.log.instrument_id != entry.instrument_id:
        return "its log was moved to another instrument"
    if entry.hash != hash_of(entry):
        return "its row was changed after it was recorded"
    return None


def hash_of(entry: UsageEntry) -> str:
    """The hash that the entry should have, from what is stored now."""
    return chain.entry_hash(
        instrument=entry.instrument.public_id,
        number=entry.number,
        kind=entry.kind,
        previous=entry.previous_hash,
        recorded_at=entry.recorded_at,
        recorded_by=entry.recorded_by.public_id,
        row=_row_of(entry),
    )


def log_row(log: UsageLog) -> dict[str, Any]:
    """A log as the chain's canonical form writes it."""
    return chain.log_row(
        log,
        booking=log.booking.public_id if log.booking else None,
        user=log.user.public_id,
        operator=log.operator.public_id,
        payer_organization=log.payer_organization.public_id if log.payer_organization else None,
        payer_person=log.payer_person.public_id if log.payer_person else None,
    )


def _row_of(entry: UsageEntry) -> dict[str, Any]:
    if entry.kind == EntryKind.LOG:
        return log_row(entry.log)
    if entry.kind == EntryKind.CORRECTION:
        made = entry.correction
        return chain.correction_row(
            made.public_id, log=made.log.public_id, changes=made.changes, reason=made.reason
        )
    given = entry.confirmation
    return chain.confirmation_row(
        given.public_id,
        log=given.log.public_id,
        correction=given.correction.public_id if given.correction else None,
    )


def _complete(logs: QuerySet[UsageLog]) -> QuerySet[UsageLog]:
    confirmation = UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
    corrections = UsageCorrection.objects.select_related("confirmation", "entry").order_by("entry__number")
    return (
        logs.annotate(is_confirmed=Exists(confirmation))
        .select_related(
            "instrument",
            "booking",
            "user",
            "operator",
            "payer_organization",
            "payer_person",
            "entry__recorded_by",
        )
        .prefetch_related(Prefetch("corrections", queryset=corrections))
    )


def _in_order(log: UsageLog) -> Sequence[UsageCorrection]:
    return sorted(log.corrections.all(), key=lambda correction: correction.entry.number)


def typed(name: str, value: Any) -> Any:
    """A value of a correction, which is stored as JSON, as the log would hold it."""
    if name in {"starts_at", "ends_at"}:
        return datetime.fromisoformat(value).astimezone(UTC)
    if name == "amount_yuan":
        return Decimal(value)
    return value
