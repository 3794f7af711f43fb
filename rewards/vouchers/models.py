"""Voucher schemes, applications, grants, claims, payout lists and payouts."""

from functools import partial
from typing import Any

from django.db import models
from django.db.models import F, Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id
from rewards.vouchers.domain.choices import STORED_STATES, ApplicationState, ClaimState, Issuer
from rewards.vouchers.domain.terms import Terms

_IN_FORCE = ~Q(state=ClaimState.REFUSED.value)


def _public_id(prefix: str) -> Any:
    return models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, prefix)
    )


def _money(**options: Any) -> Any:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


def _person(**options: Any) -> Any:
    return models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", **options)


class VoucherScheme(models.Model):
    """科技创新券方案: one batch of a scheme with its terms as data. Append-only."""

    public_id = _public_id("VSC")
    code = models.CharField(max_length=30, help_text="of the scheme; its batches share it and the year’s cap")
    batch = models.PositiveSmallIntegerField()
    issuer = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Issuer])
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField(help_text="of organizations that may apply")
    sizes = models.JSONField(help_text="size classes of organizations that may apply")
    facts = models.JSONField(help_text="what applicants state and prove: zh, en")
    share_percent = models.DecimalField(max_digits=5, decimal_places=2)
    cap_yuan = _money(help_text="for an organization and year")
    budget_yuan = _money(help_text="of the batch")
    apply_from = models.DateField()
    apply_until = models.DateField()
    use_from = models.DateField()
    use_until = models.DateField(help_text="the last day of uses that the vouchers pay")
    claim_until = models.DateField(null=True, help_text="the last day of claims; null: the last day of uses")
    opened_at = models.DateTimeField()
    opened_by = _person()

    class Meta:
        constraints = [
            known_code("issuer", Issuer, "voucher_scheme_issuer_known"),
            models.UniqueConstraint(fields=["code", "batch"], name="voucher_batch_once"),
            models.CheckConstraint(
                condition=Q(cap_yuan__gt=0, budget_yuan__gte=F("cap_yuan")), name="voucher_cap_in_budget"
            ),
            models.CheckConstraint(
                condition=Q(share_percent__gt=0, share_percent__lte=100), name="voucher_share_of_cost"
            ),
            models.CheckConstraint(
                condition=Q(apply_until__gte=F("apply_from"), use_until__gte=F("use_from")),
                name="voucher_periods_in_order",
            ),
            models.CheckConstraint(
                condition=Q(claim_until__gte=F("use_until")), name="voucher_claimed_after_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}-{self.batch}"

    @property
    def terms(self) -> Terms:
        """The terms, as the rules take them."""
        names = ("kinds", "sizes", "share_percent", "cap_yuan", "budget_yuan")
        days = ("apply_from", "apply_until", "use_from", "use_until")
        taken = {name: getattr(self, name) for name in (*names, *days)}
        return Terms(**taken, claim_until=self.claim_until or self.use_until)


class VoucherApplication(models.Model):
    """科技创新券申请: an organization asks for a voucher; what it states stays, the bureau decides once."""

    public_id = _public_id("VAP")
    scheme = models.ForeignKey(VoucherScheme, on_delete=models.PROTECT, related_name="applications")
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    amount_yuan = _money(help_text="applied for")
    stated = models.JSONField(help_text="the facts of the scheme with the applicant’s word: zh, en, stated")
    submitted_at = models.DateTimeField()
    submitted_by = _person()
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in ApplicationState],
        default=ApplicationState.SUBMITTED.value,
    )
    reason = models.CharField(max_length=500, blank=True, help_text="why it was refused")
    decided_at = models.DateTimeField(null=True)
    decided_by = _person(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "organization"],
                condition=~Q(state=ApplicationState.REFUSED.value),
                name="voucher_applied_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.REFUSED.value) | ~Q(reason=""),
                name="voucher_application_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.SUBMITTED.value)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="voucher_application_decided_by_somebody",
            ),
            known_code("state", ApplicationState, "voucher_application_state_known"),
            models.CheckConstraint(condition=Q(amount_yuan__gt=0), name="voucher_application_positive"),
        ]

    def __str__(self) -> str:
        return self.public_id


class VoucherGrant(models.Model):
    """科技创新券: what an organization was granted. Append-only; its balance follows from claims."""

    public_id = _public_id("VGR")
    application = models.OneToOneField(VoucherApplication, on_delete=models.PROTECT, related_name="grant")
    scheme = models.ForeignKey(VoucherScheme, on_delete=models.PROTECT, related_name="grants")
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    amount_yuan = _money()
    granted_at = models.DateTimeField()
    granted_by = _person()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_yuan__gt=0), name="voucher_grant_positive")]

    def __str__(self) -> str:
        return self.public_id


