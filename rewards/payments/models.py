"""Receiving accounts, payments, their reversals, and batches of payments."""

import hashlib
from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.kernel.public_id import new_public_id


class PayeeAccount(models.Model):
    """收款账户: where a unit wants its awards; the newest counts once a second person has checked it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "ACC")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="payee_accounts"
    )
    holder = models.CharField(max_length=100)
    bank = models.CharField(max_length=100)
    number = models.CharField(max_length=32, help_text="digits")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=models.F("entered_by")),
                name="account_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True) | Q(checked_by__isnull=False),
                name="account_checked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.bank} {self.number}"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of holder, bank and number, by which the journal knows them without naming them."""
        return hashlib.sha256("\n".join((self.holder, self.bank, self.number)).encode()).hexdigest()

    def is_same_as(self, other: "PayeeAccount") -> bool:
        """Return whether holder, bank and number are those of the other, as where they were entered again."""
        return self.fingerprint == other.fingerprint


class Payment(models.Model):
    """拨付: a payment of a whole award, with its date, voucher and account."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "PAY")
    )
    report = models.ForeignKey("rewards.FinanceReport", on_delete=models.PROTECT, related_name="payments")
    award = models.ForeignKey("rewards.Award", on_delete=models.PROTECT, related_name="payments")
    number = models.PositiveSmallIntegerField(
        default=1, help_text="1 for the first payment of the award, 2 for one after a reversal, …"
    )
    amount_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    paid_date = models.DateField()
    voucher = models.CharField(
        max_length=60, blank=True, help_text="empty only for payments from before vouchers were kept"
    )
    account = models.CharField(max_length=60, help_text="the number that received it, last four digits shown")
    payee_account = models.ForeignKey(
        PayeeAccount,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="null only for payments from before accounts were kept",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_yuan__gt=0), name="payment_positive"),
            models.UniqueConstraint(fields=["award", "number"], name="payment_number_once"),
            models.UniqueConstraint(
                fields=["voucher"], condition=~Q(voucher=""), name="payment_voucher_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.amount_yuan}"


class Reversal(models.Model):
    """退回: the whole amount of a payment that came back; the award is to be paid again."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "REV")
    )
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="reversal")
    reversed_date = models.DateField()
    voucher = models.CharField(max_length=60, unique=True)
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.public_id} {self.payment_id}"


class PaymentBatch(models.Model):
    """拨付批次: awards that are given to the bank together."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "BAT")
    )
    report = models.ForeignKey("rewards.FinanceReport", on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveSmallIntegerField(help_text="1 for the first of the report, then 2, …")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="batch_number_once")]

    def __str__(self) -> str:
        return self.public_id


class BatchRow(models.Model):
    """One award in a batch: it waits, was paid, or failed for a reason; an outcome is final."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    award = models.ForeignKey("rewards.Award", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="+")
    amount_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="batch_row")
    failed_at = models.DateTimeField(null=True)
    failed_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="batch_position_once"),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(payment__isnull=True, failed_at__isnull=True),
                name="batch_award_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=True) | Q(failed_at__isnull=True), name="batch_row_one_outcome"
            ),
            models.CheckConstraint(condition=Q(amount_yuan__gt=0), name="batch_row_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position}"

    @property
    def is_waiting(self) -> bool:
        """Whether the bank has not answered yet."""
        return self.payment_id is None and self.failed_at is None
