"""Run the checks of the night, and raise an alarm when one finds something."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.journal.services import notify, record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.transparency.models import CheckState
from instrument_share.transparency.registry import Check, registered_checks

MOST_KEPT = 20
TOLD = (Role.SYSADMIN, Role.BUREAU_OFFICER)


def checks_run(now: datetime) -> int:
    """Run the next piece of each check that has not passed through today; return how many pieces.

    Run by a job. A piece takes some seconds, so that a long log is checked in the course of a night.
    """
    return sum(_run_piece(check, now) for check in registered_checks())


def _run_piece(check: Check, now: datetime) -> bool:
    """Run a piece outside a transaction: SQLite lets nobody else write while one is under way."""
    state, _made = CheckState.objects.get_or_create(name=check.name)
    if state.position is None and _is_today(state.passed_at, now):
        return False
    reached, found = check.run_piece(state.position)
    return _keep_piece(state, reached, found, now)


@transaction.atomic
def _keep_piece(begun: CheckState, reached: Any, found: list[str], now: datetime) -> bool:
    """Keep what a piece found, unless another worker has kept the same piece meanwhile."""
    state = CheckState.objects.select_for_update().get(pk=begun.pk)
    if (state.position, state.passed_at) != (begun.position, begun.passed_at):
        return False
    state.position = reached
    state.found = (state.found + found)[:MOST_KEPT]
    if untold := [one for one in state.found if one not in state.problems]:
        _raise_alarm(state, untold, now)
        state.problems = state.problems + untold
    if state.position is None:
        # Until then what the pass before has found stays, so that none of it is told again.
        state.problems, state.passed_at, state.found = state.found, now, []
    state.save()
    return True


def _is_today(at: datetime | None, now: datetime) -> bool:
    return at is not None and at.astimezone(CITY_TIME).date() == now.astimezone(CITY_TIME).date()


def _raise_alarm(state: CheckState, found: list[str], now: datetime) -> None:
    record(
        actor=None,
        action="log.broken",
        subject=state,
        now=now,
        details={"check": state.name, "found": found},
    )
    people = {person.pk for role in TOLD for person in accounts.people_for_city(role)}
    notify(
        users=sorted(people),
        message=gettext_noop("The records of uses or of acts were changed behind the platform: {found}"),
        params={"found": found[0]},
        now=now,
        act_by=now,
    )
