"""Events for the calendar part of pages. Only keepers and unit managers see who booked."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from bookings.requests.domain.offers import OfferRun, group_offers, merge_offers
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.bookings import get_date_interval
from bookings.requests.selectors.offers import Applicant, get_free_time
from bookings.requests.selectors.scope import get_responsible_condition
from instrument_share.kernel.interval import Interval, intersect
from instrument_share.web.text.formats import bilingual
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument

MINUTE = timedelta(minutes=1)
HELD_STATES = frozenset({BookingState.OFFERED, BookingState.REQUESTED})
SHOWN_STATES = [*HELD_STATES, BookingState.APPROVED, BookingState.IN_USE, BookingState.COMPLETED]


def get_calendar_events(
    viewer: "Viewer",
    instruments: "Sequence[Instrument]",
    interval: Interval,
    now: datetime,
    applicant: Applicant | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the instruments' events in the interval, as the calendar part reads them.

    The result is `{"resources": [{id, title}], "events": [{id, resource, start, end, kind, title}],
    "offers": [{resource, first, last, step, shortest, longest, until}]}`. `kind` is `open` (time that the
    applicant may request), `booked`, `held` (waiting for a decision), `closed` or `mine`. An offer is an
    `OfferRun` with its lengths in minutes. Times are RFC 3339 in UTC. The number of statements does not
    depend on the number of events.
    """
    public_ids = {instrument.pk: instrument.public_id for instrument in instruments}
    free = get_free_time(instruments, interval, now, applicant)
    closures = providers.closures(list(public_ids), interval)
    events: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    for pk, public_id in public_ids.items():
        offers = free.offers(pk, interval)
        runs += (_build_run(public_id, run) for run in group_offers(offers))
        for stretch in intersect(merge_offers(offers), [interval]):
            events.append(_build_event(public_id, stretch, "open", gettext("Bookable")))
        for closure in intersect(closures.get(pk, []), [interval]):
            events.append(_build_event(public_id, closure, "closed", gettext("Closed")))
    events += _booking_events(viewer, public_ids, interval)
    return {
        "resources": [{"id": one.public_id, "title": bilingual(one, "name")} for one in instruments],
        "events": events,
        "offers": runs,
    }


def get_day_events(
    viewer: "Viewer",
    queryset: "QuerySet[Instrument]",
    day: date,
    now: datetime,
    applicant: Applicant | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the events of one day (Asia/Shanghai) on many instruments, in the order of the queryset.

    The caller limits the queryset to what is shown.
    """
    return get_calendar_events(viewer, list(queryset), get_date_interval(day), now, applicant)


def _booking_events(
    viewer: "Viewer", public_ids: dict[int, str], interval: Interval
) -> Iterator[dict[str, Any]]:
    rows = (
        Booking.objects.filter(
            instrument__in=public_ids,
            state__in=SHOWN_STATES,
            starts_at__lt=interval.end,
            ends_at__gt=interval.start,
        )
        .select_related("user")
        .order_by("starts_at")
    )
    named = set(
        rows.filter(get_responsible_condition(viewer)).order_by().values_list("pk", flat=True)
        if viewer.is_authenticated
        else ()
    )
    for row in rows:
        time = Interval(row.starts_at, row.ends_at)
        resource = public_ids[row.instrument_id]
        if row.pk in named:
            kind = "held" if row.state in HELD_STATES else "booked"
            yield _build_event(resource, time, kind, f"{row.user.name} · {row.subject}", row.public_id)
        elif row.user_id == viewer.pk:
            yield _build_event(resource, time, "mine", row.subject, row.public_id)
        elif row.state in HELD_STATES:
            yield _build_event(resource, time, "held", gettext("Requested"))
        else:
            yield _build_event(resource, time, "booked", gettext("Booked"))


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


def _build_event(
    resource: str, time: Interval, kind: str, title: str, public_id: str | None = None
) -> dict[str, Any]:
    """Return an event; without a public id it is identified by its instrument, kind and start."""
    return {
        "id": public_id or f"{resource}-{kind}-{time.start:%Y%m%d%H%M}",
        "resource": resource,
        "start": _rfc3339(time.start),
        "end": _rfc3339(time.end),
        "kind": kind,
        "title": title,
    }


def _rfc3339(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
