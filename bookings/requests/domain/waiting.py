"""What waiting for another time helps against, and ways of service in which one can wait."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from bookings.requests.domain.errors import SlotTaken
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.kernel.errors import Problem
    from providers.domain import Terms

TAKEN_CODES = frozenset({SlotTaken.code, "booking.linked_taken"})
PROJECT_PERIOD_CODES = frozenset({"booking.project_not_begun", "booking.project_over"})
TIME_CODES = frozenset(
    {
        *TAKEN_CODES,
        *PROJECT_PERIOD_CODES,
        "booking.off_step",
        "booking.too_soon",
        "booking.too_far",
        "booking.outside_windows",
        "booking.closed",
    }
)
"""What is wrong with a certain time, not with waiting for another one; so are quotas."""
QUOTA_CODES = "booking.quota_"
BUDGET_CODE = "booking.project_budget_exceeded"
"""A price beyond the budget: of this time, and of others unless a cheaper one would do."""


def get_waitable_modes(terms: "Terms | None") -> frozenset[ServiceMode]:
    """Return in which ways of service one can wait: a wait names hours, and no number of samples."""
    return frozenset(terms.service_modes) - {ServiceMode.SAMPLES} if terms else frozenset()


def find_lasting(problems: "Iterable[Problem]") -> "list[Problem]":
    """Return what would be wrong with a request at another time too."""
    return [
        one
        for one in problems
        if (cause := get_cause(one)) not in TIME_CODES and not cause.startswith(QUOTA_CODES)
    ]


def get_cause(problem: "Problem") -> str:
    """Return the code of what is wrong, also where that is said of an instrument that is booked together."""
    return str(problem.params.get("cause", problem.code))


def is_worth_waiting(
    problems: "list[Problem]",
    service_mode: ServiceMode,
    terms: "Terms",
    has_cheaper_time: Callable[[], bool],
) -> bool:
    """Return whether a request is refused because others have its time, and for nothing that lasts.

    A price beyond the budget does not last where `has_cheaper_time`.
    """
    lasting = {one.code for one in find_lasting(problems)}
    return (
        any(one.code in TAKEN_CODES and one.subject is None for one in problems)
        and service_mode in get_waitable_modes(terms)
        and (not lasting or (lasting == {BUDGET_CODE} and has_cheaper_time()))
    )