class VoucherClaim(models.Model):
    """兑付申请: a share of a confirmed statement is claimed on a voucher; what it claims stays.

    One person checks it, another audits it; either may refuse it, and then it holds nothing any more.
    """

    public_id = _public_id("VCL")
    grant = models.ForeignKey(VoucherGrant, on_delete=models.PROTECT, related_name="claims")
    statement = models.ForeignKey("bookings.Statement", on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+", help_text="who wrote the invoice"
    )
    year = models.PositiveSmallIntegerField(help_text="of the statement, for the cap")
    basis_yuan = _money(help_text="what the uses cost")
    amount_yuan = _money()
    invoice_number = models.CharField(max_length=60, help_text="without blanks, in capitals")
    invoice_date = models.DateField()
    submitted_at = models.DateTimeField()
    submitted_by = _person()
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in STORED_STATES],
        default=ClaimState.SUBMITTED.value,
    )
    checked_at = models.DateTimeField(null=True)
    checked_by = _person(null=True)
    audited_at = models.DateTimeField(null=True)
    audited_by = _person(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_by = _person(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text="why it was refused")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "invoice_number"], condition=_IN_FORCE, name="voucher_invoice_once"
            ),
            models.UniqueConstraint(fields=["statement"], condition=_IN_FORCE, name="voucher_statement_once"),
            models.CheckConstraint(
                condition=Q(amount_yuan__gt=0, basis_yuan__gte=F("amount_yuan")), name="voucher_claim_amount"
            ),
            models.CheckConstraint(
                condition=Q(audited_by__isnull=True) | ~Q(audited_by=F("checked_by")),
                name="voucher_audited_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.AUDITED.value)
                | Q(checked_by__isnull=False, audited_by__isnull=False),
                name="voucher_audited_by_two",
            ),
            models.CheckConstraint(
                condition=_IN_FORCE | ~Q(reason=""), name="voucher_claim_refused_with_reason"
            ),
            known_code("state", STORED_STATES, "voucher_claim_state_known"),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="voucher_claim_waits")]

    def __str__(self) -> str:
        return self.public_id


class VoucherUse(models.Model):
    """A use that a claim covers; while the claim is in force, no other claim on any voucher covers it."""

    claim = models.ForeignKey(VoucherClaim, on_delete=models.PROTECT, related_name="uses")
    log = models.ForeignKey("bookings.UsageLog", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    effective_seconds = models.PositiveIntegerField()
    billed_yuan = models.DecimalField(max_digits=12, decimal_places=2)
    released_at = models.DateTimeField(null=True, help_text="when the claim was refused")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["log"], condition=Q(released_at__isnull=True), name="voucher_use_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="voucher_use_not_empty"),
            models.CheckConstraint(condition=Q(billed_yuan__gte=0), name="voucher_use_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.log_id}"


class VoucherFile(models.Model):
    """证明材料: a private file of an application or a claim, named by its content. Append-only."""

    application = models.ForeignKey(
        VoucherApplication, on_delete=models.PROTECT, null=True, related_name="files"
    )
    claim = models.ForeignKey(VoucherClaim, on_delete=models.PROTECT, null=True, related_name="files")
    file = models.FileField(upload_to="vouchers/")
    name = models.CharField(max_length=200, help_text="as the file was called by who sent it")
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=True, claim__isnull=False)
                | Q(application__isnull=False, claim__isnull=True),
                name="voucher_file_of_one",
            ),
            models.UniqueConstraint(fields=["application", "sha256"], name="voucher_application_file_once"),
            models.UniqueConstraint(fields=["claim", "sha256"], name="voucher_claim_file_once"),
        ]

    def __str__(self) -> str:
        return self.name


class VoucherPayoutList(models.Model):
    """兑付清单: audited claims of a batch that Finance is asked to pay. Append-only."""

    public_id = _public_id("VPL")
    scheme = models.ForeignKey(VoucherScheme, on_delete=models.PROTECT, related_name="payout_lists")
    number = models.PositiveSmallIntegerField(help_text="1 for the first of the batch, then 2, …")
    total_yuan = _money()
    made_at = models.DateTimeField()
    made_by = _person()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "number"], name="voucher_list_number_once")]

    def __str__(self) -> str:
        return self.public_id


class VoucherPayoutRow(models.Model):
    """A claim on a payout list; a claim stands on one list. Append-only."""

    payout_list = models.ForeignKey(VoucherPayoutList, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    claim = models.OneToOneField(VoucherClaim, on_delete=models.PROTECT, related_name="row")
    amount_yuan = _money()
    names = models.JSONField(
        null=True,
        help_text="as the signed paper prints them; null: of an earlier version",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout_list", "position"], name="voucher_row_position_once"),
            models.CheckConstraint(condition=Q(amount_yuan__gt=0), name="voucher_row_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.payout_list_id} {self.position}"


class VoucherPayout(models.Model):
    """兑付: a claim was paid, with the bank's reference and the account. Append-only."""

    public_id = _public_id("VPY")
    row = models.ForeignKey(VoucherPayoutRow, on_delete=models.PROTECT, related_name="payouts")
    number = models.PositiveSmallIntegerField(
        default=1, help_text="1 for the first, 2 for one after a reversal"
    )
    amount_yuan = _money()
    paid_date = models.DateField()
    bank_reference = models.CharField(max_length=60, unique=True)
    payee_account = models.ForeignKey("rewards.PayeeAccount", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = _person()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_yuan__gt=0), name="voucher_payout_positive"),
            models.UniqueConstraint(fields=["row", "number"], name="voucher_payout_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.amount_yuan}"


class VoucherReversal(models.Model):
    """退回: the whole amount of a payout came back; the claim is to be paid again. Append-only."""

    payout = models.OneToOneField(VoucherPayout, on_delete=models.PROTECT, related_name="reversal")
    reversed_date = models.DateField()
    bank_reference = models.CharField(max_length=60, unique=True)
    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by = _person()

    def __str__(self) -> str:
        return f"{self.payout_id} {self.reversed_date}"
