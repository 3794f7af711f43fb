"""Import a past period: bookings, logs, confirmations and reviews."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.next_free import next_free_refresh
from bookings.usage.domain.errors import HistoryRefused, UsageRefused
from bookings.usage.domain.history import ENDED_STATES, HistoryRow
from bookings.usage.models import Review, UsageConfirmation, UsageEntry, UsageLog
from bookings.usage.services.days import usage_days_add
from bookings.usage.services.history_rows import ImportContext, ImportedRows, build_rows, link_entries
from bookings.usage.services.waiting import waiting_add
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Sentence
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

BATCH_SIZE = 500
MAX_PROBLEMS = 50


@dataclass(frozen=True)
class HistoryCounts:
    """How many rows an import wrote."""

    bookings: int
    logs: int
    confirmations: int
    reviews: int


@transaction.atomic
def history_import(*, actor: "User", rows: Iterable[HistoryRow], now: datetime) -> HistoryCounts:
    """Import past bookings and uses: all of them or none.

    For an administrator who takes over records of a former system; units use `usage_log_by_hand`, which has a
    time limit and needs a second person. Locks every instrument, in order of id. Raises HistoryRefused,
    before anything is written, for bookings that overlap each other or stored ones, times that are not over,
    uses recorded and confirmed by the same person, and uses without an amount that the rule has no price for.
    Imported logs are marked by their `capture`, and chains continue from what is stored. One audit entry for
    each instrument names the numbers and the last hash added to its chain; the rows themselves say who
    recorded them.
    """
    require(actor, "bookings.take_over_history")
    history_rows = list(rows)
    instruments = {
        one.pk: one for one in providers.instrument_locks({row.instrument_id for row in history_rows})
    }
    _refuse_contradictions(history_rows, instruments, actor, now)
    with _no_garbage_collection():
        context = ImportContext.load(actor, history_rows, instruments)
        results = _build(history_rows, instruments, context)
        entries = link_entries(results, instruments)
        _insert(results, entries)
    _journal(actor, entries, instruments, now)
    next_free_refresh(list(instruments), now)
    return HistoryCounts(
        bookings=sum(1 for one in results if one.booking),
        logs=sum(1 for one in results if one.log),
        confirmations=sum(1 for one in results if one.confirmation),
        reviews=sum(1 for one in results if one.review),
    )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Pause garbage collection, which would take a fifth of the time and free nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _refuse_contradictions(
    rows: Sequence[HistoryRow], instruments: "dict[int, Instrument]", actor: "User", now: datetime
) -> None:
    problems = [
        *_find_row_problems(rows, instruments, now),
        *_find_record_problems(rows, actor, now),
        *_find_overlaps(rows),
    ]
    if problems:
        raise HistoryRefused(problems=problems[:MAX_PROBLEMS])


def _build(
    rows: Sequence[HistoryRow], instruments: "dict[int, Instrument]", context: ImportContext
) -> list[ImportedRows]:
    """Return the unsaved rows. Raises HistoryRefused for uses that could not be entered by hand either."""
    built: list[ImportedRows] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        try:
            built.append(build_rows(row, instruments[row.instrument_id], context))
        except UsageRefused as refused:
            problems += [_name_place(number, problem) for problem in refused.problems]
    if problems:
        raise HistoryRefused(problems=problems[:MAX_PROBLEMS])
    return built


def _name_place(number: int, problem: Problem) -> Problem:
    reason = Sentence(problem.message, problem.params)
    return Problem(problem.code, gettext_noop("Row {number}: {reason}"), {"number": number, "reason": reason})


def _find_row_problems(
    rows: Sequence[HistoryRow], instruments: "dict[int, Instrument]", now: datetime
) -> Iterator[Problem]:
    for number, row in enumerate(rows, 1):
        used = row.used
        checks = (
            (
                row.instrument_id not in instruments,
                "history.no_instrument",
                gettext_noop("Row {number}: there is no such instrument."),
            ),
            (
                row.booked is None and used is None,
                "history.empty",
                gettext_noop("Row {number}: give a booking, a use, or both."),
            ),
            (
                row.state not in ENDED_STATES or (used is not None) != (row.state == BookingState.COMPLETED),
                "history.state",
                gettext_noop(
                    "Row {number}: only a completed booking has a use, and bookings in the past have "
                    "to be over."
                ),
            ),
            (
                used is not None and used.time.end > now,
                "history.not_over",
                gettext_noop("Row {number}: this use is not over yet."),
            ),
            (
                row.is_decided_late,
                "history.decided_late",
                gettext_noop(
                    "Row {number}: it was decided when its deadline was over, and so had lapsed. Correct one "
                    "of the two times, or give no deadline where there was none."
                ),
            ),
        )
        yield from (
            Problem(code, message, {"number": number}) for is_wrong, code, message in checks if is_wrong
        )


def _find_record_problems(rows: Sequence[HistoryRow], actor: "User", now: datetime) -> Iterator[Problem]:
    """Yield problems of uses that `usage_log_by_hand` and `usage_confirm` would not have accepted."""
    for number, row in enumerate(rows, 1):
        used, where = row.used, {"number": number}
        if used is None:
            continue
        if used.confirmed_by_id is not None and used.confirmed_by_id == row.get_recorder_id(actor.pk):
            yield Problem(
                "history.same_person",
                gettext_noop("Row {number}: a second person confirms, not the one who recorded it."),
                where,
            )
        recorded = used.recorded_at or used.time.end
        if recorded < used.time.end or max(recorded, used.confirmed_at or recorded) > max(now, used.time.end):
            yield Problem(
                "history.recorded_when",
                gettext_noop("Row {number}: a use is recorded after its end, and not in the future."),
                where,
            )


def _find_overlaps(rows: Sequence[HistoryRow]) -> Iterator[Problem]:
    """Yield overlaps of bookings, among the rows and with stored ones, in one pass per instrument."""
    took_place = (BookingState.COMPLETED, BookingState.NO_SHOW)
    by_instrument: dict[int, list[tuple[Interval, int]]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        if row.booked is not None and row.state in took_place:
            by_instrument[row.instrument_id].append((row.booked, number))
    if not by_instrument:
        return
    first = min(time.start for times in by_instrument.values() for time, _ in times)
    last = max(time.end for times in by_instrument.values() for time, _ in times)
    stored = Booking.objects.filter(
        instrument_id__in=by_instrument,
        starts_at__lt=last,
        ends_at__gt=first,
        state__in=["requested", "approved", "in_use", *took_place],
    ).values_list("instrument_id", "starts_at", "ends_at")
    for instrument_id, start, end in stored:
        by_instrument[instrument_id].append((Interval(start, end), 0))
    for times in by_instrument.values():
        times.sort()
        before, before_number = times[0]
        for time, number in times[1:]:
            if before.overlaps(time):
                yield Problem(
                    "history.overlap",
                    gettext_noop("Row {number} overlaps with {other} on the same instrument."),
                    {"number": number or before_number, "other": _name_row(before_number if number else 0)},
                )
            if time.end > before.end:
                before, before_number = time, number


def _name_row(number: int) -> str:
    return f"#{number}" if number else "a stored booking"


def _insert(results: Sequence[ImportedRows], entries: Sequence[UsageEntry]) -> None:
    bookings = [one.booking for one in results if one.booking]
    BookingGroup.objects.bulk_create([booking.group for booking in bookings], batch_size=BATCH_SIZE)
    for booking in bookings:
        booking.group_id = booking.group.pk
    Booking.objects.bulk_create(bookings, batch_size=BATCH_SIZE)
    UsageEntry.objects.bulk_create(entries, batch_size=BATCH_SIZE)
    logs = [one.log for one in results if one.log]
    for log in logs:
        log.entry_id, log.booking_id = log.entry.pk, log.booking.pk if log.booking else None
    UsageLog.objects.bulk_create(logs, batch_size=BATCH_SIZE)
    usage_days_add(logs)
    waiting_add(one.log for one in results if one.log and not one.confirmation)
    confirmations = [one.confirmation for one in results if one.confirmation]
    for confirmation in confirmations:
        confirmation.entry_id, confirmation.log_id = confirmation.entry.pk, confirmation.log.pk
    UsageConfirmation.objects.bulk_create(confirmations, batch_size=BATCH_SIZE)
    reviews = [one.review for one in results if one.review]
    for review in reviews:
        review.log_id = review.log.pk
    Review.objects.bulk_create(reviews, batch_size=BATCH_SIZE)


def _journal(
    actor: "User", entries: Sequence[UsageEntry], instruments: "dict[int, Instrument]", now: datetime
) -> None:
    added: dict[int, list[UsageEntry]] = defaultdict(list)
    for entry in entries:
        added[entry.instrument_id].append(entry)
    journal.record_all(
        journal.build_entry(
            actor=actor,
            action="usage.history_imported",
            subject=instruments[pk],
            now=now,
            organization_id=instruments[pk].organization_id,
            details={
                "first_number": links[0].number,
                "last_number": links[-1].number,
                "last_hash": links[-1].hash,
            },
        )
        for pk, links in added.items()
    )
