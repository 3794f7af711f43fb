"""Check whether a request may become a booking, and collect everything that is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bookings.requests.domain import quota
from bookings.requests.domain.availability import (
    ClosedTime,
    OwnTime,
    get_blocked_interval,
    get_latest_end,
    is_on_step,
)
from bookings.requests.domain.errors import SlotTaken
from bookings.requests.domain.pricing import has_price
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval, intersect, merge
from instrument_share.kernel.wording import Bilingual, word
from providers.domain import OPERATED_BY_USER, QuotaHolder, ServiceMode, UserKind

if TYPE_CHECKING:
    from providers.domain import TermsDraft

MINUTE = timedelta(minutes=1)
MAX_SAMPLES = 10_000
"""So many samples may be booked, and recorded with a use."""


@dataclass(frozen=True)
class FormerTime:
    """The start of a booking that its user moves, and until when they could cancel it free of charge."""

    starts_at: datetime
    free_until: datetime


@dataclass(frozen=True)
class Request:
    """The requested time, way of service and subject."""

    interval: Interval
    service_mode: ServiceMode
    subject: str
    samples: int = 0
    moves_from: FormerTime | None = None
    """Where the booking lies now, when its user moves it and a deadline binds."""
    price_is_agreed: bool = False
    """Whether the rule needs no price for it."""
    is_under_way: bool = False
    """Whether it is to end later while it is used: its start is past."""


@dataclass(frozen=True)
class Requester:
    """The facts about the requester that the checks need."""

    user_kind: UserKind
    for_organization: bool = True
    """Not for themselves alone: the quotas of organizations count."""
    account_active: bool = True
    organization_admitted: bool = True
    credit_suspended_until: datetime | None = None
    qualified: bool = True
    bookings: Sequence[Interval] = field(default=())
    """Their other bookings of this instrument, as far as a quota reaches from the request."""
    organization_bookings: Sequence[Interval] = field(default=())
    """The same of the organization for which they ask."""


@dataclass(frozen=True)
class Situation:
    """The instrument's windows, closures and holds around the requested time."""

    published: bool
    """Neither the instrument nor its unit is suspended."""
    windows: Sequence[Interval]
    """Of the whole days that the request touches, so that a refusal names their hours."""
    closures: Sequence[ClosedTime]
    holds: Sequence[Interval]
    own_times: Sequence[OwnTime] = field(default=())
    """What the requester holds themself, where it is told to them; not among the holds."""


def find_problems(
    terms: "TermsDraft | None", *, request: Request, requester: Requester, situation: Situation, now: datetime
) -> list[Problem]:
    """Return everything that is wrong with the request; an empty list admits it."""
    found = [*_check_instrument(terms, situation), *find_requester_problems(requester)]
    if not request.subject.strip():
        found.append(
            Problem(
                "booking.subject_missing",
                gettext_noop("Say what is to be measured, in a few words."),
                field="subject",
            )
        )
    if terms is None:
        return found
    return [
        *found,
        *_check_eligibility(terms, requester),
        *_check_qualification(terms, request.service_mode, requester),
        *_check_service(terms, request.service_mode),
        *(() if request.price_is_agreed else _check_price(terms, request.service_mode, requester)),
        *_check_samples(request),
        *_check_length(terms, request.interval),
        *_check_ahead(terms, request, now),
        *_check_change_deadline(terms, request.moves_from, now),
        *_check_free_time(terms, request.interval, situation),
        *_check_quotas(terms, request.interval, requester),
    ]


def find_standing_problems(
    terms: "TermsDraft",
    *,
    service_mode: ServiceMode,
    requester: Requester,
    moves_from: FormerTime | None,
    now: datetime,
    price_is_agreed: bool = False,
) -> list[Problem]:
    """Return why these terms refuse the requester whatever time they ask for; an empty list where they don't.

    The requester is `qualified` where they are at any time ahead.
    """
    return [
        *find_requester_problems(requester),
        *_check_eligibility(terms, requester),
        *_check_qualification(terms, service_mode, requester),
        *_check_service(terms, service_mode),
        *(() if price_is_agreed else _check_price(terms, service_mode, requester)),
        *_check_change_deadline(terms, moves_from, now),
    ]


NOT_PUBLISHED = Problem(
    "booking.not_published",
    gettext_noop("This instrument is not open for booking at present. Choose another instrument."),
)


def _check_instrument(terms: "TermsDraft | None", situation: Situation) -> Iterator[Problem]:
    if not situation.published:
        yield NOT_PUBLISHED
    if terms is None:
        yield Problem(
            "booking.no_rule",
            gettext_noop("No open-service rule is in force for this instrument. Ask its contact person."),
        )


