"""Send a statement, confirm it, question it, answer, and remind of what is overdue."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bookings.statements.domain.billing import describe_sending
from bookings.statements.domain.errors import ANSWER_MISSING, DISPUTE_REASON_MISSING, TotalsChanged
from bookings.statements.domain.states import (
    NoteKind,
    get_next_state,
    get_state_after_reversal,
)
from bookings.statements.models import Statement, StatementAccount, StatementNote
from bookings.statements.selectors.accounts import get_present_account
from bookings.statements.selectors.statements import (
    drafts_to_send,
    overdue_statements,
    require_lines,
    statement_lock,
    sum_payments,
)
from bookings.statements.services import notifications
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.services import record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_reason

if TYPE_CHECKING:
    from datetime import date

    from instrument_share.accounts.models import User

REMINDED_EVERY = timedelta(days=7)


@transaction.atomic
def statement_send(
    *, actor: "User", statement_id: int, now: datetime, shown: Mapping[str, str] | None = None
) -> Statement:
    """Send a draft to its payer, with the unit's account; from then on it stays as it is.

    `shown` is what `describe_sending` told the sender. Raises IllegalMove, NothingToSend, and TotalsChanged
    if the draft or the account is no longer that.
    """
    statement = statement_lock(statement_id)
    require(actor, "bookings.manage_statements", statement)
    require_lines(statement)
    account = get_present_account(statement.organization_id)
    _require_as_shown([statement], account, shown)
    statement.state = get_next_state(statement.state, "send")
    statement.sent_at, statement.sent_by, statement.due_date = now, actor, get_due_date(now)
    statement.account = account
    statement.save(update_fields=["state", "sent_at", "sent_by", "due_date", "account"])
    details = {"total_yuan": f"{statement.total_yuan:.2f}"}
    if statement.account is not None:
        details["last_digits"] = statement.account.number[-4:]
    _record(statement, "statement.sent", actor, now, details)
    statement_announce(statement, now)
    return statement


def statement_announce(statement: Statement, now: datetime) -> None:
    """Tell the payer of a statement that was sent, and by when it is due."""
    message = notifications.SENT if statement.total_yuan > 0 else notifications.SENT_WITHOUT_DEBT
    notifications.notify_payer(statement, message, now)


@transaction.atomic
def statements_send(
    *, actor: "User", organization_id: int, now: datetime, shown: Mapping[str, str] | None = None
) -> list[Statement]:
    """Send all drafts of a unit on which something stands.

    Under the lock of the unit, as its sheets of uses are entered: these take charges off several drafts, in
    an order of their own. Raises TotalsChanged if the drafts are not those that the sender was `shown`.
    """
    require(actor, "bookings.manage_statements", SimpleNamespace(organization_id=organization_id))
    organization_lock(organization_id)
    drafts = drafts_to_send(Statement.objects.filter(organization_id=organization_id))
    locked = list(drafts.select_for_update(of=("self",)).order_by("month", "number"))
    _require_as_shown(locked, get_present_account(organization_id), shown)
    return [statement_send(actor=actor, statement_id=one.pk, now=now) for one in locked]


@transaction.atomic
def statement_confirm(*, actor: "User", statement_id: int, now: datetime) -> Statement:
    """Confirm a statement for its payer; one of nothing is settled by that. Raises IllegalMove."""
    statement = statement_lock(statement_id)
    require(actor, "bookings.answer_statement", statement)
    statement.state = get_next_state(statement.state, "confirm")
    statement.confirmed_at, statement.confirmed_by = now, actor
    statement.save(update_fields=["state", "confirmed_at", "confirmed_by"])
    _record(statement, "statement.confirmed", actor, now)
    if not statement.total_yuan:
        statement_settle(statement, actor=actor, now=now)
    _tell_of_confirmation(statement, now)
    return statement


def _tell_of_confirmation(statement: Statement, now: datetime) -> None:
    if statement.total_yuan < 0:
        credit = abs(statement.total_yuan)
        notifications.notify_unit(statement, notifications.CONFIRMED_CREDIT, now, credit=credit)
    else:
        notifications.notify_unit(statement, notifications.CONFIRMED, now)


@transaction.atomic
def statement_dispute(*, actor: "User", statement_id: int, reason: str, now: datetime) -> Statement:
    """Question a statement for its payer, with a reason. Raises ReasonMissing, IllegalMove."""
    statement = statement_lock(statement_id)
    require(actor, "bookings.answer_statement", statement)
    text = require_reason(reason, code=DISPUTE_REASON_MISSING)
    _write_note(statement, "dispute", NoteKind.DISPUTE, text, actor, now)
    _record(statement, "statement.disputed", actor, now, {"reason": text})
    notifications.notify_unit(statement, notifications.DISPUTED, now, text=text)
    return statement


@transaction.atomic
def statement_answer(*, actor: "User", statement_id: int, text: str, now: datetime) -> Statement:
    """Answer what the payer questions, as the unit; the payer confirms or questions again, with a new term.

    What is wrong in a log is corrected there: the difference comes onto the next statement. Raises
    ReasonMissing, IllegalMove.
    """
    statement = statement_lock(statement_id)
    require(actor, "bookings.collect_statement", statement)
    answer = require_reason(text, code=ANSWER_MISSING)
    statement.due_date = get_due_date(now)
    _write_note(statement, "answer", NoteKind.ANSWER, answer, actor, now)
    _record(statement, "statement.answered", actor, now, {"answer": answer})
    message = notifications.ANSWERED_DUE if statement.total_yuan > 0 else notifications.ANSWERED
    notifications.notify_payer(statement, message, now, text=answer)
    return statement


def statement_settle(statement: Statement, *, actor: "User", now: datetime) -> None:
    """Close a statement of which nothing is open any more, under the caller's lock of it."""
    statement.state = get_next_state(statement.state, "settle")
    statement.settled_at = now
    statement.save(update_fields=["state", "settled_at"])
    _record(statement, "statement.settled", actor, now)


