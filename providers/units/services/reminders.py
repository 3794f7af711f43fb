"""Remind units of incomplete information."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_locks
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import build_entry, notify, record_all
from instrument_share.kernel.errors import DomainError, Invalid, Problem, gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence
from providers.units.domain.completeness import KindCompleteness
from providers.units.domain.reminders import LONGEST_NOTE, ReminderOutcome
from providers.units.models import Reminder
from providers.units.selectors.reminders import PlannedReminder, reminder_plan

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


class NobodyToRemind(DomainError):
    """No unit was chosen to be reminded."""

    code = "reminder.nobody"
    message = gettext_noop("No unit is chosen. Tick the units to remind.")


ASKED = gettext_noop("The bureau asks {unit} to complete its information: {kinds}.")
OPEN_KIND = gettext_noop("{kind}: {reason} {next_step}")
NOTE = gettext_noop("The bureau adds: {note}")


@transaction.atomic
def completeness_remind(
    *,
    actor: "User",
    organization_ids: Collection[int],
    note: str,
    now: datetime,
    insist: Collection[int] = (),
) -> dict[ReminderOutcome, list[PlannedReminder]]:
    """Remind the managers of these units of all that is incomplete, in their languages.

    Units with nothing open, without managers, or reminded in the last 7 days are left out and named in the
    result; those in `insist` are reminded even if they recently were. Repeating sends nothing.
    """
    for unit in organization_locks(organization_ids):
        require(actor, "providers.remind_unit", unit)
    require(actor, "providers.remind_unit")
    if not organization_ids:
        raise NobodyToRemind
    note = _checked(note)
    plan: dict[ReminderOutcome, list[PlannedReminder]] = {one: [] for one in ReminderOutcome}
    for planned in reminder_plan(actor, organization_ids, now, insist):
        plan[planned.outcome].append(planned)
    sent = [_reminder(actor, planned, note, now) for planned in plan[ReminderOutcome.SENT]]
    Reminder.objects.bulk_create(sent)
    record_all(
        build_entry(
            actor=actor,
            action="reminder.sent",
            subject=one,
            now=now,
            organization_id=one.organization_id,
            details={"kinds": one.kinds, "note": one.note},
        )
        for one in sent
    )
    for planned in plan[ReminderOutcome.SENT]:
        _tell(planned, note, now)
    return plan


def _checked(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        message = gettext_noop("The note can have at most {limit} characters; this has {length}. Shorten it.")
        params = {"limit": LONGEST_NOTE, "length": len(note)}
        raise Invalid(problems=[Problem("reminder.note_too_long", message, params, "note")])
    return note


def _reminder(actor: "User", planned: PlannedReminder, note: str, now: datetime) -> Reminder:
    kinds = [one.kind.value for one in planned.completeness.to_do]
    return Reminder(organization=planned.organization, kinds=kinds, note=note, sent_by=actor, sent_at=now)


def _tell(planned: PlannedReminder, note: str, now: datetime) -> None:
    steps = planned.completeness.to_do
    lines = [open_kind_line(one) for one in steps]
    if note:
        lines.append(Sentence(NOTE, {"note": note}))
    unit = planned.organization
    notify(
        users=planned.people,
        kind=NotificationKind.UNIT,
        message=ASKED,
        params={"unit": unit_name(unit), "kinds": tuple(one.title for one in steps)},
        lines=lines,
        path=unit_desk_path(unit),
        now=now,
    )


def open_kind_line(kind: KindCompleteness) -> Sentence:
    """Return one open kind with its reason and next step."""
    params = {"kind": kind.title, "reason": kind.reason, "next_step": kind.next_step}
    return Sentence(OPEN_KIND, params)


def unit_name(unit: "Organization") -> Bilingual:
    """Return the unit's name in both languages."""
    return Bilingual(unit.name_zh, unit.name_en)


def unit_desk_path(unit: "Organization") -> str:
    """Return the path of the desk on which managers see what to do next."""
    return f"{page_address('unit_desk')}?unit={unit.public_id}"
