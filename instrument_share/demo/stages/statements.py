"""Bill the last months: drafts, statements that wait, disputes, partial payments, and settled ones."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bookings import public as bookings
from bookings.domain import previous_month
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import people_with_role
from instrument_share.demo.history import combine
from instrument_share.demo.world import World
from instrument_share.kernel.money import round_to_fen

if TYPE_CHECKING:
    from bookings.models import Statement
    from instrument_share.accounts.models import User

MONTHS = 4
SENT, ANSWERED, PAID = timedelta(days=2, hours=10), timedelta(days=6), timedelta(days=20)
"""From the first day of the month after; the others from sending on."""
QUESTION = "第1行上机时间与我方记录不符，请核对。"
BANK = "云屏银行大学城支行"
ANSWER = "已核对仪器运行记录，登记时间无误。"


def load(world: World) -> str:
    """Load the stage and return a summary."""
    months = [previous_month(world.today)]
    while len(months) < MONTHS:
        months.append(previous_month(months[-1]))
    _enter_accounts(world, months[-1])
    drafted = [_bill(world, month) for month in reversed(months) if month >= world.since]
    return f"{sum(drafted)} statements of {len(drafted)} months"


def _enter_accounts(world: World, month: date) -> None:
    """Let every unit but the last enter an account, before the first statements are sent."""
    for unit in world.city.units[:-1]:
        organization = world.organizations[unit.key]
        bookings.statement_account_enter(
            actor=world.manager(unit.key),
            organization_id=organization.pk,
            holder=organization.name_zh,
            bank=BANK,
            number=f"6222020000{organization.pk:06d}",
            now=combine(month, 9),
        )


def _bill(world: World, month: date) -> int:
    """Draft a month's statements of every unit, and take each as far as its number says."""
    over = combine((month + timedelta(days=32)).replace(day=1), 0)
    count = 0
    for unit in world.city.units:
        manager, organization = world.manager(unit.key), world.organizations[unit.key]
        done = bookings.statements_draft(actor=None, organization_id=organization.pk, month=month, now=over)
        for number, statement in enumerate(done.drafts):
            if over + SENT < world.now and not (_is_last(world, month) and number % 4 == 0):
                bookings.statement_send(actor=manager, statement_id=statement.pk, now=over + SENT)
                _answer(world, manager, statement, over + SENT, number)
        count += len(done.drafts)
    return count


def _is_last(world: World, month: date) -> bool:
    return month == previous_month(world.today)


def _answer(world: World, manager: "User", statement: "Statement", sent: datetime, number: int) -> None:
    """Let the payer dispute or confirm, and pay what is older; some leave a part open, some everything."""
    payer = _payer(statement)
    later = sent + ANSWERED
    if payer is None or (later + PAID > world.now and number % 4 == 1):
        return
    about = {"statement_id": statement.pk}
    if number % 4 == 2:
        bookings.statement_dispute(actor=payer, reason=QUESTION, now=sent + timedelta(days=1), **about)
        if _is_last(world, statement.month):
            return
        bookings.statement_answer(actor=manager, text=ANSWER, now=sent + timedelta(days=3), **about)
    bookings.statement_confirm(actor=payer, now=later, **about)
    paid = later + PAID
    if paid < world.now and number % 7 != 3 and not _is_last(world, statement.month):
        _pay(manager, statement, paid, share=Decimal("0.4") if number % 7 == 5 else Decimal(1))


def _payer(statement: "Statement") -> "User | None":
    if statement.payer_organization_id is None:
        return statement.payer_person
    return people_with_role(Role.ORG_ADMIN, statement.payer_organization_id).first()


def _pay(manager: "User", statement: "Statement", paid: datetime, share: Decimal) -> None:
    bookings.statement_payment_record(
        actor=manager,
        statement_id=statement.pk,
        amount_yuan=round_to_fen(statement.total_yuan * share),
        paid_date=paid.date(),
        voucher=f"ZZ{paid:%Y%m%d}{statement.pk:05d}",
        invoice_number=f"2650{statement.pk:08d}",
        invoice_date=(paid - timedelta(days=8)).date(),
        now=paid,
    )
