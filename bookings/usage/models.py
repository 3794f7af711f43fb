"""Append-only usage entries (logs, corrections …), what is said of them, and uses cited by cases."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from bookings.requests.domain.choices import Direction
from bookings.usage.domain.choices import Capture, EntryKind, Rating, ResultKind, UsagePurpose
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id


class CaseUse(models.Model):
    """A use cited by an open-service case. The case is public, the booking is not."""

    case = models.ForeignKey("providers.ServiceCase", on_delete=models.CASCADE, related_name="uses")
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="cases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "booking"], name="case_use_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.booking_id}"


class UsageEntry(models.Model):
    """A link of an instrument's chain: a log, correction, confirmation or withdrawal. Append-only.

    `number` is assigned under the instrument's lock, without gaps. `hash` covers the number, the kind, the
    previous hash and the canonical form of the recorded row (`bookings.usage.domain.chain`).
    """

    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, related_name="usage_entries"
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in EntryKind])
    form = models.PositiveSmallIntegerField(default=1, help_text="version of the canonical form")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="null: the clock confirmed it",
    )

    class Meta:
        constraints = [
            known_code("kind", EntryKind, "usage_entry_kind_known"),
            models.UniqueConstraint(fields=["instrument", "number"], name="usage_entry_number_once"),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(kind=EntryKind.CONFIRMATION.value),
                name="usage_entry_by_a_person_or_confirmed_by_the_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} #{self.number}"


class UsageLog(models.Model):
    """上机记录: a use, with the facts of that moment frozen. Append-only.

    Times are whole seconds. Effective time is set-up + measuring + post-processing, without idle time.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "LOG")
    )
    entry = models.OneToOneField(UsageEntry, on_delete=models.PROTECT, related_name="log")
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, related_name="usage_logs"
    )
    booking = models.OneToOneField(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="usage_log"
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="usage_logs")
    operator = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    payer_organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="usage_paid"
    )
    payer_person = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="usage_paid"
    )
    # The user's side at that moment; later changes to an organization change no past log.
    user_kind = models.CharField(max_length=10)
    user_organization_kind = models.CharField(max_length=20, blank=True)
    user_size_class = models.CharField(max_length=10)
    in_region = models.BooleanField()
    external = models.BooleanField()
    related = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    setup_seconds = models.PositiveIntegerField(default=0)
    measuring_seconds = models.PositiveIntegerField()
    post_seconds = models.PositiveIntegerField(default=0)
    idle_seconds = models.PositiveIntegerField(default=0)
    effective_seconds = models.PositiveIntegerField()
    service_mode = models.CharField(max_length=15)
    direction = models.CharField(max_length=12, choices=[(d.value, d.value) for d in Direction])
    purpose = models.CharField(
        max_length=20, choices=[(p.value, p.value) for p in UsagePurpose], default=UsagePurpose.SERVICE.value
    )
    content = models.CharField(max_length=200, help_text="what was done")
    project = models.CharField(max_length=200, blank=True)
    funding_sources = models.JSONField(default=list)
    samples = models.PositiveIntegerField(default=0)
    results = models.CharField(max_length=500, blank=True)
    amount_yuan = models.DecimalField(max_digits=12, decimal_places=2)
    price = models.JSONField(default=list, help_text="the lines from which the amount comes")
    capture = models.CharField(max_length=10, choices=[(c.value, c.value) for c in Capture])

    class Meta:
        constraints = [
            known_code("capture", Capture, "usage_log_capture_known"),
            known_code("purpose", UsagePurpose, "usage_log_purpose_known"),
            known_code("direction", Direction, "usage_log_direction_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="usage_not_empty"),
            models.CheckConstraint(
                condition=Q(
                    effective_seconds=F("setup_seconds") + F("measuring_seconds") + F("post_seconds")
                ),
                name="usage_effective_is_the_sum",
            ),
            models.CheckConstraint(
                condition=Q(payer_organization__isnull=False, payer_person__isnull=True)
                | Q(payer_organization__isnull=True, payer_person__isnull=False),
                name="usage_one_payer",
            ),
            models.CheckConstraint(condition=Q(amount_yuan__gte=0), name="usage_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["instrument", "starts_at"], name="usage_by_instrument"),
            models.Index(fields=["starts_at", "instrument"], name="usage_by_time"),
            models.Index(fields=["user", "starts_at"], name="usage_by_user"),
            models.Index(fields=["payer_organization", "starts_at"], name="usage_by_payer"),
        ]

    def __str__(self) -> str:
        return self.public_id


class UsageOverlap(models.Model):
    """A use entered by hand although it overlaps uses recorded before; the common time counts for those.

    Append-only, like the log. `taken` holds their times as they counted when it was recorded.
    """

    log = models.OneToOneField(UsageLog, on_delete=models.PROTECT, related_name="overlap", primary_key=True)
    taken = models.JSONField(help_text="public id of a log → its time, as `Interval.to_text` writes it")
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return str(self.log_id)


class UsageSheetRow(models.Model):
    """Where an imported log comes from: the file, by its SHA-256, and the row. Append-only."""

    log = models.OneToOneField(UsageLog, on_delete=models.PROTECT, related_name="sheet_row", primary_key=True)
    sha256 = models.CharField(max_length=64, help_text="of the file, in hexadecimal")
    row = models.PositiveIntegerField(help_text="in the sheet, from 1")

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.row}"


class UsageCorrection(models.Model):
    """更正: new values of a log and the reason. Counts once a second person confirms it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "COR")
    )
    entry = models.OneToOneField(UsageEntry, on_delete=models.PROTECT, related_name="correction")
    log = models.ForeignKey(UsageLog, on_delete=models.PROTECT, related_name="corrections")
    changes = models.JSONField(help_text="field → new value; only fields that `domain.chain` allows")
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.public_id


class UsageConfirmation(models.Model):
    """确认: a second person confirms a log or a correction, or the clock a log that nobody questioned."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CNF")
    )
    entry = models.OneToOneField(UsageEntry, on_delete=models.PROTECT, related_name="confirmation")
    log = models.ForeignKey(UsageLog, on_delete=models.PROTECT, related_name="confirmations")
    correction = models.OneToOneField(
        UsageCorrection, on_delete=models.PROTECT, null=True, related_name="confirmation"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["log"], condition=Q(correction__isnull=True), name="usage_confirmed_once"
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class UsageWithdrawal(models.Model):
    """撤回: whoever asked for a correction takes it back before it is confirmed."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "WDR")
    )
    entry = models.OneToOneField(UsageEntry, on_delete=models.PROTECT, related_name="withdrawal")
    log = models.ForeignKey(UsageLog, on_delete=models.PROTECT, related_name="withdrawals")
    correction = models.OneToOneField(UsageCorrection, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.public_id


class UsageResult(models.Model):
    """成果: a paper, patent, standard or product that came from a use; added afterwards. Append-only."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "RES")
    )
    log = models.ForeignKey(UsageLog, on_delete=models.PROTECT, related_name="stated_results")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in ResultKind])
    title = models.CharField(max_length=200)
    identifier = models.CharField(max_length=100, blank=True, help_text="DOI, or number; as `domain.results`")
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [known_code("kind", ResultKind, "usage_result_kind_known")]
        indexes = [models.Index(fields=["log", "kind"], name="usage_result_by_log")]

    def __str__(self) -> str:
        return self.public_id


