"""Draw up the statements of a month."""

from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Max

from bookings.statements.domain.billing import Billable, Payer, group_by_payer, previous_month
from bookings.statements.domain.errors import MonthNotOver
from bookings.statements.domain.states import StatementState
from bookings.statements.models import Statement, StatementLine
from bookings.statements.selectors.billing import find_billable, get_month_of
from bookings.statements.selectors.statements import statement_lock
from instrument_share.accounts.permissions import require_unless_system
from instrument_share.accounts.selectors import organization_lock
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from providers.public import owner_ids

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from instrument_share.accounts.models import User

BATCH_SIZE = 500


class Drafted(NamedTuple):
    """The drafts that got something, and what waits for its payers' next statements."""

    drafts: list[Statement]
    waiting: list[Billable]


def statements_draft_due(now: datetime) -> int:
    """Draft last month's statements of all units; return how many got something. Repeated by the clock.

    Those that are suspended, or own nothing any more, get theirs too. What is confirmed after the first of
    the month comes onto the draft, until that is sent, and so does what was missed in earlier months.
    """
    month = previous_month(now.astimezone(CITY_TIME).date())

    def draft(unit_id: int) -> int:
        return len(statements_draft(actor=None, organization_id=unit_id, month=month, now=now).drafts)

    return do_one_by_one("unit", owner_ids(), draft)


@transaction.atomic
def statements_draft(*, actor: "User | None", organization_id: int, month: date, now: datetime) -> Drafted:
    """Bring what a unit has to bill for a month onto drafts; return those that got something, and what waits.

    Drafts of the month are added to. What belongs to a payer whose statement was sent waits for the next
    month. A second time changes nothing. Raises MonthNotOver.
    """
    require_unless_system(
        actor, "bookings.manage_statements", SimpleNamespace(organization_id=organization_id)
    )
    if get_month_of(month).end > now:
        raise MonthNotOver
    unit = organization_lock(organization_id)
    locked = Statement.objects.select_for_update(of=("self",)).order_by("number")
    present = {_payer(one): one for one in locked.filter(organization=unit, month=month)}
    done = Drafted([], [])
    for payer, found in group_by_payer(find_billable(unit.pk, month)).items():
        statement = present.get(payer) or _create(unit.pk, payer, month, now)
        if statement.state == StatementState.DRAFT:
            _add(statement, found, actor, now)
            done.drafts.append(statement)
        else:
            done.waiting.extend(found)
    return done


def charge_drop(booking: "Booking", actor: "User | None", now: datetime) -> bool:
    """Take the charge of a booking off the draft on which it stands; return whether no statement bills it.

    What was sent stays as it is: a draft of the unit gives it back, once the charge is 0. Under the caller's
    lock of the booking.
    """
    line = StatementLine.objects.filter(booking=booking).first()
    if line is None:
        return True
    statement = statement_lock(line.statement_id)
    if statement.state != StatementState.DRAFT:
        return False
    line.delete()
    statement.total_yuan -= line.amount_yuan
    statement.save(update_fields=["total_yuan"])
    record(
        actor=actor,
        action="statement.charge_dropped",
        subject=statement,
        now=now,
        organization_id=statement.organization_id,
        details={"booking": booking.public_id, "total_yuan": f"{statement.total_yuan:.2f}"},
    )
    return True


def _payer(statement: Statement) -> Payer:
    return Payer(statement.payer_organization_id, statement.payer_person_id)


def _create(organization_id: int, payer: Payer, month: date, now: datetime) -> Statement:
    """Create a draft with the next number, under the caller's lock of the unit."""
    of_year = Statement.objects.filter(organization_id=organization_id, year=month.year)
    return Statement.objects.create(
        organization_id=organization_id,
        payer_organization_id=payer.organization_id,
        payer_person_id=payer.person_id,
        month=month,
        year=month.year,
        number=(of_year.aggregate(last=Max("number"))["last"] or 0) + 1,
        drafted_at=now,
    )


def _add(statement: Statement, found: Sequence[Billable], actor: "User | None", now: datetime) -> None:
    last = statement.lines.aggregate(last=Max("position"))["last"] or 0
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                statement=statement,
                position=position,
                log_id=one.log_id,
                booking_id=one.booking_id,
                corrects_id=one.corrects_id,
                correction_id=one.correction_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                effective_seconds=one.effective_seconds,
                amount_yuan=one.amount_yuan,
            )
            for position, one in enumerate(found, start=last + 1)
        ],
        batch_size=BATCH_SIZE,
    )
    statement.total_yuan += sum(one.amount_yuan for one in found)
    statement.save(update_fields=["total_yuan"])
    record(
        actor=actor,
        action="statement.drafted",
        subject=statement,
        now=now,
        organization_id=statement.organization_id,
        details={"lines": len(found), "total_yuan": f"{statement.total_yuan:.2f}"},
    )
