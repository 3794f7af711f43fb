"""Bookings, groups of bookings, credit events with their appeals, the projection of next free times."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from bookings.requests.domain.choices import BookingGroupKind, CreditKind, CreditOutcome
from bookings.requests.domain.states import HOLDING_STATES, BookingState
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id


class BookingGroup(models.Model):
    """预约组: bookings made together: a request with its linked instruments, a series or a basket."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "GRP")
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="booking_groups")
    kind = models.CharField(
        max_length=10,
        choices=[(k.value, k.value) for k in BookingGroupKind],
        default=BookingGroupKind.SINGLE.value,
        db_default=BookingGroupKind.SINGLE.value,
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [known_code("kind", BookingGroupKind, "booking_group_kind_known")]

    def __str__(self) -> str:
        return self.public_id


class Booking(models.Model):
    """预约: a person's claim to an instrument for `[starts_at, ends_at)`, holding it until `held_until`.

    No two bookings that hold time overlap on one instrument: the database refuses it (see `guards`).
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "BKG")
    )
    group = models.ForeignKey(BookingGroup, on_delete=models.PROTECT, related_name="bookings")
    part = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        help_text="which request of the group; those of one are moved and ended together",
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="bookings")
    rule = models.ForeignKey("providers.OpenServiceRule", on_delete=models.PROTECT, related_name="bookings")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="bookings")
    payer_organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="bookings_paid"
    )
    payer_person = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="bookings_paid"
    )
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in BookingState])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_until = models.DateTimeField(help_text="the end plus the rule's turnaround")
    user_kind = models.CharField(max_length=10)
    service_mode = models.CharField(max_length=15)
    subject = models.CharField(max_length=200, help_text="what is to be measured")
    project = models.CharField(max_length=200, blank=True)
    organization_project = models.ForeignKey(
        "bookings.Project",
        on_delete=models.PROTECT,
        null=True,
        related_name="bookings",
        help_text="`project` is its name when the booking was made",
    )
    direction = models.CharField(max_length=12, default="research")
    samples = models.PositiveIntegerField(default=0)
    quote = models.JSONField(help_text="the lines of the price, frozen")
    quoted_yuan = models.DecimalField(max_digits=12, decimal_places=2)
    charged_yuan = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, help_text="what a late cancel or a no-show costs"
    )
    requested_at = models.DateTimeField()
    decide_by = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decision_note = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, help_text="when it was cancelled, rejected or lapsed")
    late_cancel = models.BooleanField(default=False)
    checked_in_at = models.DateTimeField(null=True)
    checked_out_at = models.DateTimeField(null=True)
    moved_by_unit_at = models.DateTimeField(
        null=True, help_text="when a decision of the unit moved it, until its user agrees or moves it"
    )
    planned_by_unit = models.BooleanField(
        default=False, help_text="for samples at an agreed price, which stays; its user need not come"
    )
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change; the ETag")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(held_until__gte=F("ends_at")),
                name="booking_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(payer_organization__isnull=False, payer_person__isnull=True)
                | Q(payer_organization__isnull=True, payer_person__isnull=False),
                name="booking_one_payer",
            ),
            models.CheckConstraint(condition=Q(quoted_yuan__gte=0), name="booking_quote_not_negative"),
            models.CheckConstraint(condition=Q(charged_yuan__gte=0), name="booking_charge_not_negative"),
            # A state that no rule knows would hold no time, and so overlap another.
            known_code("state", BookingState, "booking_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["instrument", "starts_at", "held_until"],
                condition=Q(state__in=sorted(HOLDING_STATES)),
                name="booking_holding",
            ),
            models.Index(fields=["instrument", "starts_at"], name="booking_by_instrument"),
            models.Index(fields=["user", "starts_at"], name="booking_by_user"),
            models.Index(fields=["payer_organization", "starts_at"], name="booking_by_payer"),
            models.Index(fields=["organization_project", "starts_at"], name="booking_by_project"),
            models.Index(fields=["instrument"], condition=Q(charged_yuan__gt=0), name="booking_charged"),
            models.Index(
                fields=["state", "decide_by"], condition=Q(state="requested"), name="booking_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class NextFree(models.Model):
    """Projection of when an instrument is next free, refreshed by changes of held time and by a job."""

    instrument = models.OneToOneField(
        "providers.Instrument", on_delete=models.CASCADE, related_name="next_free"
    )
    at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    book_by = models.DateTimeField(null=True, help_text="until when `at` may be booked")
    days = models.TextField(
        default="", blank=True, help_text="the days with a bookable start, as 2026-03-05 2026-03-06"
    )
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at", "instrument"], name="next_free_by_time")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.at}"


class CreditEvent(models.Model):
    """信用记录: a no-show, a late cancel or misuse, and when it stops counting. Append-only.

    The clock makes the first two; a person records misuse, with a reason.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CRE")
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="credit_events")
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="credit_events"
    )
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in CreditKind])
    occurred_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="what was done against the rules"
    )
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            known_code("kind", CreditKind, "credit_event_kind_known"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("occurred_at")), name="credit_times_in_order"),
            models.CheckConstraint(
                condition=~Q(kind=CreditKind.MISUSE.value) | Q(recorded_by__isnull=False) & ~Q(reason=""),
                name="credit_misuse_with_reason",
            ),
            models.UniqueConstraint(fields=["booking", "kind"], name="credit_event_once"),
        ]
        indexes = [models.Index(fields=["user", "ends_at"], name="credit_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class CreditAppeal(models.Model):
    """申诉: a person's objection to an event on their credit, once for each; never removed."""

    event = models.OneToOneField(CreditEvent, on_delete=models.PROTECT, related_name="appeal")
    reason = models.CharField(max_length=500)
    appealed_at = models.DateTimeField()
    answer_date = models.DateField(help_text="the last day on which the unit may answer")
    passed_on_at = models.DateTimeField(
        null=True, help_text="since when the bureau answers, because the unit has not"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["answer_date"], condition=Q(passed_on_at__isnull=True), name="credit_appeal_by_date"
            )
        ]

    def __str__(self) -> str:
        return str(self.event)


class CreditAnswer(models.Model):
    """The answer to an appeal: the event is upheld, or lifted and counts no longer. Append-only."""

    appeal = models.OneToOneField(CreditAppeal, on_delete=models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=6, choices=[(one.value, one.value) for one in CreditOutcome])
    reason = models.CharField(max_length=500)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [known_code("outcome", CreditOutcome, "credit_answer_outcome_known")]

    def __str__(self) -> str:
        return f"{self.appeal} {self.outcome}"
