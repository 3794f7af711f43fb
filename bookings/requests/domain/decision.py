"""Until when keepers decide on a request."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from providers.domain import Decision, TermsDraft

USERS_SHARE = 0.25
"""The share of the lead, from the request to the start, that is left to the user after the decision."""
SHORTEST_NOTICE = timedelta(hours=1)


def get_decision_deadline(requested_at: datetime, starts_at: datetime, hours: int) -> datetime:
    """Return until when a request is decided: within the rule's hours, and early enough for the user to come.

    A quarter of the lead stays for the user, an hour at least; of a lead under two hours, half of it.
    """
    lead = starts_at - requested_at
    notice = max(lead * USERS_SHARE, min(SHORTEST_NOTICE, lead / 2))
    return min(requested_at + timedelta(hours=hours), (starts_at - notice).replace(microsecond=0))


def get_first_deadline(
    requested_at: datetime, starts_at: datetime, terms: Iterable[TermsDraft]
) -> datetime | None:
    """Return until when the first keeper decides on what is booked together; None where none has to.

    `terms` are those of all its instruments. Each keeper decides for one of them, and the first who does not
    in time lets all of it lapse, so that only until then the time is held for certain.
    """
    hours = [one.decision_hours for one in terms if one.decision == Decision.BY_KEEPER]
    return get_decision_deadline(requested_at, starts_at, min(hours)) if hours else None


def is_decided_too_late(decide_by: datetime | None, now: datetime) -> bool:
    """Return whether a request with this deadline can only lapse; at the deadline it is too late."""
    return decide_by is not None and now >= decide_by


def is_too_near_to_wait(now: datetime, starts_at: datetime) -> bool:
    """Return whether no decision from now on could leave the user `SHORTEST_NOTICE` before the start."""
    return starts_at - now < 2 * SHORTEST_NOTICE
