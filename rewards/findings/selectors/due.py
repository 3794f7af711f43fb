"""How long units may take to answer, and which of them could not."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from instrument_share.journal.selectors import entries
from instrument_share.kernel.city_time import CITY_TIME
from providers.public import add_working_days

if TYPE_CHECKING:
    from rewards.findings.models import Falsification, Finding

ANSWER_WORKING_DAYS = 10
"""How long a unit may take to answer; an upheld finding without an answer by then is overdue."""
SUSPENDED, REINSTATED = "organization.suspended", "organization.reinstated"


def get_answer_due_date(asked_at: datetime) -> date:
    """Return the last day on which a unit that was asked at this instant may answer."""
    return add_working_days(asked_at.astimezone(CITY_TIME).date(), ANSWER_WORKING_DAYS)


def list_kept_from_answering(
    findings: "Collection[Finding]", as_of: datetime | None = None
) -> frozenset[int]:
    """Return the findings (keys) whose unit was suspended for some of the time that it had.

    Meanwhile it may do nothing, nor answer. Suspensions after `as_of` are not looked at. One statement.
    """
    acts = _list_acts({finding.organization_id for finding in findings}, as_of)
    return frozenset(
        one.pk
        for one in findings
        if _was_suspended(acts[one.organization_id], one.found_at, one.answer_due_date)
    )


def was_kept_from_answering(proposed: "Falsification") -> bool:
    """Return whether the unit was suspended for some of the time that it had to answer."""
    unit = proposed.finding.organization_id
    return _was_suspended(_list_acts({unit})[unit], proposed.proposed_at, proposed.answer_due_date)


def _list_acts(
    units: Collection[int], as_of: datetime | None = None
) -> defaultdict[int, list[tuple[str, datetime]]]:
    acts: defaultdict[int, list[tuple[str, datetime]]] = defaultdict(list)
    found = entries().filter(organization_id__in=units, action__in=(SUSPENDED, REINSTATED)).order_by("id")
    if as_of is not None:
        found = found.filter(at__lte=as_of)
    for unit, action, at in found.values_list("organization_id", "action", "at"):
        acts[unit or 0].append((action, at))
    return acts


def _was_suspended(acts: Collection[tuple[str, datetime]], asked_at: datetime, due: date) -> bool:
    end = datetime.combine(due + timedelta(days=1), time(), CITY_TIME)
    before = [action for action, at in acts if at <= asked_at]
    meanwhile = [action for action, at in acts if asked_at < at < end]
    return SUSPENDED in [*before[-1:], *meanwhile]
