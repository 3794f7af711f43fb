"""Waiting for time that is taken: how a wait stands, and until when an offer holds."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from instrument_share.kernel.errors import Conflict, Invalid, Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from providers.domain import TermsDraft

MINUTE = timedelta(minutes=1)
LONGEST_HOLD = timedelta(hours=2)
"""So long an offer holds its time at most."""
SHORTEST_NOTICE = timedelta(hours=1)
"""So long before the start an offer ends at the latest."""
SHORTEST_ANSWER = timedelta(minutes=15)
"""So much time to answer an offer leaves at least; a time that starts earlier is not offered."""
USUAL_SPAN = timedelta(days=7)
"""In so much time another one is waited for, from the start of a time that is taken; one may say more."""
USUAL_LENGTH = timedelta(hours=2)
"""For so long one waits who names no time that is taken, as far as the rule admits it."""
MOST_UNANSWERED = 2
"""After so many unanswered offers a wait ends: each has kept time from others."""


class WaitState(StrEnum):
    """How a wait stands: without or with an offer, or how it ended."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LEFT = "left"
    OVER = "over"


ENDS = (WaitState.BOOKED, WaitState.LEFT, WaitState.OVER)


class AlreadyWaiting(Conflict):
    """The person waits for this instrument already."""

    code = "waiting.already"
    message = gettext_noop(
        "You are already waiting for this instrument. Leave the waiting list to wait for another time."
    )


class WaitEnded(Conflict):
    """The wait has ended."""

    code = "waiting.ended"
    message = gettext_noop("You wait for this no longer.")


class OfferOver(Conflict):
    """The offer was answered already, by whomever, or its time to answer has passed."""

    code = "waiting.offer_over"
    message = gettext_noop(
        "This offer is no longer open: it was answered already, or the time to answer has passed."
    )


class SpanRefused(Invalid):
    """The span has no room for the hours that are waited for."""

    code = "waiting.span_refused"
    message = gettext_noop(
        "The hours that you need must fit between the earliest start and the latest end, begin at least "
        "{notice} from now, and the two lie at most {longest} apart. Choose other times."
    )


LENGTH_FIELD = "minutes"
OFF_STEP = gettext_noop("Start and end lie on steps of {minutes} minutes. Choose a multiple of them.")
TOO_SHORT = gettext_noop("A booking lasts at least {shortest}. Wait for more time.")
TOO_LONG = gettext_noop("A booking lasts at most {longest}. Wait for less time.")
SAMPLES = gettext_noop("Samples are handed in without a time to wait for. Choose another way of service.")
INPUT_CODES = frozenset({"booking.too_short", "booking.too_long", "booking.samples_missing"})
"""What is said of inputs that a wait has not; `find_input_problems` says it of those that it has."""


def find_input_problems(
    length: timedelta, service_mode: ServiceMode, rules: "Collection[TermsDraft]"
) -> Iterator[Problem]:
    """Yield what is wrong with the length and way of service whenever the time lies, by all these rules."""
    if service_mode == ServiceMode.SAMPLES:
        yield Problem("waiting.samples", SAMPLES, field="service_mode")
    for step in sorted({terms.step for terms in rules}):
        if length % step:
            yield Problem("waiting.off_step", OFF_STEP, {"minutes": step // MINUTE}, LENGTH_FIELD)
    shortest = max((terms.min_length for terms in rules), default=length)
    longest = min((terms.max_length for terms in rules), default=length)
    if length < shortest:
        yield Problem("booking.too_short", TOO_SHORT, {"shortest": shortest}, LENGTH_FIELD)
    if length > longest:
        yield Problem("booking.too_long", TOO_LONG, {"longest": longest}, LENGTH_FIELD)


def get_answer_deadline(offered_at: datetime, starts_at: datetime, lead: timedelta) -> datetime:
    """Return until when an offer holds its time: two hours, or until an hour before the start.

    A rule that wants more notice than an hour ends it earlier, since then it admits nobody any more.
    """
    return min(offered_at + LONGEST_HOLD, starts_at - max(SHORTEST_NOTICE, lead))


def fit_length(length: timedelta, terms: "TermsDraft") -> timedelta:
    """Return how long a booking may be under a rule: so long, rounded up to its step, within its bounds."""
    in_steps = -(-length // terms.step) * terms.step
    return min(max(in_steps, terms.min_length), terms.max_length)


def get_offerable_span(wanted: Interval, length: timedelta, now: datetime) -> Interval | None:
    """Return in which time an offer may lie now; None where no such time is left."""
    earliest = max(wanted.start, now + SHORTEST_NOTICE + SHORTEST_ANSWER)
    return Interval(earliest, wanted.end) if earliest + length <= wanted.end else None
