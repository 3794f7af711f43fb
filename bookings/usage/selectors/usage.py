"""Usage logs, with confirmed corrections applied."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import rules
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from bookings.requests.selectors.scope import get_visible_condition
from bookings.usage.domain import chain
from bookings.usage.domain.choices import EntryKind
from bookings.usage.domain.corrections import apply_corrections
from bookings.usage.domain.errors import AlreadyConfirmed, AlreadyWithdrawn
from bookings.usage.domain.usage import (
    OVERLAPS,
    find_correction_problems,
    find_overlap_problems,
    find_service_problems,
)
from bookings.usage.keys import by_key_of
from bookings.usage.models import (
    UsageConfirmation,
    UsageCorrection,
    UsageDispute,
    UsageEntry,
    UsageLog,
    UsageResult,
    WaitingLog,
)
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.errors import Conflict, Problem, require_found
from instrument_share.kernel.interval import Interval, subtract
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

BATCH_SIZE = 2000


def usage_logs(viewer: "Viewer") -> QuerySet[UsageLog]:
    """Return logs visible to the viewer, unordered, with ordered corrections.

    They have `is_confirmed`, and `is_confirmed_by_clock` where nobody confirmed or questioned them in time.
    """
    return _with_details(UsageLog.objects.filter(get_visible_condition(viewer)))


def get_usage_log(viewer: "Viewer", public_id: str) -> UsageLog:
    """Return a log visible to the viewer. Raises NotFound."""
    return require_found(with_results(usage_logs(viewer)).filter(public_id=public_id).first())


def with_results(logs: QuerySet[UsageLog]) -> QuerySet[UsageLog]:
    """Return the logs with what came of them, withdrawn results included; one statement more."""
    results = UsageResult.objects.select_related("added_by", "withdrawal__withdrawn_by").order_by("id")
    return logs.prefetch_related(Prefetch("stated_results", queryset=results))


def get_correction_id(log: UsageLog, public_id: str | None) -> int | None:
    """Return the id of the log's correction; None where none is named. Raises NotFound."""
    return get_correction(log, public_id).pk if public_id else None


def get_correction(log: UsageLog, public_id: str) -> UsageCorrection:
    """Return one correction of a log that the caller may see. Raises NotFound."""
    return require_found(next((one for one in log.corrections.all() if one.public_id == public_id), None))


def get_result(log: UsageLog, public_id: str) -> UsageResult:
    """Return one result of a log that the caller may see. Raises NotFound."""
    return require_found(next((one for one in log.stated_results.all() if one.public_id == public_id), None))


def log_lock(log_id: int) -> UsageLog:
    """Lock a log's instrument and return the log; its own row never changes."""
    providers.instrument_lock(UsageLog.objects.values_list("instrument_id", flat=True).get(pk=log_id))
    return read_log(log_id)


def read_log(log_id: int) -> UsageLog:
    """Return a log that the caller may see, as `usage_logs` does."""
    return _with_details(UsageLog.objects.filter(pk=log_id)).get()


def get_last_entries(instrument_ids: Collection[int]) -> dict[int, UsageEntry]:
    """Return the last entry of each instrument's chain, by instrument id."""
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
    """Return logs that the viewer can confirm, or with corrections they can confirm."""
    if viewer.is_anonymous:
        return usage_logs(viewer)
    asked = _with_details(UsageLog.objects.filter(pk__in=_waiting_for(viewer)))
    disputed = Exists(UsageDispute.objects.filter(log=OuterRef("pk"), answered_at__isnull=True))
    is_own = Q(entry__recorded_by=viewer) | by_key_of(viewer)
    waiting_log = Q(is_confirmed=False) & ~is_own & (Q(user=viewer) | ~Q(disputed))
    waiting_correction = Exists(
        UsageCorrection.objects.filter(
            log=OuterRef("pk"), confirmation__isnull=True, withdrawal__isnull=True
        ).exclude(entry__recorded_by=viewer)
    )
    corrected = _list_confirmable(viewer, asked.filter(waiting_correction))
    return asked.filter(waiting_log | Q(pk__in=[log.pk for log, _one in corrected])).order_by(
        "starts_at", "id"
    )


