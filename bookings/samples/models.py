"""Sample orders, their samples and files."""

from datetime import UTC
from functools import partial

from django.db import models
from django.db.models import Q

from bookings.samples.domain.choices import Afterwards, SampleFileKind, SampleStorage
from bookings.samples.domain.states import OPEN_STATES, SampleOrderState
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id


class SampleOrder(models.Model):
    """送样委托: samples that a person hands in for the unit to measure, at a price agreed before.

    It has no time on the instrument until the keeper plans one: a booking of this user, which holds time and
    ends in a usage log as others do. How far the measuring is follows from that booking's state.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "SMP")
    )
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, related_name="sample_orders"
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="sample_orders")
    payer_organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="+"
    )
    payer_person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    user_kind = models.CharField(max_length=10)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in SampleOrderState],
        default=SampleOrderState.SUBMITTED.value,
    )
    due_at = models.DateTimeField(null=True, help_text="until when the next step is due")
    subject = models.CharField(max_length=200, help_text="what is to be measured")
    project = models.CharField(max_length=200, blank=True)
    direction = models.CharField(max_length=12)
    afterwards = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Afterwards])
    submitted_at = models.DateTimeField()

    quote = models.JSONField(default=list, help_text="the lines of the price, frozen")
    quoted_yuan = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    quoted_hours = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    quote_note = models.CharField(max_length=500, blank=True)
    report_days = models.PositiveSmallIntegerField(null=True, help_text="from the receipt to the report")
    quoted_at = models.DateTimeField(null=True)
    quoted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    brought_by = models.CharField(max_length=100, blank=True, help_text="a person, or a courier and number")
    condition = models.CharField(max_length=500, blank=True, help_text="in which the samples arrived")
    place = models.CharField(max_length=100, blank=True, help_text="where the samples are kept")

    booking = models.OneToOneField(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="sample_order"
    )
    report_note = models.CharField(max_length=500, blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    outcome = models.CharField(
        max_length=10, blank=True, choices=[(one.value, one.value) for one in Afterwards]
    )
    end_note = models.CharField(max_length=500, blank=True, help_text="a reason, or who took the samples")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            known_code("outcome", ["", *Afterwards], "sample_order_outcome_known"),
            known_code("afterwards", Afterwards, "sample_order_afterwards_known"),
            models.CheckConstraint(
                condition=Q(payer_organization__isnull=False, payer_person__isnull=True)
                | Q(payer_organization__isnull=True, payer_person__isnull=False),
                name="sample_order_one_payer",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(quoted_yuan__gte=0),
                name="sample_order_accepted_quote",
            ),
            known_code("state", SampleOrderState, "sample_order_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["state", "due_at"],
                condition=Q(state__in=[one.value for one in OPEN_STATES]),
                name="sample_order_due",
            ),
            models.Index(fields=["user", "submitted_at"], name="sample_order_by_user"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def quote_version(self) -> str:
        """Return what differs between one quote and the next; empty before the first."""
        return "" if self.quoted_at is None else self.quoted_at.astimezone(UTC).isoformat()


class Sample(models.Model):
    """样品: one sample of an order, or several alike under one number."""

    order = models.ForeignKey(SampleOrder, on_delete=models.PROTECT, related_name="samples")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    number = models.CharField(max_length=50, help_text="by which its owner knows it")
    hazards = models.JSONField(default=list)
    storage = models.CharField(max_length=10, choices=[(kept.value, kept.value) for kept in SampleStorage])
    tests = models.CharField(max_length=300, help_text="what is wanted of it")

    class Meta:
        constraints = [
            known_code("storage", SampleStorage, "sample_storage_known"),
            models.UniqueConstraint(fields=["order", "position"], name="sample_position_once"),
            models.UniqueConstraint(fields=["order", "number"], name="sample_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class SampleFile(models.Model):
    """A photo of samples or a report about them, private, named by its content."""

    order = models.ForeignKey(SampleOrder, on_delete=models.PROTECT, related_name="files")
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, null=True, related_name="files")
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in SampleFileKind])
    file = models.FileField(upload_to="samples/")
    name = models.CharField(max_length=200, help_text="as the file was called by who sent it")
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            known_code("kind", SampleFileKind, "sample_file_kind_known"),
            models.UniqueConstraint(fields=["order", "sha256"], name="sample_file_once"),
        ]

    def __str__(self) -> str:
        return self.name
