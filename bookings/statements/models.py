"""Statements, their lines, what was said about them, and the payments of them."""

from functools import partial
from typing import Any

from django.db import models
from django.db.models import F, Q

from bookings.statements.domain.states import NoteKind, StatementState
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id

_NOT_SENT = Q(state=StatementState.DRAFT.value)
_OF_ORGANIZATION = Q(payer_organization__isnull=False, payer_person__isnull=True)
_OF_PERSON = Q(payer_organization__isnull=True, payer_person__isnull=False)
_OF_BOOKING = Q(log__isnull=True, booking__isnull=False)


class StatementAccount(models.Model):
    """结算收款账户: to which a unit's statements are paid; the newest counts. Append-only."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "SAC")
    )
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=100)
    bank = models.CharField(max_length=100)
    number = models.CharField(max_length=32, help_text="digits")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.holder} {self.bank} {self.number}"


class Statement(models.Model):
    """结算单: what a payer, an organization or a person, owes a unit for a month.

    A draft gets lines; once it is sent its lines and its total stay as they are, by the database too.
    `number` counts a unit's statements of a year without gaps.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "STM")
    )
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    payer_organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="+"
    )
    payer_person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    month = models.DateField(help_text="its first day")
    year = models.PositiveSmallIntegerField(help_text="of the month")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in StatementState],
        default=StatementState.DRAFT.value,
    )
    total_yuan = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, help_text="below 0 where corrections give back more"
    )
    drafted_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        StatementAccount,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the unit's when it was sent; null: a draft, or the unit had entered none",
    )
    due_date = models.DateField(null=True, help_text="the last day on which it is paid in time")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True, help_text="when its payer was last told that it is overdue")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_OF_ORGANIZATION | _OF_PERSON, name="statement_one_payer"),
            models.CheckConstraint(
                condition=Q(month__day=1) & Q(year=models.F("month__year")), name="statement_of_a_month"
            ),
            models.CheckConstraint(
                condition=(_NOT_SENT & Q(sent_at__isnull=True))
                | (~_NOT_SENT & Q(sent_at__isnull=False, due_date__isnull=False)),
                name="statement_sent_or_draft",
            ),
            known_code("state", StatementState, "statement_state_known"),
            models.UniqueConstraint(fields=["organization", "year", "number"], name="statement_number_once"),
            models.UniqueConstraint(
                fields=["organization", "month", "payer_organization"],
                condition=_OF_ORGANIZATION,
                name="statement_of_organization_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "month", "payer_person"],
                condition=_OF_PERSON,
                name="statement_of_person_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_date"], name="statement_due")]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:04d}"


class StatementLine(models.Model):
    """A use with its amount at the time, the difference that a later correction makes, or a booking's charge.

    Append-only. Instrument, user and the steps of the price are the log's, which never changes either. The
    charge, for a late cancellation or a no-show, is the booking's; it never rises once it is billed. One that
    is taken back, waived or lowered after that has a line that names the charge's, and gives the rest back.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    log = models.ForeignKey(
        "bookings.UsageLog", on_delete=models.PROTECT, null=True, related_name="statement_lines"
    )
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="statement_lines"
    )
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    correction = models.OneToOneField(
        "bookings.UsageCorrection", on_delete=models.PROTECT, null=True, related_name="statement_line"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    effective_seconds = models.PositiveIntegerField(help_text="of the use as it counted then")
    amount_yuan = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="statement_position_once"),
            models.UniqueConstraint(
                fields=["log"], condition=Q(corrects__isnull=True), name="statement_log_once"
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(corrects__isnull=True), name="statement_charge_once"
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(corrects__isnull=False), name="statement_credit_once"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction__isnull=True)
                | Q(corrects__isnull=False, correction__isnull=False, log__isnull=False)
                | Q(_OF_BOOKING, corrects__isnull=False, correction__isnull=True, amount_yuan__lt=0),
                name="statement_line_kind",
            ),
            models.CheckConstraint(
                condition=Q(log__isnull=False, booking__isnull=True) | _OF_BOOKING,
                name="statement_line_of_log_or_booking",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="statement_line_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.position}"

    @property
    def source(self) -> Any:
        """Return the log or the booking that the line bills; both know instrument and user."""
        return self.log or self.booking


class StatementNote(models.Model):
    """What its payer disputes about a statement, and what the unit answers. Append-only."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in NoteKind])
    text = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [known_code("kind", NoteKind, "statement_note_kind_known")]

    def __str__(self) -> str:
        return self.text


class StatementPayment(models.Model):
    """到账: a payment of a statement or a part of it, by transfer. Append-only."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "STP")
    )
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="payments")
    amount_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    paid_date = models.DateField()
    voucher = models.CharField(max_length=60, help_text="the bank’s number of the transfer")
    invoice_number = models.CharField(max_length=60)
    invoice_date = models.DateField()
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="replacement",
        help_text="the reversed payment with the same voucher, where that was entered again",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_yuan=0), name="statement_payment_not_zero"),
            models.UniqueConstraint(
                fields=["statement", "voucher"],
                condition=Q(replaces__isnull=True),
                name="statement_voucher_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class StatementReversal(models.Model):
    """冲销: a payment that was recorded by mistake does not count; both stay. Append-only."""

    payment = models.OneToOneField(StatementPayment, on_delete=models.PROTECT, related_name="reversal")
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.reason
