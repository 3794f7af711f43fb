"""Tell those who wait with a project what becomes of their waits when it is changed or opened again."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bookings.waiting.selectors import get_span, get_waits_naming
from bookings.waiting.services import notifications
from bookings.waiting.services.entries import find_wait_problems, leave_out_price
from instrument_share.kernel.wording import Sentence

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from bookings.waiting.models import WaitlistEntry
    from instrument_share.accounts.models import User
    from instrument_share.kernel.errors import Problem
    from instrument_share.kernel.interval import Interval

PROJECT_CODES = "booking.project_"
"""How the codes of what keeps a booking from naming a project begin."""


class Prospect(NamedTuple):
    """In which time an offer may lie, and what the project says against a booking in it."""

    entry: "WaitlistEntry"
    span: "Interval"
    problems: "list[Problem]"

    @property
    def codes(self) -> set[str]:
        return {one.code for one in self.problems}


def watch_waits(project: "Project", now: datetime) -> "Callable[[User], None]":
    """Look at the waits that name a project; return what tells, after a change, what it has done to them.

    Who made the change is not told. Where the period leaves no time, the job that ends the wait says so.
    """
    before = _get_prospects(project, now)

    def tell(actor: "User") -> None:
        for pk, prospect in _get_prospects(project, now).items():
            if pk in before and prospect.entry.user_id != actor.pk:
                _tell(prospect, before[pk], project.name, now)

    return tell


def _get_prospects(project: "Project", now: datetime) -> dict[int, Prospect]:
    prospects = {}
    for entry in get_waits_naming(project):
        if (span := get_span(entry, now)) is not None:
            found = leave_out_price(find_wait_problems(entry, span.start, now), entry, now)
            problems = [one for one in found if one.code.startswith(PROJECT_CODES)]
            prospects[entry.pk] = Prospect(entry, span, problems)
    return prospects


def _tell(after: Prospect, before: Prospect, name: str, now: datetime) -> None:
    if after.codes != before.codes:
        message = notifications.PROJECT_HINDERS if after.problems else notifications.PROJECT_USABLE
        lines = [Sentence(one.message, one.params) for one in after.problems]
        notifications.notify_waiting(after.entry, message, now, lines, project=name)
    elif not after.problems and not after.span.contains(before.span):
        first, until = after.span.start, after.span.end
        notifications.notify_waiting(
            after.entry, notifications.PROJECT_NARROWED, now, project=name, first=first, until=until
        )