def find_requester_problems(requester: Requester) -> Iterator[Problem]:
    """Yield why this person may book nothing at present, whatever instrument or time."""
    if not requester.account_active:
        yield Problem(
            "booking.account_inactive", gettext_noop("Your account is not active. Ask the administrators.")
        )
    if not requester.organization_admitted:
        yield Problem(
            "booking.organization_not_admitted",
            gettext_noop(
                "You are not an active member of this organization, or it is not admitted yet. Choose "
                "another payer or ask its administrator."
            ),
            field="payer_organization",
        )
    if requester.credit_suspended_until is not None:
        yield Problem(
            "booking.credit_suspended",
            gettext_noop(
                "Booking is suspended for you until {until} because of missed, late-cancelled or misused "
                "bookings. Book after that."
            ),
            {"until": requester.credit_suspended_until},
        )


def _check_eligibility(terms: "TermsDraft", requester: Requester) -> Iterator[Problem]:
    if requester.user_kind not in terms.user_kinds:
        yield Problem(
            "booking.user_kind_refused",
            gettext_noop(
                "This instrument is not open to your kind of user. Choose another payer or instrument."
            ),
            field="payer_organization",
        )


QUALIFICATION_MISSING = "booking.qualification_missing"


def _check_qualification(
    terms: "TermsDraft", service_mode: ServiceMode, requester: Requester
) -> Iterator[Problem]:
    if not terms.needs_qualification or service_mode not in OPERATED_BY_USER or requester.qualified:
        return
    if ServiceMode.OPERATED in terms.service_modes:
        message = gettext_noop(
            "Operating this instrument yourself needs a qualification that is valid through the end of "
            "the booking. Ask the keeper for training, or choose operated service."
        )
    else:
        message = gettext_noop(
            "Operating this instrument yourself needs a qualification that is valid through the end of "
            "the booking. Ask the keeper for training."
        )
    yield Problem(QUALIFICATION_MISSING, message, field="service_mode")


def _check_service(terms: "TermsDraft", service_mode: ServiceMode) -> Iterator[Problem]:
    if service_mode not in terms.service_modes:
        yield Problem(
            "booking.service_mode_not_offered",
            gettext_noop("This way of service is not offered. Choose one that the rule names."),
            field="service_mode",
        )


def _check_price(terms: "TermsDraft", service_mode: ServiceMode, requester: Requester) -> Iterator[Problem]:
    is_offered = service_mode in terms.service_modes
    if is_offered and not has_price(terms, requester.user_kind, service_mode):
        yield Problem(
            "booking.no_price",
            gettext_noop("The rule has no price for this. Choose another way of service or ask the keeper."),
            field="service_mode",
        )


def _check_samples(request: Request) -> Iterator[Problem]:
    if request.service_mode == ServiceMode.SAMPLES and request.samples < 1:
        yield Problem(
            "booking.samples_missing",
            gettext_noop("Say how many samples there are, at least 1."),
            field="samples",
        )
    elif not 0 <= request.samples <= MAX_SAMPLES:
        yield Problem(
            "booking.samples_out_of_range",
            gettext_noop("Enter a number of samples from 0 to {most}."),
            {"most": MAX_SAMPLES},
            "samples",
        )


