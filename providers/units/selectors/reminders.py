"""Read past reminders and plan new ones."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState, Role
from providers.instruments.selectors.instruments import managed_or_supervised
from providers.terms.openings import local_date
from providers.units.domain.completeness import UnitCompleteness
from providers.units.domain.reminders import ReminderOutcome, reminder_outcome
from providers.units.models import Reminder
from providers.units.selectors.completeness import completeness_of

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class PlannedReminder:
    """The reminder of a unit: its content, its readers and its outcome."""

    organization: "Organization"
    completeness: UnitCompleteness
    people: "tuple[User, ...]"
    last_sent_at: datetime | None
    outcome: ReminderOutcome


def reminders(viewer: "Viewer", organization_id: int | None = None) -> QuerySet[Reminder]:
    """Return sent reminders, newest first, of the bureau's region or the manager's units."""
    rows = Reminder.objects.filter(managed_or_supervised(viewer))
    found = rows.select_related("organization", "sent_by").order_by("-sent_at", "-id")
    return found if organization_id is None else found.filter(organization_id=organization_id)


def last_reminded(viewer: "Viewer", organization_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each unit was last reminded, if ever; one query."""
    rows = reminders(viewer).filter(organization_id__in=list(organization_ids)).order_by()
    return dict(rows.values_list("organization_id").annotate(last=Max("sent_at")))


def reminder_plan(
    viewer: "User", organization_ids: Collection[int], now: datetime, insist: Collection[int] = ()
) -> list[PlannedReminder]:
    """Return the outcome of a reminder now for each unit of the officer's region, recipients first.

    Units in `insist` are reminded even if they recently were. The number of queries is constant.
    """
    wanted = accounts.organizations(viewer).filter(
        accounts.region_of(viewer, Role.BUREAU_OFFICER).within(),
        pk__in=list(organization_ids),
        owns_instruments=True,
        state=OrganizationState.ADMITTED,
    )
    units = {unit.pk: unit for unit in wanted}
    judged = completeness_of(list(units), local_date(now))
    people = accounts.people_by_organization(Role.UNIT_MANAGER, units)
    last = last_reminded(viewer, units)
    found = [
        PlannedReminder(
            unit,
            judged[pk],
            tuple(people[pk]),
            last.get(pk),
            reminder_outcome(
                judged[pk],
                reachable=bool(people[pk]),
                last_sent_at=last.get(pk),
                now=now,
                insist=pk in insist,
            ),
        )
        for pk, unit in units.items()
    ]
    order = list(ReminderOutcome)
    return sorted(
        found, key=lambda one: (order.index(one.outcome), one.completeness.percent, one.organization.pk)
    )
