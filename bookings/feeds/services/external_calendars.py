"""Connecting external calendars, and keeping closures as they say."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction

from bookings.feeds.domain.busy_times import (
    MOST_CALENDARS,
    CalendarKnown,
    CalendarUnreadable,
    TooManyCalendars,
    read_busy_times,
)
from bookings.feeds.domain.webhooks import AddressRefused
from bookings.feeds.models import BusyTime, ExternalCalendar
from bookings.feeds.selectors.external_calendars import ANSWERED_FOR, MAY_CLOSE, find_full_instrument_ids
from bookings.feeds.services.calls import CallRefused, fetch, may_be_called
from bookings.requests.domain.errors import ClosureHitsBookings
from bookings.requests.selectors.holds import instrument_group_lock
from bookings.requests.services.closures import closure_place
from bookings.requests.services.instrument_decisions import closure_lift
from bookings.requests.services.notifications import tell_of_maker
from instrument_share.accounts.permissions import require
from instrument_share.apart import Failed, TookTooMuch, run_apart
from instrument_share.jobs.services import enqueue, enqueue_unless_under_way
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import DomainError, gettext_noop, require_found
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Words
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Closure

READ = "bookings.external_calendar_read"
READ_ALL = "bookings.external_calendars_read"
ROUND = timedelta(seconds=10)
"""After this no other calendar is read in the same job."""
SECONDS_TO_READ = 20
"""A rule of repetition can be written that no day ever fulfils: its reader looks for one and finds no end."""
LARGEST = 1_000_000
"""Bytes; what is larger was cut off, and its missing events would open instruments again."""
TOLD_AFTER = timedelta(days=1)
REASON_ZH, REASON_EN = "另有安排（按外部日历）", "Otherwise engaged (by an external calendar)"
"""What everybody reads: the events of a calendar may hold what is nobody's business."""
HITS_BOOKINGS = gettext_noop(
    "A calendar that you have connected takes {instrument} from {starts_at}, and a booking lies in that "
    "time. What is not closed yet stays open until you close it or move the booking."
)
ENDED = gettext_noop(
    "The external calendar of {instrument} is no longer followed: {person}, who connected it, no longer "
    "looks after the instrument. Connect it again under your name."
)
KEEPER_LEFT = gettext_noop(
    "Whoever connected it no longer looks after the instrument. Connect it again under your name."
)
"""What the page says of it then."""
UNREACHABLE = gettext_noop("the server of the address can’t be reached, or does not answer in full")
FAILS = gettext_noop(
    "The external calendar of {instrument} could not be read for a day ({reason}). The closures made of it "
    "stay as they are. Mend the address or disconnect it."
)
logger = logging.getLogger(__name__)


@transaction.atomic
def external_calendar_connect(
    *, actor: "User", instrument_id: int, address: str, now: datetime
) -> ExternalCalendar:
    """Connect an instrument with a calendar, which is read at once and then every quarter of an hour.

    One that nobody answers for any more, since who connected it has left, is the actor's from then on; its
    closures stay. Raises AddressRefused, CalendarKnown, TooManyCalendars.
    """
    instrument = providers.instrument_lock(instrument_id)
    require(actor, "providers.close_instrument", instrument)
    if not may_be_called(address):
        raise AddressRefused
    known = {one.address: one for one in ExternalCalendar.objects.filter(instrument=instrument)}
    if address in known:
        calendar = _take_over(known[address], actor)
    elif find_full_instrument_ids([instrument]):
        raise TooManyCalendars(most=MOST_CALENDARS)
    else:
        calendar = ExternalCalendar.objects.create(
            instrument=instrument, address=address, created_by=actor, created_at=now
        )
    _record(calendar, actor, "external_calendar.connected", now)
    enqueue(READ, public_id=calendar.public_id)
    return calendar


def _take_over(calendar: ExternalCalendar, actor: "User") -> ExternalCalendar:
    if ExternalCalendar.objects.filter(ANSWERED_FOR, pk=calendar.pk).exists():
        raise CalendarKnown
    calendar.created_by = actor
    calendar.failing_since, calendar.failure, calendar.told_at = None, "", None
    calendar.save(update_fields=["created_by", "failing_since", "failure", "told_at"])
    return calendar