def statement_reopen(statement: Statement) -> None:
    """Open a statement again of which a payment was taken back, under the caller's lock of it."""
    is_confirmed = statement.confirmed_at is not None
    statement.state = get_state_after_reversal(statement.state, is_confirmed=is_confirmed)
    statement.settled_at = None
    statement.save(update_fields=["state", "settled_at"])


def statements_remind_due(now: datetime) -> int:
    """Remind the payers of overdue statements, of each once a week; return how many. Run by the clock."""
    waiting = _to_remind(now).order_by("due_date", "id").values_list("pk", flat=True)
    return do_one_by_one("statement", waiting, lambda pk: _remind(pk, now))


@transaction.atomic
def _remind(statement_id: int, now: datetime) -> bool:
    statement = statement_lock(statement_id)
    if not _to_remind(now).filter(pk=statement_id).exists():
        return False
    statement.reminded_at = now
    statement.save(update_fields=["reminded_at"])
    owed = statement.total_yuan - sum_payments(statement)
    _record(statement, "statement.reminded", None, now, {"owed_yuan": f"{owed:.2f}"})
    notifications.notify_payer(statement, notifications.OVERDUE, now, owed=owed)
    return True


def _to_remind(now: datetime) -> Any:
    """Return overdue statements of which nobody was reminded lately, but of or to nobody suspended.

    The unit can't record meanwhile what was paid, nor the payer's people open the statement.
    """
    overdue = overdue_statements(now.astimezone(CITY_TIME).date())
    admitted = OrganizationState.ADMITTED
    return overdue.filter(
        Q(reminded_at__isnull=True) | Q(reminded_at__lte=now - REMINDED_EVERY),
        Q(payer_organization__isnull=True) | Q(payer_organization__state=admitted),
        organization__state=admitted,
    )


def _require_as_shown(
    drafts: Iterable[Statement], account: StatementAccount | None, shown: Mapping[str, str] | None
) -> None:
    if shown is not None and shown != describe_sending(drafts, account):
        raise TotalsChanged


def get_due_date(now: datetime) -> "date":
    """Return the last day, in the city, of a term that begins now."""
    return now.astimezone(CITY_TIME).date() + timedelta(days=settings.STATEMENT_DUE_DAYS)


def _write_note(
    statement: Statement, move: str, kind: NoteKind, text: str, actor: "User", now: datetime
) -> None:
    statement.state = get_next_state(statement.state, move)
    statement.save(update_fields=["state", "due_date"])
    StatementNote.objects.create(
        statement=statement, kind=kind.value, text=text, written_at=now, written_by=actor
    )


def _record(
    statement: Statement,
    action: str,
    actor: "User | None",
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        action=action,
        subject=statement,
        now=now,
        organization_id=statement.organization_id,
        details=details,
    )
