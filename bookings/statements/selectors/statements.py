"""Statements that a viewer may see, what waits for them, and what is owed."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from bookings.requests.selectors.scope import PAYING_ROLES
from bookings.statements.domain.billing import BANDS, Payer, get_age_band
from bookings.statements.domain.states import DUE_STATES, OPEN_STATES, StatementState, is_overdue
from bookings.statements.models import Statement, StatementLine, StatementPayment
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

_MONEY: Any = DecimalField(max_digits=14, decimal_places=2)
_PAID = (
    StatementPayment.objects.filter(statement=OuterRef("pk"), reversal__isnull=True)
    .order_by()
    .values("statement")
    .annotate(sum=Sum("amount_yuan"))
    .values("sum")
)


def statements(viewer: "Viewer") -> QuerySet[Statement]:
    """Return the viewer's statements, unordered, with `paid_yuan` and `owed_yuan`.

    To sort them there are `payer_name` and `due_by`, the day on which they are due or one far off.

    A unit's managers see all of theirs, payers those that were sent to them.
    """
    if viewer.is_anonymous:
        return Statement.objects.none()
    managed = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    return _with_sums(Statement.objects.filter(Q(organization__in=managed) | _received(viewer)))


def statements_of_unit(viewer: "Viewer", organization_id: int) -> QuerySet[Statement]:
    """Return the statements that a unit has drafted or sent; the viewer manages it, or none are found."""
    managed = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    found = Statement.objects.filter(organization_id=organization_id, organization__in=managed)
    return _with_sums(found)


def statements_received(viewer: "Viewer") -> QuerySet[Statement]:
    """Return the statements that the viewer pays, or an organization for which they answer."""
    return _with_sums(Statement.objects.filter(_received(viewer)))


def statements_to_pay(viewer: "Viewer") -> QuerySet[Statement]:
    """Return statements that wait for the viewer to confirm or pay them, the first due first.

    A credit waits to be confirmed; then the unit pays it back.
    """
    waiting = Q(state=StatementState.SENT) | Q(state=StatementState.CONFIRMED, owed_yuan__gt=0)
    return statements_received(viewer).filter(waiting).order_by("due_date", "id")


def statements_to_answer(viewer: "Viewer", organization_id: int) -> QuerySet[Statement]:
    """Return statements of a unit that their payers dispute, the oldest first."""
    disputed = statements_of_unit(viewer, organization_id).filter(state=StatementState.DISPUTED)
    return disputed.order_by("sent_at", "id")


def get_statement(viewer: "Viewer", public_id: str) -> Statement:
    """Return a statement that the viewer may see. Raises NotFound."""
    return require_found(statements(viewer).filter(public_id=public_id).first())


def statement_lines(statement: Statement) -> QuerySet[StatementLine]:
    """Return the lines of a statement in their order; the caller may see it."""
    return (
        StatementLine.objects.filter(statement=statement)
        .select_related("log__instrument", "log__user", "booking__instrument", "booking__user")
        .select_related("corrects__statement", "correction")
        .order_by("position")
    )


def statement_lock(statement_id: int) -> Statement:
    """Return the statement, locked until the transaction ends. Raises NotFound."""
    locked = Statement.objects.select_for_update(of=("self",))
    return require_found(
        locked.select_related("organization", "payer_organization", "payer_person")
        .filter(pk=statement_id)
        .first()
    )


def sum_payments(statement: Statement) -> Decimal:
    """Return what was paid of a statement and not taken back."""
    counted = statement.payments.filter(reversal__isnull=True)
    return sum((one.amount_yuan for one in counted), Decimal(0))


def statement_payments(statement: Statement) -> QuerySet[StatementPayment]:
    """Return the payments of a statement with their reversals, by day; the caller may see it."""
    return (
        StatementPayment.objects.filter(statement=statement)
        .select_related("recorded_by", "reversal__recorded_by")
        .order_by("paid_date", "id")
    )


def get_payment(statement: Statement, public_id: str) -> StatementPayment:
    """Return a payment of a statement that the caller may see. Raises NotFound."""
    return require_found(statement_payments(statement).filter(public_id=public_id).first())


def overdue_statements(today: date) -> QuerySet[Statement]:
    """Return statements whose last day has passed and that are not paid; for the clock."""
    return filter_overdue(_with_sums(Statement.objects.all()), today)


def filter_overdue(found: QuerySet[Statement], today: date) -> QuerySet[Statement]:
    """Filter statements, which have their `owed_yuan`, to those of which `is_overdue` is true."""
    return found.filter(state__in=DUE_STATES, due_date__lt=today, owed_yuan__gt=0)  # type: ignore[misc]


@dataclass(frozen=True)
class Owed:
    """What is not paid of statements that were sent, in yuan, and how much of it is overdue."""

    total_yuan: Decimal
    overdue_yuan: Decimal


def sum_owed(found: QuerySet[Statement], today: date) -> Owed:
    """Return what is owed on these statements, the sum of their debts; one statement."""
    rows: Any = found.filter(state__in=OPEN_STATES).order_by()
    facts = rows.values_list("state", "due_date", "owed_yuan")
    owed = [(yuan, is_overdue(state, due, yuan, today)) for state, due, yuan in facts]
    return Owed(
        sum((yuan for yuan, _ in owed), Decimal(0)), sum((yuan for yuan, late in owed if late), Decimal(0))
    )


@dataclass
class Debt:
    """What a payer owes a unit, by how long ago it was asked for; `bands` are those of `get_age_band`."""

    payer: Any
    since: date
    bands: list[Decimal] = field(default_factory=lambda: [Decimal(0)] * BANDS)

    @property
    def owed_yuan(self) -> Decimal:
        """Return the sum of all ages."""
        return sum(self.bands, Decimal(0))


def get_debts(found: QuerySet[Statement], today: date) -> list[Debt]:
    """Return what is owed on these statements by each payer, the most first."""
    debts: dict[Payer, Debt] = {}
    for one in found.filter(state__in=OPEN_STATES).order_by("sent_at", "id"):
        assert one.sent_at is not None
        sent = one.sent_at.astimezone(CITY_TIME).date()
        payer = Payer(one.payer_organization_id, one.payer_person_id)
        debt = debts.setdefault(payer, Debt(one.payer_organization or one.payer_person, sent))
        debt.bands[get_age_band(sent, today)] += one.owed_yuan  # type: ignore[attr-defined]
    return sorted(debts.values(), key=lambda debt: -debt.owed_yuan)


def _received(viewer: "Viewer") -> Q:
    pays = Q(pk__in=[])
    for role in PAYING_ROLES:
        pays |= Q(payer_organization__in=standing(viewer).organization_ids(role))
    return (pays | Q(payer_person_id=viewer.pk)) & ~Q(state=StatementState.DRAFT)


def _with_sums(found: QuerySet[Statement]) -> QuerySet[Statement]:
    return found.select_related("organization", "payer_organization", "payer_person").annotate(
        paid_yuan=Coalesce(Subquery(_PAID, output_field=_MONEY), Decimal(0), output_field=_MONEY),
        owed_yuan=F("total_yuan") - F("paid_yuan"),
        payer_name=Coalesce("payer_organization__name_zh", "payer_person__name", output_field=CharField()),
        due_by=Coalesce("due_date", Value(date.max)),
    )


def unsettled_statements(person: "User") -> QuerySet[Statement]:
    """Return the statements in a person's own name that are not settled, with drafts, oldest first."""
    unsettled = Statement.objects.filter(payer_person=person).exclude(state=StatementState.SETTLED)
    return unsettled.select_related("organization").order_by("id")
