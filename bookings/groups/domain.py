"""Dates of a series, how far a change of one reaches, and what keeps bookings from being made together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from instrument_share.kernel.errors import Conflict, DomainError, Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Sentence

FEWEST_DATES, MOST_DATES = 2, 26
"""Half a year of weeks."""
LONGEST_PAUSE = 8
"""Weeks between two dates at most."""
MOST_ITEMS = 20
"""Times in one basket."""


class Scope(StrEnum):
    """Which dates of a series a change concerns, beyond the one it begins with."""

    FOLLOWING = "following"
    ALL = "all"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Scope: {
        Scope.FOLLOWING: gettext_noop("This date and those after it"),
        Scope.ALL: gettext_noop("All dates ahead"),
    },
}


class BasketEmpty(Conflict):
    """Nothing is asked for."""

    code = "basket.empty"
    message = gettext_noop("The basket is empty")


class BasketEmptied(Conflict):
    """The times in the basket were removed, as in another tab."""

    code = "basket.emptied"
    message = gettext_noop(
        "The last time was removed from the basket on {time}, so nothing was booked. Add times, then book."
    )


class BasketBooked(Conflict):
    """What was in the basket is booked, as in another tab; `group` is the id of what it became."""

    code = "basket.booked"
    message = gettext_noop("This was booked from the basket on {time}. It was not booked again.")


class BasketChanged(Conflict):
    """A basket, or the conditions of what is in it, that is not what was read before it is booked."""

    code = "basket.changed"
    message = gettext_noop(
        "The basket, its prices or the rules have changed since you read them. Check them, then book."
    )


class BasketFull(Conflict):
    """The basket holds as many times as it can."""

    code = "basket.full"
    message = gettext_noop("The basket holds at most {most} times. Book or remove some first.")


class NotPaidByOrganization(Conflict):
    """A booking that its user pays has no colleague who could take it over."""

    code = "booking.not_paid_by_organization"
    message = gettext_noop(
        "Only a booking that an organization pays for can be handed over. Cancel this one, and let your "
        "colleague book."
    )


class HandOverRefused(DomainError):
    """The colleague may not have this booking; `problems` says why."""

    code = "booking.hand_over_refused"
    message = gettext_noop("This colleague can't take the booking over.")


CHANGED_SINCE_READ = gettext_noop(
    "This booking has changed since you read it. It is now: {time}, {state}, ¥{amount}. Check it, then hand "
    "it over."
)


def get_dates(first: Interval, every_weeks: int, count: int) -> list[Interval]:
    """Return so many times, `every_weeks` apart; the city's clocks are never changed."""
    pauses = [timedelta(weeks=every_weeks * number) for number in range(count)]
    return [Interval(first.start + pause, first.end + pause) for pause in pauses]


def tell_refusals(refused: Sequence[tuple[Any, Sequence[Problem]]], number: int) -> list[Problem]:
    """Return the problems of several requests, each with what names its request.

    What all `number` requests have in common is said once.
    """
    problems = [problem for _, found in refused for problem in found]
    of_all = [one for one in problems if number > 1 and sum(one in found for _, found in refused) == number]
    once = [one for position, one in enumerate(of_all) if one not in of_all[:position]]
    return once + [
        Problem(one.code, SENTENCE_OF_ONE, {"name": name, "problem": Sentence(one.message, one.params)})
        for name, found in refused
        for one in found
        if one not in once
    ]


SENTENCE_OF_ONE = gettext_noop("{name}: {problem}")
