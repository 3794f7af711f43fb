"""Events for the calendar part of pages. Only keepers and unit managers see who booked."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from bookings.requests.domain.availability import ClosedTime, ceil_to_step, get_latest_end
from bookings.requests.domain.offers import Offer, OfferRun, group_offers, merge_offers, split_by_day
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import get_date_interval
from bookings.requests.selectors.offers import (
    LONGEST_LOOK,
    Applicant,
    FreeTime,
    get_free_time,
    get_usual_applicant,
)
from bookings.requests.selectors.request_facts import CLOSURE, Parts, as_part
from bookings.requests.selectors.scope import get_responsible_condition
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, intersect
from instrument_share.web.responses.problem import problems_told
from instrument_share.web.text.formats import bilingual, join_sentences
from providers import public as providers
from providers.domain import Terms

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import TermsDraft
    from providers.models import Instrument

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
NEXT_DAYS = 3
"""Of so many of the next days the first bookable time is named."""
SHUT = "shut"
"""Closures of what is shown; bookable time minds those of a longer time."""
HELD_STATES = frozenset({BookingState.OFFERED, BookingState.REQUESTED})
SHOWN_STATES = [*HELD_STATES, BookingState.APPROVED, BookingState.IN_USE, BookingState.COMPLETED]


@dataclass(frozen=True)
class BookableWeek:
    """Seven days of an instrument as the viewer may book it, and their next bookable times.

    `phone_day` is where a calendar of three days opens: at the first bookable day. `days` has the days that
    offer any time; `earlier` and `later` are the first days of the weeks beside this one, None where nothing
    is bookable.
    """

    next_offers: Sequence[Offer]
    first_day: date
    phone_day: date
    days: Sequence[tuple[date, Sequence[Offer]]]
    earlier: date | None
    later: date | None
    linked_ids: Sequence[int]
    """The instruments that are booked with it."""
    closures: Sequence[ClosedTime]
    """Of the instrument in these days, uncut, by start."""
    refusal: str
    """Why nothing is bookable at any time, in the reader's language; empty where something may be."""


def get_bookable_week(
    viewer: "Viewer",
    instrument: "Instrument",
    now: datetime,
    first_day: date | None = None,
    applicant: Applicant | None = None,
) -> BookableWeek:
    """Return the week from `first_day`; by default from today, or from the first bookable day after it.

    Of each day it has the starts on the hour and the first of each stretch of bookable time, as the viewer
    usually asks or for an `applicant`.
    """
    ahead = Interval(now, now + LONGEST_LOOK)
    free = get_free_time([instrument], ahead, now, applicant or get_usual_applicant(viewer))
    next_offers = free.first_offers(instrument.pk, ahead, NEXT_DAYS)
    today = _get_day(now)
    first_bookable = _get_day(next_offers[0].start) if next_offers else today
    is_chosen = first_day is not None
    first_day = max(today, first_day or (today if first_bookable < today + WEEK else first_bookable))
    begin = get_date_interval(first_day).start
    week = Interval(begin, begin + WEEK)
    is_ahead = week.end < ahead.end
    later = free.first_offer(instrument.pk, Interval(week.end, ahead.end)) if is_ahead else None
    by_day = ((_get_day(day.start), free.offers(instrument.pk, day)) for day in split_by_day(week))
    return BookableWeek(
        next_offers,
        first_day,
        first_day if is_chosen else first_bookable,
        [(day, _select_starts(offers)) for day, offers in by_day if offers],
        max(today, first_day - WEEK) if today < first_day else None,
        first_day + WEEK if later else None,
        free.linked.get(instrument.pk, ()),
        _select_closures(free, instrument, week),
        tell_refusal(free, instrument.pk),
    )


def tell_refusal(free: FreeTime, instrument_id: int) -> str:
    """Return why an instrument is not offered at any time; empty where it may be."""
    return join_sentences(one.detail for one in problems_told(free.refusals.get(instrument_id, ())))


def _get_day(instant: datetime) -> date:
    return instant.astimezone(CITY_TIME).date()


def _select_starts(offers: Sequence[Offer]) -> list[Offer]:
    firsts = {stretch.start for stretch in merge_offers(offers)}
    shown = {one.start: one for one in reversed(offers) if one.start in firsts or not one.start.minute}
    return [shown[start] for start in sorted(shown)]


def _select_closures(free: FreeTime, instrument: "Instrument", shown: Interval) -> list[ClosedTime]:
    closures = free.parts.closed_times(CLOSURE, instrument.pk)
    return [one for one in closures if one.interval.overlaps(shown)]