def _waiting_for(viewer: "User") -> list[int]:
    """Return the logs of which something waits on the viewer's instruments and in their units, and their own.

    As ids in the statement: a subquery behind its many joins would have the database join all logs first
    (at a million logs a second instead of some milliseconds).
    """
    own = standing(viewer)
    kept = viewer.kept_instruments.filter(organization__in=own.organization_ids(Role.KEEPER))
    found = WaitingLog.objects.filter(
        Q(instrument__in=list(kept.values_list("pk", flat=True)))
        | Q(organization__in=own.organization_ids(Role.UNIT_MANAGER))
        | Q(user=viewer)
    )
    return list(found.values_list("pk", flat=True))


def is_waiting_condition() -> Q:
    """Return the condition for logs that wait to be confirmed, or of which a correction does."""
    confirmation = UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
    correction = UsageCorrection.objects.filter(
        log=OuterRef("pk"), confirmation__isnull=True, withdrawal__isnull=True
    )
    return ~Exists(confirmation) | Q(Exists(correction))


def waiting_logs(organization_id: int) -> QuerySet[UsageLog]:
    """Return the logs of a unit of which something waits, from the logs themselves."""
    logs = UsageLog.objects.filter(is_waiting_condition(), instrument__organization_id=organization_id)
    return logs.select_related("instrument").only("user_id", "instrument__organization_id").order_by("pk")


def get_confirmable_corrections(viewer: "Viewer", log: UsageLog) -> list[UsageCorrection]:
    """Return the log's corrections that the viewer can confirm now, as the second person."""
    return [one for _log, one in _list_confirmable(viewer, [log])]


def _list_confirmable(viewer: "Viewer", logs: Iterable[UsageLog]) -> list[tuple[UsageLog, UsageCorrection]]:
    """Return the corrections of these logs that the viewer can confirm now, each with its log."""
    by_others = [
        (log, one) for log in logs for one in _unconfirmed(log) if one.entry.recorded_by_id != viewer.pk
    ]
    problems = _find_problems_of_each([_Proposal.of_correction(log, one) for log, one in by_others])
    return [found for found, wrong in zip(by_others, problems, strict=True) if not wrong]


def get_superseded_corrections(log: UsageLog) -> list[UsageCorrection]:
    """Return corrections that can't be confirmed any more because of later ones."""
    return [one for one in _unconfirmed(log) if find_confirmation_problems(log, one)]


def get_withdrawable_corrections(viewer: "Viewer", log: UsageLog) -> list[UsageCorrection]:
    """Return the log's waiting corrections that the viewer can take back."""
    return [one for one in _unconfirmed(log) if rules.has_perm("bookings.withdraw_correction", viewer, one)]


def find_withdrawal_refusal(correction: UsageCorrection) -> Conflict | None:
    """Return why a correction can't be withdrawn, or None while it waits to be confirmed."""
    if getattr(correction, "confirmation", None) is not None:
        return AlreadyConfirmed()
    return AlreadyWithdrawn() if getattr(correction, "withdrawal", None) is not None else None


def find_confirmation_problems(log: UsageLog, correction: UsageCorrection) -> list[Problem]:
    """Return problems of the current values with this correction applied.

    Each correction was valid by itself; all confirmed ones have to be valid together, and no use recorded
    meanwhile may have their time.
    """
    return _find_problems_of_each([_Proposal.of_correction(log, correction)])[0]


def find_value_problems(
    log: UsageLog, after: Mapping[str, Any], changes: Mapping[str, Any], reason: str
) -> list[Problem]:
    """Return problems of reading `after` instead of the current values; `changes` are those that differ.

    Time that it adds overlaps no other use, and lies in the instrument's days of service.
    """
    return _find_problems_of_each([_Proposal(log, after, changes, reason)])[0]


class _Proposal(NamedTuple):
    """Values of a log to be read instead of the current ones, what of them differs, and why."""

    log: UsageLog
    after: Mapping[str, Any]
    changes: Mapping[str, Any]
    reason: str

    @classmethod
    def of_correction(cls, log: UsageLog, correction: UsageCorrection) -> "_Proposal":
        """Return what the log would say with this correction confirmed."""
        after = get_current_values(log, extra_correction_id=correction.pk)
        return cls(log, after, correction.changes, correction.reason)


def _find_problems_of_each(proposals: Sequence[_Proposal]) -> list[list[Problem]]:
    """Return the problems of each proposal; the times of other uses are read once for all."""
    judged = [_find_problems_alone(one) for one in proposals]
    added = [
        (one.log.instrument_id, time)
        for one, (_, times) in zip(proposals, judged, strict=True)
        for time in times
    ]
    used = _read_used_times(added)
    return [
        [*problems, *find_overlap_problems(_find_new_overlaps(one.log, times, used), OVERLAPS)]
        for one, (problems, times) in zip(proposals, judged, strict=True)
    ]


