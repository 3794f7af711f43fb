"""Draws, their inspectors and results, and the inspections that follow."""

from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.public_id import new_public_id
from rewards.inspections.domain.choices import DrawnFrom, InspectionOutcome


class InspectionDraw(models.Model):
    """双随机抽取公告: what will be drawn, from whom and by which seed; written before the seed is known."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "DRW")
    )
    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField(help_text="order of draws in the cycle, from 1")
    over = models.CharField(max_length=10, choices=[(o.value, o.value) for o in DrawnFrom])
    size = models.PositiveSmallIntegerField(help_text="how many are drawn")
    source_zh = models.CharField(max_length=200, help_text="what the seed will be")
    source_en = models.CharField(max_length=300, blank=True)
    seed_date = models.DateField(help_text="the day on which the seed comes out")
    inputs_sha256 = models.CharField(max_length=64)
    inputs_file = models.CharField(max_length=200, help_text="name in file storage")
    candidates = models.PositiveIntegerField(help_text="how many could be drawn")
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            known_code("over", DrawnFrom, "inspection_draw_over_known"),
            models.UniqueConstraint(fields=["cycle", "number"], name="draw_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} no. {self.number}"


class Inspector(models.Model):
    """One of a draw's inspectors: an auditor, who may lead, or an expert by name and organization."""

    draw = models.ForeignKey(InspectionDraw, on_delete=models.PROTECT, related_name="inspectors")
    number = models.PositiveSmallIntegerField(help_text="by which the public knows him or her")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=100)
    organization_name = models.CharField(max_length=100)
    barred = models.JSONField(default=list, help_text="USCCs of units with a conflict of interest")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="inspector_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 by which the journal knows who was named, without naming anybody."""
        return fingerprint(self.number, self.user_id, self.name, self.organization_name, self.barred)


class DrawResult(models.Model):
    """The seed as it was published, by which the draw was made."""

    draw = models.OneToOneField(InspectionDraw, on_delete=models.PROTECT, related_name="result")
    seed = models.CharField(max_length=500)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.seed


class RandomInspection(models.Model):
    """双随机抽查: one unit or usage entry that was drawn, its two inspectors, and what they saw."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "RIN")
    )
    draw = models.ForeignKey(InspectionDraw, on_delete=models.PROTECT, related_name="inspections")
    position = models.PositiveSmallIntegerField(help_text="order in which it was drawn, from 1")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="inspections"
    )
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, null=True, related_name="inspections"
    )
    log = models.CharField(
        max_length=16, blank=True, help_text="public id of the usage entry, if one was drawn"
    )
    lead = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=15, choices=[(o.value, o.value) for o in InspectionOutcome], blank=True
    )
    inspected_date = models.DateField(null=True)
    checklist = models.JSONField(default=dict, help_text="code of the point → what was seen")
    notes = models.CharField(max_length=2000, blank=True)
    finding = models.OneToOneField(
        "rewards.Finding", on_delete=models.PROTECT, null=True, related_name="inspection"
    )
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            known_code("outcome", ["", *InspectionOutcome], "random_inspection_outcome_known"),
            models.UniqueConstraint(fields=["draw", "position"], name="inspection_position_once"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(recorded_at__isnull=False, inspected_date__isnull=False),
                name="inspection_recorded_with_day",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of what was written down; the journal tells the outcome and the checklist as well."""
        return fingerprint(self.outcome, str(self.inspected_date), self.checklist, self.notes)

    @property
    def state(self) -> str:
        """The outcome, or "waiting" while there is none."""
        return self.outcome or "waiting"


class InspectionPhoto(models.Model):
    """A photo taken at an inspection, private, named by its content."""

    inspection = models.ForeignKey(RandomInspection, on_delete=models.PROTECT, related_name="photos")
    file = models.FileField(upload_to="inspections/")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="inspection_photo_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.position}"
