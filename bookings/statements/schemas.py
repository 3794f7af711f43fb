"""Statements in the API."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ninja import Schema
from pydantic import Field

from bookings.requests.schemas import (
    InstrumentRef,
    PersonRef,
    serialize_instrument_ref,
    serialize_person_ref,
)
from bookings.statements.domain.billing import to_fen
from bookings.statements.domain.states import NoteKind, StatementState
from bookings.statements.selectors.accounts import get_account_entered_since
from bookings.statements.selectors.statements import statement_lines, statement_notes, statement_payments
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import OrganizationRef, PublicId, organization_ref

if TYPE_CHECKING:
    from bookings.statements.models import Statement, StatementAccount


class StatementOut(Schema):
    """What a payer, an organization or a person, owes a unit for a month."""

    id: PublicId = Field(examples=["STM-7K2M9QX4TB"])
    number: str = Field(
        description=_("number of the statement, without gaps in a unit's year"), examples=["2026-0007"]
    )
    unit: OrganizationRef
    payer_organization: OrganizationRef | None
    payer_person: PersonRef | None
    month: date = Field(description=_("the first day of the month that is billed"))
    state: StatementState = Field(
        description=_(
            "`draft`, `sent` to its payer, `confirmed` or `disputed` by the payer, `settled` once it is "
            "paid in full"
        )
    )
    total_yuan: Decimal = Field(
        description=_("sum of its lines in yuan; below zero where corrections give back more")
    )
    paid_yuan: Decimal = Field(description=_("sum of payments that count, in yuan"))
    owed_yuan: Decimal = Field(
        description=_("total less payments, in yuan; 0 of a draft, below 0 where the unit pays back")
    )
    sent_at: datetime | None = Field(description=_("when it was sent to its payer; null: a draft"))
    due_date: date | None = Field(
        description=_(
            "the last day on which it is paid in time; null: a draft, nothing to pay, or sent while its "
            "payer is suspended, whose term begins with the reinstatement"
        )
    )
    confirmed_at: datetime | None = Field(description=_("when its payer confirmed it; null: not confirmed"))
    settled_at: datetime | None = Field(description=_("when it was paid in full; null: not yet"))


class StatementLineOut(Schema):
    """A use with its amount at the time, the difference of a correction, or a charge or its return."""

    usage_log: PublicId | None = Field(description=_("the use that it bills; null: it bills a booking"))
    booking: PublicId | None = Field(
        description=_("the booking that was cancelled late or not attended; null: it bills a use")
    )
    instrument: InstrumentRef
    user: PersonRef
    project: str = Field(description=_("the project, as the use or the booking names it; empty: none"))
    starts_at: datetime
    ends_at: datetime
    effective_seconds: int = Field(
        description=_("seconds of effective use, as they counted when it was billed")
    )
    amount_yuan: Decimal = Field(description=_("the amount in yuan; below zero where it gives back"))
    corrects: PublicId | None = Field(
        description=_("the statement with the line that this one corrects; null: it corrects none")
    )


class StatementPaymentOut(Schema):
    id: PublicId
    amount_yuan: Decimal = Field(description=_("what was paid, in yuan; below zero for a credit"))
    paid_date: date = Field(description=_("day of the transfer"))
    voucher: str = Field(description=_("number of the transfer at the bank"))
    invoice_number: str
    invoice_date: date
    reversed_at: datetime | None = Field(
        description=_("since when it does not count, recorded by mistake; null: it counts")
    )
    reversal_reason: str = Field(description=_("why it does not count; empty: it counts"))


class StatementAccountOut(Schema):
    """The account to which a statement is paid, as the unit had entered it when it sent the statement."""

    holder: str = Field(description=_("who holds the account"))
    bank: str = Field(description=_("bank and branch that keep the account"))
    number: str = Field(description=_("digits of the account number"))


class StatementNoteOut(Schema):
    """What the payer disputes about a statement, or the unit answers."""

    kind: NoteKind = Field(description=_("`dispute`: its payer disputes it; `answer`: the unit answers"))
    text: str = Field(description=_("what is disputed or answered"))
    written_at: datetime = Field(description=_("when it was written"))
    written_by: PersonRef = Field(description=_("who wrote it"))


class StatementWithLinesOut(StatementOut):
    account: StatementAccountOut | None = Field(
        description=_("where it is to be paid; null: a draft, or the unit had entered no account")
    )
    new_account_last_digits: str | None = Field(
        description=_(
            "the last four digits of the account that the unit has entered since: ask the unit before you "
            "pay; null: it has entered no other, or nothing is to be paid"
        ),
        examples=["1234"],
    )
    lines: list[StatementLineOut] = Field(description=_("what is billed, use by use"))
    payments: list[StatementPaymentOut] = Field(description=_("transfers that pay it, reversed ones too"))
    notes: list[StatementNoteOut] = Field(
        description=_("disputes of the statement and answers to them, in their order")
    )


class StatementsPage(Schema):
    items: list[StatementOut]
    next_cursor: str | None


def serialize_statement(statement: "Statement") -> dict[str, Any]:
    """Return a statement of a selector without its lines."""
    payer, person = statement.payer_organization, statement.payer_person
    kept = ("month", "state", "sent_at", "confirmed_at", "settled_at")
    sums = ("total_yuan", "paid_yuan", "owed_yuan")
    return {
        "id": statement.public_id,
        "number": str(statement),
        "unit": organization_ref(statement.organization),
        "payer_organization": organization_ref(payer) if payer else None,
        "payer_person": serialize_person_ref(person) if person else None,
        **{name: getattr(statement, name) for name in kept},
        "due_date": statement.pay_by,  # type: ignore[attr-defined]
        **{name: to_fen(getattr(statement, name)) for name in sums},
    }


def _serialize_account(account: "StatementAccount | None") -> StatementAccountOut | None:
    if account is None:
        return None
    return StatementAccountOut(holder=account.holder, bank=account.bank, number=account.number)


def serialize_with_lines(statement: "Statement") -> StatementWithLinesOut:
    """Return a statement with its lines, its payments and what was said of it."""
    entered_since = get_account_entered_since(statement)
    return StatementWithLinesOut(
        **serialize_statement(statement),
        account=_serialize_account(statement.account),
        new_account_last_digits=entered_since.number[-4:] if entered_since else None,
        lines=[
            StatementLineOut(
                usage_log=line.log.public_id if line.log else None,
                booking=line.booking.public_id if line.booking else None,
                instrument=serialize_instrument_ref(line.source.instrument),
                user=serialize_person_ref(line.source.user),
                project=line.source.project,
                starts_at=line.starts_at,
                ends_at=line.ends_at,
                effective_seconds=line.effective_seconds,
                amount_yuan=line.amount_yuan,
                corrects=line.corrects.statement.public_id if line.corrects else None,
            )
            for line in statement_lines(statement)
        ],
        payments=[
            StatementPaymentOut(
                id=one.public_id,
                amount_yuan=one.amount_yuan,
                paid_date=one.paid_date,
                voucher=one.voucher,
                invoice_number=one.invoice_number,
                invoice_date=one.invoice_date,
                reversed_at=one.reversal.recorded_at if hasattr(one, "reversal") else None,
                reversal_reason=one.reversal.reason if hasattr(one, "reversal") else "",
            )
            for one in statement_payments(statement)
        ],
        notes=[
            StatementNoteOut(
                kind=NoteKind(one.kind),
                text=one.text,
                written_at=one.written_at,
                written_by=serialize_person_ref(one.written_by),
            )
            for one in statement_notes(statement)
        ],
    )