def _find_problems_alone(proposal: _Proposal) -> tuple[list[Problem], list[Interval]]:
    """Return the problems of a proposal apart from other uses, and the time that it adds to its log."""
    log, after, changes, reason = proposal
    before = get_current_values(log)
    problems = list(find_correction_problems(before, after, changes, reason))
    if problems or changes.keys().isdisjoint({"starts_at", "ends_at"}):
        return problems, []
    added = subtract([_get_time(after)], [_get_time(before)])
    days = providers.service_days(log.instrument)
    for time in added:
        problems += find_service_problems(time, *days)
    return problems, added


def _find_new_overlaps(
    log: UsageLog, added: Sequence[Interval], used: Mapping[int, Mapping[str, Interval]]
) -> dict[str, Interval]:
    """Return the uses that a log would overlap with the time added, and doesn't with the time known now."""
    if not added:
        return {}
    known = _get_time(get_current_values(log))
    return {
        public_id: other
        for public_id, other in used.get(log.instrument_id, {}).items()
        if public_id != log.public_id
        and not other.overlaps(known)
        and any(other.overlaps(time) for time in added)
    }


def find_overlapping_times(instrument_id: int, time: Interval) -> dict[str, Interval]:
    """Return the times, as they count now, of an instrument's logs that overlap `time`, by public id."""
    used = _read_used_times([(instrument_id, time)]).get(instrument_id, {})
    return {public_id: other for public_id, other in used.items() if other.overlaps(time)}


def find_used_times(instrument_id: int, time: Interval) -> list[Interval]:
    """Return the times, as they count now, at which an instrument was used within `time`.

    A log that was corrected to no effective time, as one that was recorded by mistake, is no use.
    """
    read = _read_current_values([(instrument_id, time)]).get(instrument_id, {})
    used = [_get_time(values) for values in read.values() if values["effective_seconds"]]
    return [one for one in used if one.overlaps(time)]


def _read_used_times(times: Collection[tuple[int, Interval]]) -> dict[int, dict[str, Interval]]:
    """Return when instruments were used, as it counts now: by instrument id, then by the log's public id.

    All uses at these times of these instruments are among them; no statement for none.
    """
    return {
        instrument_id: {public_id: _get_time(values) for public_id, values in read.items()}
        for instrument_id, read in _read_current_values(times).items()
    }


def _read_current_values(
    times: Collection[tuple[int, Interval]],
) -> dict[int, dict[str, Mapping[str, Any]]]:
    """Return the values that count now of logs, by the keys of `_read_used_times`."""
    if not times:
        return {}
    instruments = {instrument_id for instrument_id, _time in times}
    corrected = UsageCorrection.objects.filter(log__instrument__in=instruments, confirmation__isnull=False)
    wanted = Q(pk__in=list(corrected.values_list("log_id", flat=True)))
    for instrument_id, time in times:
        wanted |= Q(instrument=instrument_id, starts_at__lt=time.end, ends_at__gt=time.start)
    logs = UsageLog.objects.filter(wanted).prefetch_related("corrections__entry", "corrections__confirmation")
    read: dict[int, dict[str, Mapping[str, Any]]] = {}
    for log in logs.order_by("starts_at", "id"):
        read.setdefault(log.instrument_id, {})[log.public_id] = get_current_values(log)
    return read


def _get_time(values: Mapping[str, Any]) -> Interval:
    return Interval(values["starts_at"], values["ends_at"])


def has_waiting_correction(log: UsageLog, fields: Collection[str]) -> bool:
    """Return whether a correction of any of these fields can still be confirmed."""
    return any(
        not one.changes.keys().isdisjoint(fields) and not find_confirmation_problems(log, one)
        for one in _unconfirmed(log)
    )


def _unconfirmed(log: UsageLog) -> list[UsageCorrection]:
    """Return the log's corrections that are neither confirmed nor withdrawn."""
    return [one for one in _ordered_corrections(log) if find_withdrawal_refusal(one) is None]


def get_current_values(log: UsageLog, *, extra_correction_id: int | None = None) -> dict[str, Any]:
    """Return the correctable values with confirmed corrections applied, oldest first.

    Instants are aware UTC, amounts Decimal; `effective_seconds` follows from its parts. `extra_correction_id`
    names a correction to apply as if it were confirmed.
    """
    values = {name: getattr(log, name) for name in chain.CORRECTABLE}
    apply_corrections(
        values,
        (
            correction.changes
            for correction in _ordered_corrections(log)
            if correction.pk == extra_correction_id or getattr(correction, "confirmation", None) is not None
        ),
    )
    return values