def read_calendar(
    instruments: "Sequence[Instrument]", interval: Interval, now: datetime, applicant: Applicant | None = None
) -> FreeTime:
    """Return what limits the instruments' times, with what is shown beside them; two statements."""
    ids = [instrument.pk for instrument in instruments]
    return get_free_time(instruments, interval, now, applicant, _read_shown(ids, interval))


def get_calendar_stamp(
    instruments: "Sequence[Instrument]", free: FreeTime, interval: Interval, language: str
) -> str:
    """Return a text that is the same as long as visitors see the same events in the interval.

    Made from the rows and the versions of the rules; an unchanged calendar spares working out its offers,
    which is nine tenths of the work.
    """
    limits = [
        (
            pk,
            _get_rule_id(version.terms),
            version.until,
            *_get_clock_limits(version.terms, interval, free.now),
        )
        for pk, time in sorted(free.times.items())
        for version in time.versions
    ]
    shown = [_build_resource(one) for one in instruments]
    states = [one.state for one in instruments]
    text = repr((language, interval, shown, states, sorted(free.linked.items()), limits, free.parts))
    return hashlib.sha256(text.encode()).hexdigest()


def _get_rule_id(terms: "TermsDraft") -> int | None:
    return terms.rule_id if isinstance(terms, Terms) else None


def _get_clock_limits(terms: "TermsDraft", interval: Interval, now: datetime) -> tuple[datetime, datetime]:
    """Return the first start and the last end within reach that the clock leaves to the terms."""
    first = ceil_to_step(max(interval.start, now + terms.lead), terms.step)
    return min(first, interval.end), min(get_latest_end(terms, now), interval.end + terms.max_length)