@transaction.atomic
def external_calendar_disconnect(*, actor: "User", calendar_id: int, now: datetime) -> None:
    """Disconnect a calendar; the closures that were made of it and are not over are lifted."""
    found = ExternalCalendar.objects.select_related("instrument").filter(pk=calendar_id).first()
    calendar = require_found(found)
    providers.instrument_lock(calendar.instrument_id)
    require(actor, "providers.close_instrument", calendar.instrument)
    for busy in calendar.busy_times.select_related("closure"):
        _lift(busy.closure, actor, now)
    _record(calendar, actor, "external_calendar.disconnected", now)
    calendar.delete()


def external_calendars_read_due(_now: datetime) -> int:
    """Have all calendars read unless that is under way; return their number. Repeated by the clock.

    While a unit is suspended its calendars are not read and do not fail: a failure begins anew afterwards.
    """
    resting = ExternalCalendar.objects.exclude(MAY_CLOSE).exclude(failure=KEEPER_LEFT)
    resting.filter(failing_since__isnull=False).update(failing_since=None, failure="", told_at=None)
    count = ExternalCalendar.objects.filter(MAY_CLOSE).count()
    return count if count and enqueue_unless_under_way(READ_ALL) else 0


def external_calendars_read(after_id: int, *, read_clock: Callable[[], datetime]) -> None:
    """Read the calendars after this one for a bounded time, and leave the rest to the same job.

    That waits behind the jobs that wait by then. It is enqueued, too, where one calendar fails in a way that
    nobody foresaw: the others are read.
    """
    due = ExternalCalendar.objects.filter(MAY_CLOSE).order_by("pk")
    end = read_clock() + ROUND
    calendar = due.filter(pk__gt=after_id).first()
    try:
        while calendar is not None and (now := read_clock()) < end:
            after_id = calendar.pk
            external_calendar_read(calendar.public_id, now)
            calendar = due.filter(pk__gt=after_id).first()
    finally:
        if calendar is not None:
            enqueue(READ_ALL, after_id=after_id)


def external_calendar_read(public_id: str, now: datetime) -> None:
    """Read a calendar, outside any transaction, and make, move and lift closures as it says.

    What can't be read changes nothing; after a day whoever connected it is told. Nor does the calendar of
    somebody who no longer looks after the instrument; who does so now is told at once. While the unit is not
    admitted it may close nothing, so that nothing is read; the first reading afterwards catches up. Each time
    is a transaction of its own, so that one that is refused doesn't keep the others.
    """
    found = ExternalCalendar.objects.filter(MAY_CLOSE)
    found = found.select_related("instrument__organization", "created_by")
    calendar = found.filter(public_id=public_id).first()
    if calendar is None:
        return
    if not found.filter(ANSWERED_FOR, pk=calendar.pk).exists():
        _note_keeper_left(calendar, now)
        return
    try:
        times = _fetch_times(calendar.address, now)
        _follow(calendar, times, now)
    except (CallRefused, OSError, HTTPException, ValueError, DomainError) as error:
        logger.info("External calendar %s could not be read: %s", public_id, error)
        _note_failure(calendar, _describe(error), now)
        return
    ExternalCalendar.objects.filter(pk=calendar.pk).update(
        read_at=now, failing_since=None, failure="", told_at=None
    )


def _describe(error: Exception) -> str:
    """Return why a calendar could not be read: a message, or a code that is the same in every language.

    What the system says of a connection is in English, and stands in the log.
    """
    match error:
        case CalendarUnreadable():
            return str(error.params["reason"])
        case DomainError():
            return error.message
        case CallRefused():
            return AddressRefused.message
        case _:
            return UNREACHABLE


def _fetch_times(address: str, now: datetime) -> dict[str, Interval]:
    answer = fetch(address, {"Accept": "text/calendar"}, LARGEST + 1)
    if not answer.is_success:
        raise CalendarUnreadable(reason=f"HTTP {answer.status}")
    if len(answer.text.encode()) > LARGEST:
        raise CalendarUnreadable(reason=f"> {LARGEST} B")
    try:
        return run_apart(read_busy_times, answer.text, now, seconds=SECONDS_TO_READ)
    except (Failed, TookTooMuch):
        raise CalendarUnreadable(reason=f"> {SECONDS_TO_READ} s") from None


