"""Statements that a viewer may see, what waits for them, and what is owed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules
from django.db.models import (
    Case,
    CharField,
    DateField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from bookings.requests.selectors.costs import is_charge_waived
from bookings.requests.selectors.scope import PAYING_ROLES
from bookings.statements.domain.billing import BANDS, Payer, get_age_band
from bookings.statements.domain.errors import NothingToSend
from bookings.statements.domain.states import (
    DUE_STATES,
    OPEN_STATES,
    NoteKind,
    StatementState,
    is_credit,
    is_overdue,
)
from bookings.statements.models import Statement, StatementLine, StatementNote, StatementPayment
from bookings.usage.models import UsageCorrection
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.selectors import standing
from instrument_share.accounts.selectors.organizations import SUSPENDED
from instrument_share.journal.selectors import entries
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from bookings.requests.models import Booking
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
_SUSPENDED_AT = (
    entries()
    .filter(
        subject_type="accounts.Organization",
        subject_id=OuterRef("payer_organization__public_id"),
        action=SUSPENDED,
    )
    .order_by("-id")
    .values("at")[:1]
)
_ANSWERED_SINCE = StatementNote.objects.filter(
    statement=OuterRef("pk"), kind=NoteKind.ANSWER, written_at__gte=OuterRef("suspended_at")
)


def statements(viewer: "Viewer") -> QuerySet[Statement]:
    """Return the viewer's statements, unordered, with `paid_yuan`, `owed_yuan`, `pay_by` and `begins_later`.

    Nothing is owed on a draft, and the unit owes what is below 0. `pay_by` is the last day on which they are
    paid in time; None for a draft, for one of which nothing is to be paid, and where the term `begins_later`:
    sent, or answered, to a payer that has been suspended since before, it can be opened by nobody there until
    the payer is reinstated. To sort them there are `payer_name` and `due_by`, that day or one far off.

    A unit's managers see all of theirs, payers those that were sent to them.
    """
    if viewer.is_anonymous:
        return Statement.objects.none()
    managed = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    return _with_sums(Statement.objects.filter(Q(organization__in=managed) | _received(viewer)))


def statements_of_units(viewer: "Viewer") -> QuerySet[Statement]:
    """Return the statements that the units which the viewer manages have drafted or sent."""
    managed = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    return _with_sums(Statement.objects.filter(organization__in=managed))


def statements_of_unit(viewer: "Viewer", organization_id: int) -> QuerySet[Statement]:
    """Return the statements that a unit has drafted or sent; the viewer manages it, or none are found."""
    return statements_of_units(viewer).filter(organization_id=organization_id)


def statements_received(viewer: "Viewer") -> QuerySet[Statement]:
    """Return the statements that the viewer pays, or an organization for which they answer."""
    return _with_sums(Statement.objects.filter(_received(viewer)))


def statements_to_pay(viewer: "Viewer") -> QuerySet[Statement]:
    """Return statements that wait for the viewer to confirm or pay them, the first due first.

    A credit waits to be confirmed; then the unit pays it back.
    """
    waiting = Q(state=StatementState.SENT) | Q(state=StatementState.CONFIRMED, owed_yuan__gt=0)
    return statements_received(viewer).filter(waiting).order_by("due_date", "id")


def statements_to_answer(viewer: "Viewer") -> QuerySet[Statement]:
    """Return statements of the viewer's units that their payers dispute, the oldest first.

    Without those that the viewer pays or answers for, which a colleague answers.
    """
    disputed = statements_of_units(viewer).filter(state=StatementState.DISPUTED)
    return disputed.exclude(_received(viewer)).order_by("sent_at", "id")


def statements_to_send(viewer: "Viewer") -> QuerySet[Statement]:
    """Return drafts of the viewer's units on which something stands, those of the oldest month first."""
    return drafts_to_send(statements_of_units(viewer)).order_by("month", "id")


def statements_to_pay_back(viewer: "Viewer") -> QuerySet[Statement]:
    """Return credits that the viewer's units still owe and their payers have confirmed, the oldest first.

    Without those to the viewer, or to whom they answer for, whose payment a colleague records.
    """
    credits_owed = filter_credits(statements_of_units(viewer))
    return credits_owed.exclude(_received(viewer)).order_by("confirmed_at", "id")


def filter_credits(found: QuerySet[Statement]) -> QuerySet[Statement]:
    """Return those on which the unit still owes what their payers have confirmed, as `is_credit` says."""
    return found.filter(state=StatementState.CONFIRMED, owed_yuan__lt=0)  # type: ignore[misc]


def get_statement(viewer: "Viewer", public_id: str) -> Statement:
    """Return a statement that the viewer may see. Raises NotFound."""
    return require_found(statements(viewer).filter(public_id=public_id).first())


def statement_lines(statement: Statement) -> QuerySet[StatementLine]:
    """Return the lines of a statement in their order; the caller may see it.

    `is_otherwise`: samples or way of service were corrected before it was sent, so that what is kept of the
    price explains the amount no more, also where that stayed as it was. `is_waived`: the unit has waived the
    charge.
    """
    corrected = UsageCorrection.objects.filter(
        Q(changes__has_key="samples") | Q(changes__has_key="service_mode"), log=OuterRef("log")
    )
    if statement.sent_at is None:
        corrected = corrected.filter(confirmation__isnull=False)
    else:
        corrected = corrected.filter(confirmation__entry__recorded_at__lte=statement.sent_at)
    return (
        StatementLine.objects.filter(statement=statement)
        .annotate(is_otherwise=Exists(corrected), is_waived=is_charge_waived("booking__public_id"))
        .select_related("log__instrument", "log__user", "booking__instrument", "booking__user")
        .select_related("corrects__statement", "correction")
        .order_by("position")
    )