def get_calendar_events(
    viewer: "Viewer",
    instruments: "Sequence[Instrument]",
    interval: Interval,
    now: datetime,
    applicant: Applicant | None = None,
    *,
    free: FreeTime | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the instruments' events in the interval, as the calendar part reads them.

    The result is `{"resources": [{id, title, model, unit}], "events": [{id, resource, start, end, kind,
    mine, title}], "offers": [{resource, first, last, step, shortest, longest, until}], "refusals":
    [{resource, text}]}`. `kind` is `open` (time that the applicant may request), `booked`, `held` (waiting
    for a decision) or `closed`; `mine` is true of the viewer's own bookings of either kind. The title of a
    closure has its reason in the reader's language. An offer is an `OfferRun` with its lengths in minutes. A
    refusal says why an instrument is not offered to the applicant at any time. Times are RFC 3339 in UTC.
    The number of statements does not depend on the number of events. `free` is what `read_calendar` has read
    already.
    """
    public_ids = {instrument.pk: instrument.public_id for instrument in instruments}
    free = free or read_calendar(instruments, interval, now, applicant)
    events: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    for pk, public_id in public_ids.items():
        offers = free.offers(pk, interval)
        runs += (_build_run(public_id, run) for run in group_offers(offers))
        for stretch in intersect(merge_offers(offers), [interval]):
            events.append(_build_event(public_id, stretch, "open", gettext("Bookable")))
        closures = free.parts.closed_times(SHUT, pk)
        events += (_build_closure(public_id, *numbered, interval) for numbered in enumerate(closures))
    if viewer.is_anonymous:
        events += _anonymous_events(free.parts, public_ids)
    else:
        events += _booking_events(viewer, public_ids, interval)
    return {
        "resources": [_build_resource(one) for one in instruments],
        "events": events,
        "offers": runs,
        "refusals": [
            {"resource": public_id, "text": text}
            for pk, public_id in public_ids.items()
            if (text := tell_refusal(free, pk))
        ],
    }


def get_day_events(
    viewer: "Viewer",
    instruments: "Sequence[Instrument]",
    day: date,
    now: datetime,
    applicant: Applicant | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the events of one day (Asia/Shanghai) on many instruments, in their order."""
    return get_calendar_events(viewer, instruments, get_date_interval(day), now, applicant)


def get_day_stretches(
    viewer: "Viewer", instruments: "Sequence[Instrument]", day: date, now: datetime
) -> "list[tuple[Instrument, list[tuple[Interval, Offer]], list[ClosedTime]]]":
    """Return the bookable stretches of a day with the first offer of each, and the closures of that day.

    Instruments that have neither are left out. The number of statements does not depend on the number of
    instruments.
    """
    interval = get_date_interval(day)
    free = get_free_time(instruments, interval, now, get_usual_applicant(viewer))
    found = [
        (
            one,
            _find_stretches(free.offers(one.pk, interval), interval),
            _select_closures(free, one, interval),
        )
        for one in instruments
    ]
    return [(one, stretches, closures) for one, stretches, closures in found if stretches or closures]


def _find_stretches(offers: Sequence[Offer], day: Interval) -> list[tuple[Interval, Offer]]:
    first_by_start = {offer.start: offer for offer in reversed(offers)}
    stretches = intersect(merge_offers(offers), [day])
    return [(stretch, first_by_start[stretch.start]) for stretch in stretches]


def _read_shown(instrument_ids: Collection[int], interval: Interval) -> "list[QuerySet[Any]]":
    """Return the reads of what is shown beside free time: of instruments in whatever state they are."""
    rows = _shown_rows(instrument_ids, interval)
    return [
        as_part(SHUT, providers.closure_rows(instrument_ids, interval), has_reason=True),
        as_part("held", rows.filter(state__in=HELD_STATES)),
        as_part("booked", rows.exclude(state__in=HELD_STATES)),
    ]


def _shown_rows(instrument_ids: Collection[int], interval: Interval) -> QuerySet[Booking]:
    return Booking.objects.filter(
        instrument__in=list(instrument_ids),
        state__in=SHOWN_STATES,
        starts_at__lt=interval.end,
        ends_at__gt=interval.start,
    )


def _anonymous_events(parts: Parts, public_ids: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Yield the bookings as visitors see them, by start; they were read with the free time."""
    words = _get_words()
    found = [(one, public_ids[pk]) for kind in words for pk in public_ids for one in parts.rows(kind, pk)]
    for part, resource in sorted(found, key=lambda one: (one[0].start, one[0].key)):
        if part.start and part.end:
            yield _build_event(resource, Interval(part.start, part.end), part.name, words[part.name])


def _get_words() -> dict[str, str]:
    """Return what is said of other people's bookings, by kind."""
    return {"held": gettext("Requested"), "booked": gettext("Booked")}


def _booking_events(
    viewer: "Viewer", public_ids: Mapping[int, str], interval: Interval
) -> Iterator[dict[str, Any]]:
    rows = _shown_rows(public_ids, interval).select_related("user").order_by("starts_at")
    words = _get_words()
    named = set(rows.filter(get_responsible_condition(viewer)).order_by().values_list("pk", flat=True))
    for row in rows:
        time = Interval(row.starts_at, row.ends_at)
        resource = public_ids[row.instrument_id]
        kind = "held" if row.state in HELD_STATES else "booked"
        is_mine = row.user_id == viewer.pk
        if row.pk in named:
            title = f"{row.user.name} · {row.subject}"
            yield _build_event(resource, time, kind, title, row.public_id, is_mine=is_mine)
        elif is_mine:
            yield _build_event(resource, time, kind, row.subject, row.public_id, is_mine=True)
        else:
            yield _build_event(resource, time, kind, words[kind])


def _build_resource(instrument: "Instrument") -> dict[str, str]:
    return {
        "id": instrument.public_id,
        "title": bilingual(instrument, "name"),
        "model": instrument.model,
        "unit": bilingual(instrument.organization, "name"),
    }


def _build_run(resource: str, run: OfferRun) -> dict[str, Any]:
    return {
        "resource": resource,
        "first": _rfc3339(run.first_start),
        "last": _rfc3339(run.last_start),
        "step": run.step // MINUTE,
        "shortest": run.shortest // MINUTE,
        "longest": None if run.longest is None else run.longest // MINUTE,
        "until": _rfc3339(run.latest_end),
    }


def _build_closure(resource: str, number: int, closure: ClosedTime, shown: Interval) -> dict[str, Any]:
    """Return the event of a closure; those of one instrument may overlap, so that they are numbered."""
    start, end = max(closure.interval.start, shown.start), min(closure.interval.end, shown.end)
    title = gettext("Closed: %(reason)s") % {"reason": bilingual(closure, "reason")}
    return _build_event(resource, Interval(start, end), "closed", title, f"{resource}-closed-{number}")


def _build_event(
    resource: str,
    time: Interval,
    kind: str,
    title: str,
    public_id: str | None = None,
    *,
    is_mine: bool = False,
) -> dict[str, Any]:
    """Return an event; without a public id it is identified by its instrument, kind and start."""
    return {
        "id": public_id or f"{resource}-{kind}-{time.start:%Y%m%d%H%M}",
        "resource": resource,
        "start": _rfc3339(time.start),
        "end": _rfc3339(time.end),
        "kind": kind,
        "mine": is_mine,
        "title": title,
    }


def _rfc3339(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