class UsageResultWithdrawal(models.Model):
    """A result that was stated wrongly; it stays, and no longer counts. Append-only."""

    result = models.OneToOneField(
        UsageResult, on_delete=models.PROTECT, related_name="withdrawal", primary_key=True
    )
    reason = models.CharField(max_length=500)
    withdrawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.result_id)


class UsageDispute(models.Model):
    """机时异议: the user disagrees with recorded hours, and the unit answers.

    Where the user is right the log is corrected as always. A log has one open dispute at most.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "DSP")
    )
    log = models.ForeignKey(UsageLog, on_delete=models.PROTECT, related_name="disputes")
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    answer_by = models.DateTimeField(help_text="until when the unit is to answer")
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["log"], condition=Q(answered_at__isnull=True), name="usage_dispute_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | (Q(answered_by__isnull=False) & ~Q(answer="")),
                name="usage_dispute_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class UsageDay(models.Model):
    """Projection: the sums of a unit's logs by the day on which they start, with confirmed corrections.

    Written by what writes logs and confirms corrections, in its transaction, and made again by a command.
    Only figures for everybody are read from it: assessments read the logs. The day is the city's.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    internal_seconds = models.BigIntegerField(help_text="effective seconds")
    external_seconds = models.BigIntegerField(help_text="effective seconds")
    amount_fen = models.BigIntegerField(help_text="in 0.01 yuan, so that sums stay exact")
    uses = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="usage_day_once")]
        indexes = [
            models.Index(
                fields=["day"],
                include=["organization", "internal_seconds", "external_seconds"],
                name="usage_day_by_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}"


class ServedDay(models.Model):
    """Projection: how often a unit served an outside organization on a day; beside `UsageDay`, kept alike."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    payer = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    uses = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer", "day", "organization"], name="served_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.payer_id} {self.day}"


class WaitingLog(models.Model):
    """Projection: a log that waits to be confirmed, or of which a correction does; beside `UsageDay`.

    Logs never change, so that no index of theirs can hold only those that wait.
    """

    log = models.OneToOneField(UsageLog, on_delete=models.CASCADE, related_name="waiting", primary_key=True)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.log_id)


class Review(models.Model):
    """评价: the user's rating of a use."""

    log = models.OneToOneField(UsageLog, on_delete=models.PROTECT, related_name="review")
    rating = models.CharField(max_length=15, choices=[(r.value, r.value) for r in Rating])
    comment = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    reply = models.CharField(max_length=500, blank=True, help_text="of the unit, public as the comment is")
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [known_code("rating", Rating, "review_rating_known")]

    def __str__(self) -> str:
        return self.rating