def statement_notes(statement: Statement) -> QuerySet[StatementNote]:
    """Return what was questioned about a statement and answered, in order; the caller may see it."""
    return (
        StatementNote.objects.filter(statement=statement)
        .select_related("written_by")
        .order_by("written_at", "id")
    )


def drafts_to_send(found: QuerySet[Statement]) -> QuerySet[Statement]:
    """Return the drafts among these statements on which something stands.

    What is left of a draft whose charges were taken back is not sent; it keeps its number.
    """
    lines = StatementLine.objects.filter(statement=OuterRef("pk"))
    return found.filter(Exists(lines), state=StatementState.DRAFT)


def may_waive_charge(viewer: "User", booking: "Booking", _now: datetime) -> bool:
    """Return whether the viewer may waive what a missed or late-cancelled booking costs."""
    return can_be_waived(booking) and rules.has_perm("bookings.waive_charge", viewer, booking)


def can_be_waived(booking: "Booking") -> bool:
    """Return whether a booking has a charge to waive: of a billed one something is given back once only."""
    return bool(booking.charged_yuan) and not booking.statement_lines.filter(corrects__isnull=False).exists()


def require_lines(statement: Statement) -> None:
    """Raise NothingToSend where nothing stands on the statement."""
    if not statement.lines.exists():
        raise NothingToSend


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


def get_outstanding(statement: Statement) -> Decimal | None:
    """Return what is still owed of a statement that has its sums; None of a draft, which nobody owes yet."""
    return None if statement.state == StatementState.DRAFT else statement.owed_yuan  # type: ignore[attr-defined]


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
    """Filter statements, as `statements` has returned them, to those of which `is_overdue` is true."""
    late = found.filter(state__in=DUE_STATES, due_date__lt=today)
    return late.filter(pay_by__isnull=False, owed_yuan__gt=0)  # type: ignore[misc]


@dataclass(frozen=True)
class Owed:
    """What is not paid of statements that were sent, in yuan, and how much of it is overdue.

    `credit_yuan`, above 0, is what the unit itself still pays back of credits that were confirmed; it takes
    nothing off the debts of others.
    """

    total_yuan: Decimal
    overdue_yuan: Decimal
    credit_yuan: Decimal


def sum_owed(found: QuerySet[Statement], today: date) -> Owed:
    """Return what is owed on these statements, the sum of their debts and that of credits; one statement."""
    rows: Any = found.filter(state__in=OPEN_STATES).order_by()
    facts = rows.values_list("state", "pay_by", "owed_yuan")
    owed = [(yuan, is_overdue(state, last, yuan, today)) for state, last, yuan in facts]
    return Owed(
        sum((yuan for yuan, _ in owed if yuan > 0), Decimal(0)),
        sum((yuan for yuan, late in owed if late), Decimal(0)),
        sum((-yuan for state, _, yuan in facts if is_credit(state, yuan)), Decimal(0)),
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
    """Return what is owed on these statements by each payer, the most first; credits take nothing off."""
    debts: dict[Payer, Debt] = {}
    rows = found.filter(state__in=OPEN_STATES, owed_yuan__gt=0)  # type: ignore[misc]
    for one in rows.order_by("sent_at", "id"):
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


def with_last_suspension(found: QuerySet[Statement]) -> QuerySet[Statement]:
    """Return the statements with `is_sent_since`: whether sent, or answered, since their payer's suspension.

    That is the last one, whether the payer has been reinstated or not.
    """
    since = Q(sent_at__gte=F("suspended_at")) | Exists(_ANSWERED_SINCE)
    return found.annotate(suspended_at=Subquery(_SUSPENDED_AT)).annotate(
        is_sent_since=Case(When(since, then=True), default=False)
    )


def _with_sums(found: QuerySet[Statement]) -> QuerySet[Statement]:
    unread = Q(
        is_sent_since=True,
        state=StatementState.SENT,
        payer_organization__state=OrganizationState.SUSPENDED,
        total_yuan__gt=0,
    )
    found = found.select_related("organization", "payer_organization", "payer_person", "account")
    return with_last_suspension(found).annotate(
        paid_yuan=Coalesce(Subquery(_PAID, output_field=_MONEY), Decimal(0), output_field=_MONEY),
        owed_yuan=Case(
            When(state=StatementState.DRAFT, then=Value(Decimal(0))),
            default=F("total_yuan") - F("paid_yuan"),
            output_field=_MONEY,
        ),
        payer_name=Coalesce("payer_organization__name_zh", "payer_person__name", output_field=CharField()),
        begins_later=Case(When(unread, then=True), default=False),
        pay_by=Case(
            When(Q(begins_later=True) | Q(total_yuan__lte=0), then=None),
            default=F("due_date"),
            output_field=DateField(),
        ),
        due_by=Coalesce("pay_by", Value(date.max)),
    )


def unsettled_statements(person: "User") -> QuerySet[Statement]:
    """Return the statements in a person's own name that are not settled, drafts to send too, by age."""
    theirs = Statement.objects.filter(payer_person=person)
    unsettled = theirs.filter(state__in=OPEN_STATES) | drafts_to_send(theirs)
    return unsettled.select_related("organization").order_by("id")