def _check_length(terms: "TermsDraft", interval: Interval) -> Iterator[Problem]:
    if not (is_on_step(interval.start, terms.step) and is_on_step(interval.end, terms.step)):
        yield Problem(
            "booking.off_step",
            gettext_noop("Start and end lie on steps of {minutes} minutes. Choose such times."),
            {"minutes": terms.step // MINUTE},
            "starts_at",
        )
    if interval.length < terms.min_length:
        yield Problem(
            "booking.too_short",
            gettext_noop("A booking lasts at least {shortest}. Choose a later end."),
            {"shortest": terms.min_length},
            "ends_at",
        )
    if interval.length > terms.max_length:
        yield build_too_long(terms.max_length)


def build_too_long(longest: timedelta) -> Problem:
    """Return the refusal of a booking that lasts more than `longest`."""
    return Problem(
        "booking.too_long",
        gettext_noop("A booking lasts at most {longest}. Choose an earlier end."),
        {"longest": longest},
        "ends_at",
    )


def _check_ahead(terms: "TermsDraft", request: Request, now: datetime) -> Iterator[Problem]:
    if not request.is_under_way and request.interval.start < now + terms.lead:
        yield Problem(
            "booking.too_soon",
            gettext_noop("It has to be booked at least {lead} before it starts. Choose a later start."),
            {"lead": terms.lead},
            "starts_at",
        )
    latest_end = get_latest_end(terms, now)
    if request.interval.end > latest_end:
        yield Problem(
            "booking.too_far",
            gettext_noop("A booking ends at {latest} or earlier. Choose an earlier time."),
            {"latest": latest_end},
            "ends_at",
        )


def _check_change_deadline(
    terms: "TermsDraft", moves_from: FormerTime | None, now: datetime
) -> Iterator[Problem]:
    if moves_from is not None and now > get_change_deadline(terms, moves_from):
        yield Problem(
            "booking.change_too_late",
            gettext_noop("This booking could be changed until {deadline}. Cancel it or ask the keeper."),
            {"deadline": get_change_deadline(terms, moves_from)},
        )


def get_change_deadline(terms: "TermsDraft", moves_from: FormerTime) -> datetime:
    """Return until when a booking of this time may be moved by its user: not once cancelling costs something.

    Moved to a later day it could be cancelled there, and would escape its charge.
    """
    return min(moves_from.starts_at - terms.change_deadline, moves_from.free_until)


def _check_free_time(terms: "TermsDraft", interval: Interval, situation: Situation) -> Iterator[Problem]:
    if not is_within_hours(terms, situation.windows, interval):
        yield _outside_windows(interval, situation.windows)
    closed = [closure for closure in situation.closures if closure.interval.overlaps(interval)]
    if closed:
        first = min(closed, key=lambda closure: closure.interval)
        yield Problem(
            "booking.closed",
            gettext_noop("The instrument is closed {closure} ({reason}). Choose another time."),
            {"closure": first.interval, "reason": Bilingual(first.reason_zh, first.reason_en)},
            "starts_at",
        )
    yield from _check_holds(terms, interval, situation)


def _check_holds(terms: "TermsDraft", interval: Interval, situation: Situation) -> Iterator[Problem]:
    if any(get_blocked_interval(held, terms.turnaround).overlaps(interval) for held in situation.holds):
        yield Problem(
            SlotTaken.code,
            SlotTaken.message,
            field="starts_at",
        )
    for own in situation.own_times:
        held = Interval(own.interval.start, own.held_until)
        if get_blocked_interval(held, terms.turnaround).overlaps(interval):
            yield Problem(
                SlotTaken.code,
                gettext_noop(
                    "You have booked it yourself for {time} (with the pause between two uses). "
                    "Choose another time, or move or cancel that booking."
                ),
                {"time": own.interval},
                "starts_at",
                own.public_id,
            )


def _outside_windows(interval: Interval, windows: Sequence[Interval]) -> Problem:
    """Return the refusal with the hours of the first and the last day that the interval touches."""
    days = quota.get_days_interval(interval)
    ends = [quota.get_day_interval(days.start), quota.get_day_interval(days.end - timedelta.resolution)]
    if hours := tuple(intersect(merge(windows), merge(ends))):
        message = gettext_noop(
            "The time lies outside the opening hours ({hours}). Choose a time within them."
        )
        return Problem("booking.outside_windows", message, {"hours": hours}, "starts_at")
    message = gettext_noop("The instrument is not open on {days}. Choose another day.")
    dates = tuple(dict.fromkeys(end.start.astimezone(CITY_TIME).date() for end in ends))
    return Problem("booking.outside_windows", message, {"days": dates}, "starts_at")


def is_within_hours(terms: "TermsDraft", windows: Sequence[Interval], interval: Interval) -> bool:
    """Return whether a window contains the interval or, where the terms allow gaps, both of its ends."""
    merged = merge(windows)
    if not terms.may_span_gaps:
        return any(window.contains(interval) for window in merged)
    return any(window.start <= interval.start < window.end for window in merged) and any(
        window.start < interval.end <= window.end for window in merged
    )


QUOTA_MESSAGES = {
    QuotaHolder.USER: (
        gettext_noop("One person books at most {time} a {span} here. Choose another {span}."),
        gettext_noop("One person books at most {count} times a {span} here. Choose another {span}."),
    ),
    QuotaHolder.ORGANIZATION: (
        gettext_noop("One organization books at most {time} a {span} here. Choose another {span}."),
        gettext_noop("One organization books at most {count} times a {span} here. Choose another {span}."),
    ),
}


def _check_quotas(terms: "TermsDraft", interval: Interval, requester: Requester) -> Iterator[Problem]:
    others = {
        QuotaHolder.USER: requester.bookings,
        QuotaHolder.ORGANIZATION: requester.organization_bookings,
    }
    for one in terms.quotas:
        if one.holder is QuotaHolder.ORGANIZATION and not requester.for_organization:
            continue
        too_long, too_often = quota.check_quota(one, interval, others[one.holder])
        params = {
            "time": one.most_time,
            "count": one.most_bookings,
            "span": word(one.span),
        }
        by_minutes, by_count = QUOTA_MESSAGES[one.holder]
        if too_long:
            yield Problem(f"booking.quota_{one.holder}_{one.span}_minutes", by_minutes, params)
        if too_often:
            yield Problem(f"booking.quota_{one.holder}_{one.span}_bookings", by_count, params)
