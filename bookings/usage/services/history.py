"""A past period at once: bookings, logs, confirmations and reviews, checked, chained and written in
batches.
"""

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
from bookings.usage.domain.errors import HistoryRefused
from bookings.usage.domain.history import ENDED, HistoryRow
from bookings.usage.models import Review, UsageConfirmation, UsageEntry, UsageLog
from bookings.usage.services.history_rows import Made, People, chained, made
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

BATCH = 500
SHOWN_PROBLEMS = 50


@dataclass(frozen=True)
class HistoryCounts:
    """How many rows an import wrote."""

    bookings: int
    logs: int
    confirmations: int
    reviews: int


@transaction.atomic
def history_import(*, actor: "User", rows: Iterable[HistoryRow], now: datetime) -> HistoryCounts:
    """Write what happened in the past: all of it or nothing.

    For taking over the records of a system before this one, by its administrator: what a unit enters itself
    goes through `usage_log_by_hand`, which has a limit and asks a second person. Locks every instrument, in
    order of id. Refuses, before anything is written, bookings that overlap each other or stored ones, times
    that are not over, and what one person both recorded and confirmed (HistoryRefused lists them by row).
    What an import brings is marked as such by its `capture`. Chains go on from what is stored. One audit
    entry for each instrument names the numbers and the last hash of what was added to its chain; the single
    rows carry who recorded them.
    """
    require(actor, "bookings.take_over_history")
    given = list(rows)
    instruments = {one.pk: one for one in providers.instrument_locks({row.instrument_id for row in given})}
    _refuse_contradictions(given, instruments, actor, now)
    with _no_garbage_collection():
        people = People.of(actor, given, instruments)
        results = [made(row, instruments[row.instrument_id], people) for row in given]
        entries = chained(results, instruments)
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
    """A fifth of the time would go into looking for cycles among a hundred thousand rows that are all
    needed.
    """
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
    problems = [*_odd_rows(rows, instruments, now), *_odd_records(rows, actor, now), *_overlaps(rows)]
    if problems:
        raise HistoryRefused(problems=problems[:SHOWN_PROBLEMS])


def _odd_rows(
    rows: Sequence[HistoryRow], instruments: "dict[int, Instrument]", now: datetime
) -> Iterator[Problem]:
    for number, row in enumerate(rows, 1):
        where = {"number": number}
        if row.instrument_id not in instruments:
            yield Problem(
                "history.no_instrument", gettext_noop("Row {number}: there is no such instrument."), where
            )
        if row.booked is None and row.used is None:
            yield Problem(
                "history.empty", gettext_noop("Row {number}: give a booking, a use, or both."), where
            )
        if row.state not in ENDED or (row.used is not None) != (row.state == BookingState.COMPLETED):
            yield Problem(
                "history.state",
                gettext_noop("Row {number}: only what is completed has a use, and the past has ended."),
                where,
            )
        if row.used is not None and row.used.time.end > now:
            yield Problem("history.not_over", gettext_noop("Row {number}: this use is not over yet."), where)


def _odd_records(rows: Sequence[HistoryRow], actor: "User", now: datetime) -> Iterator[Problem]:
    """Records of uses that could not have come about as `usage_log_by_hand` and `usage_confirm` make them."""
    for number, row in enumerate(rows, 1):
        used, where = row.used, {"number": number}
        if used is None:
            continue
        if used.confirmed_by_id is not None and used.confirmed_by_id == row.recorder_id(actor.pk):
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


def _overlaps(rows: Sequence[HistoryRow]) -> Iterator[Problem]:
    """Bookings that took place, among the rows and against stored ones, in one sweep for each instrument."""
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
                    {"number": number or before_number, "other": _named(before_number if number else 0)},
                )
            if time.end > before.end:
                before, before_number = time, number


def _named(number: int) -> str:
    return f"#{number}" if number else "a stored booking"


def _insert(results: Sequence[Made], entries: Sequence[UsageEntry]) -> None:
    bookings = [one.booking for one in results if one.booking]
    BookingGroup.objects.bulk_create([booking.group for booking in bookings], batch_size=BATCH)
    for booking in bookings:
        booking.group_id = booking.group.pk
    Booking.objects.bulk_create(bookings, batch_size=BATCH)
    UsageEntry.objects.bulk_create(entries, batch_size=BATCH)
    logs = [one.log for one in results if one.log]
    for log in logs:
        log.entry_id, log.booking_id = log.entry.pk, log.booking.pk if log.booking else None
    UsageLog.objects.bulk_create(logs, batch_size=BATCH)
    confirmations = [one.confirmation for one in results if one.confirmation]
    for confirmation in confirmations:
        confirmation.entry_id, confirmation.log_id = confirmation.entry.pk, confirmation.log.pk
    UsageConfirmation.objects.bulk_create(confirmations, batch_size=BATCH)
    reviews = [one.review for one in results if one.review]
    for review in reviews:
        review.log_id = review.log.pk
    Review.objects.bulk_create(reviews, batch_size=BATCH)


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