def _follow(calendar: ExternalCalendar, times: Mapping[str, Interval], now: datetime) -> None:
    known = {busy.key: busy for busy in calendar.busy_times.select_related("closure")}
    for key, time in times.items():
        if key not in known or not _is_followed(known[key], time):
            _close(calendar, key, time, now)
    for key, busy in known.items():
        if key not in times and busy.ends_at > now:
            _forget(busy, calendar.created_by, now)


def _is_followed(busy: BusyTime, time: Interval) -> bool:
    """Return whether the event is as it was, and its time closed, or was and a keeper has lifted that."""
    closure = busy.closure
    if closure is None or time != _interval(busy):
        return False
    return closure.lifted_at is not None or time == _interval(closure)


def _interval(of: "BusyTime | Closure") -> Interval:
    return Interval(of.starts_at, of.ends_at)


@transaction.atomic
def _close(calendar: ExternalCalendar, key: str, time: Interval, now: datetime) -> None:
    """Close the instrument for an event, or tell the keeper once that bookings lie in its time.

    An event that was moved has the closure of its time before lifted only then: what both times cover is
    offered to nobody who waits. One that became longer and meets a booking keeps that closure until its
    whole time can be closed.
    """
    instrument_group_lock(calendar.instrument_id)
    known = calendar.busy_times.select_related("closure").filter(key=key).first()
    if known is not None and _is_followed(known, time):  # another reading came first, or the keeper lifted it
        return
    busy = known or BusyTime(calendar=calendar, key=key)
    before, is_changed = busy.closure, known is None or _interval(known) != time
    busy.starts_at, busy.ends_at = time.start, time.end
    try:
        busy.closure = closure_place(
            actor=calendar.created_by,
            instrument_id=calendar.instrument_id,
            interval=time,
            reason_zh=REASON_ZH,
            reason_en=REASON_EN,
            now=now,
        )
    except ClosureHitsBookings:
        is_part = before is not None and before.lifted_at is None and time.contains(_interval(before))
        busy.closure = before if is_part else None
        if is_changed:
            _notify(calendar, HITS_BOOKINGS, now, starts_at=time.start)
    busy.save()
    if busy.closure != before:
        _lift(before, calendar.created_by, now)


@transaction.atomic
def _forget(busy: BusyTime, actor: "User", now: datetime) -> None:
    _lift(busy.closure, actor, now)
    busy.delete()


def _lift(closure: "Closure | None", actor: "User", now: datetime) -> None:
    if closure is not None and closure.lifted_at is None and closure.ends_at > now:
        closure_lift(actor=actor, closure_id=closure.pk, now=now)


@transaction.atomic
def _note_failure(calendar: ExternalCalendar, reason: str, now: datetime) -> None:
    calendar.failure = reason[:200]
    calendar.failing_since = calendar.failing_since or now
    if calendar.told_at is None and now - calendar.failing_since >= TOLD_AFTER:
        calendar.told_at = now
        _notify(calendar, FAILS, now, reason=Words(calendar.failure))
    calendar.save(update_fields=["failure", "failing_since", "told_at"])


@transaction.atomic
def _note_keeper_left(calendar: ExternalCalendar, now: datetime) -> None:
    """Note that whoever connected a calendar has left, and tell once who looks after the instrument."""
    untold = ExternalCalendar.objects.filter(pk=calendar.pk).exclude(failure=KEEPER_LEFT)
    if untold.update(failure=KEEPER_LEFT, failing_since=calendar.failing_since or now):
        path = page_address("external_calendars")
        tell_of_maker(calendar.instrument, ENDED, calendar.created_by, now, path=path)


def _notify(calendar: ExternalCalendar, message: str, now: datetime, **params: Any) -> None:
    instrument = Bilingual(calendar.instrument.name_zh, calendar.instrument.name_en)
    notify(
        users=[calendar.created_by],
        kind=NotificationKind.UNIT,
        message=message,
        now=now,
        path=page_address("external_calendars"),
        params={"instrument": instrument, **params},
    )


def _record(calendar: ExternalCalendar, actor: "User", action: str, now: datetime) -> None:
    """Record the host alone: who has the whole address can read the calendar, and the journal keeps it."""
    record(
        actor=actor,
        action=action,
        subject=calendar,
        now=now,
        organization_id=calendar.instrument.organization_id,
        details={
            "instrument": calendar.instrument.public_id,
            "host": urlsplit(calendar.address).hostname,
        },
    )