def get_current_number(log: UsageLog) -> int:
    """Return the number of the chain's entry that last changed the current values.

    It is the log's own, or that of the confirmation of a correction.
    """
    confirmations = (getattr(one, "confirmation", None) for one in log.corrections.all())
    return max([log.entry.number, *(one.entry.number for one in confirmations if one is not None)])


def entries_with_rows() -> QuerySet[UsageEntry]:
    """Return all entries with what their canonical form needs, by instrument and number."""
    return UsageEntry.objects.select_related(
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
        "withdrawal__log",
        "withdrawal__correction",
    ).order_by("instrument_id", "number")


def find_broken_links(entries: QuerySet[UsageEntry] | None = None) -> Iterator[tuple[UsageEntry, str]]:
    """Yield each chain entry that does not fit, with the reason, by instrument and number.

    `entries` are those of whole chains, by default of all. After a break the check continues from the stored
    hash, so that one altered row is reported once.
    """
    checked = entries_with_rows() if entries is None else entries
    instrument_id, number, previous = None, 0, chain.BEGINNING
    for entry in checked.iterator(chunk_size=BATCH_SIZE):
        if entry.instrument_id != instrument_id:
            instrument_id, number, previous = entry.instrument_id, 0, chain.BEGINNING
        misfit = _find_mismatch(entry, number, previous)
        if misfit:
            yield entry, misfit
        number, previous = entry.number, entry.hash


def _find_mismatch(entry: UsageEntry, number: int, previous: str) -> str | None:
    """Return what is wrong with an entry that follows this number and hash, or None.

    An entry records exactly one row. The hash alone would not reveal a second one, nor a log moved to another
    instrument.
    """
    if entry.number != number + 1:
        return f"expected number {number + 1}"
    if entry.previous_hash != previous:
        return "does not follow the entry before it"
    if [kind for kind in EntryKind if hasattr(entry, kind)] != [entry.kind]:
        return "it does not stand for one row of its kind, and for no other"
    if entry.kind == EntryKind.LOG and entry.log.instrument_id != entry.instrument_id:
        return "its log was moved to another instrument"
    try:
        is_changed = entry.hash != chain.hash_line(build_line(entry))
    except ObjectDoesNotExist:
        return "a row that it refers to was removed"
    return "its row was changed after it was recorded" if is_changed else None


def build_line(entry: UsageEntry) -> bytes:
    """Return the entry in canonical form, according to the stored rows."""
    return chain.entry_line(
        form=entry.form,
        instrument=entry.instrument.public_id,
        number=entry.number,
        kind=entry.kind,
        previous=entry.previous_hash,
        recorded_at=entry.recorded_at,
        recorded_by=entry.recorded_by.public_id if entry.recorded_by else None,
        row=chain.ROW_FUNCTIONS[EntryKind(entry.kind)](getattr(entry, entry.kind)),
    )


def _with_details(logs: QuerySet[UsageLog]) -> QuerySet[UsageLog]:
    confirmation = UsageConfirmation.objects.filter(log=OuterRef("pk"), correction__isnull=True)
    by_clock = confirmation.filter(entry__recorded_by__isnull=True)
    corrections = UsageCorrection.objects.select_related(
        "confirmation__entry", "withdrawal__entry", "entry__recorded_by"
    )
    return (
        logs.annotate(is_confirmed=Exists(confirmation), is_confirmed_by_clock=Exists(by_clock))
        .select_related(
            "instrument",
            "booking",
            "user",
            "operator",
            "payer_organization",
            "payer_person",
            "entry__recorded_by",
            "sheet_row",
        )
        .prefetch_related(Prefetch("corrections", queryset=corrections.order_by("entry__number")))
    )


def _ordered_corrections(log: UsageLog) -> Sequence[UsageCorrection]:
    return sorted(log.corrections.all(), key=lambda correction: correction.entry.number)


def usage_entries(log: UsageLog) -> QuerySet[UsageEntry]:
    """Return the entries of a log, its corrections and confirmations; the caller may see the log."""
    return (
        UsageEntry.objects.filter(
            Q(log=log) | Q(correction__log=log) | Q(confirmation__log=log) | Q(withdrawal__log=log)
        )
        .select_related(
            "recorded_by",
            "correction__confirmation",
            "correction__withdrawal",
            "confirmation__correction",
            "withdrawal",
        )
        .order_by("number")
    )
