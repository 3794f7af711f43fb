"""Assessment cycles, the parts of their snapshots, and the jobs that take their steps."""

from datetime import date, timedelta
from functools import partial

from django.db import models
from django.db.models import F, Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id
from rewards.cycle.domain.states import FINAL, CycleState
from rewards.policy.models import RewardPolicy


class AssessmentCycle(models.Model):
    """年度评价: one year's assessment, from collecting to payment."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CYC")
    )
    year = models.PositiveSmallIntegerField(unique=True)
    policy = models.ForeignKey(RewardPolicy, on_delete=models.PROTECT, related_name="cycles")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in CycleState],
        default=CycleState.COLLECTING.value,
    )
    budget_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    snapshot_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the manifest, the snapshot's name"
    )
    unallocated_yuan = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    excluded = models.JSONField(
        default=list, help_text="reason, number of entries that did not count, their hours; in order"
    )
    entries_reported = models.PositiveIntegerField(default=0)
    entries_counted = models.PositiveIntegerField(default=0)
    totals = models.JSONField(
        default=dict,
        help_text="sums over all units: numbers, seconds, yuan, months; as the report prints them",
    )
    allocation = models.JSONField(default=dict, help_text="what each pot could give, was asked for and gave")
    decisions_scored = models.PositiveIntegerField(
        default=0, help_text="number of the last decision on a finding that the scores take into account"
    )
    frozen_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    scored_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    notice_ends_date = models.DateField(null=True)
    announced_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    notice_person = models.CharField(max_length=100, blank=True, help_text="who takes objections")
    notice_phone = models.CharField(max_length=50, blank=True)
    notice_address = models.CharField(max_length=200, blank=True)
    objections_zh = models.TextField(
        blank=True, help_text="what was said during the public notice, and the answers; empty: nothing was"
    )
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(budget_yuan__gte=0), name="cycle_budget_not_negative"),
            models.CheckConstraint(condition=Q(unallocated_yuan__gte=0), name="cycle_rest_not_negative"),
            known_code("state", CycleState, "cycle_state_known"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(announced_by__isnull=True)
                | ~Q(approved_by=F("announced_by")),
                name="cycle_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in FINAL])
                | Q(announced_by__isnull=False, approved_by__isnull=False),
                name="cycle_approved_by_two",
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def approvable_from(self) -> date | None:
        """The day from which the results can be approved at the earliest, where they are in public notice."""
        return self.notice_ends_date and self.notice_ends_date + timedelta(days=1)


class SnapshotPart(models.Model):
    """One part of a cycle's snapshot: canonical JSON lines, compressed, stored under its own SHA-256."""

    cycle = models.ForeignKey(AssessmentCycle, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=20, help_text="units, instruments, usage, openness …")
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, null=True, related_name="+"
    )
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=200, help_text="name in file storage")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "kind", "instrument"], name="snapshot_part_once"),
            models.UniqueConstraint(
                fields=["cycle", "kind"],
                condition=Q(instrument__isnull=True),
                name="snapshot_part_of_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"


class StepRun(models.Model):
    """The last long step that was asked for in a cycle, and the job that takes it."""

    cycle = models.OneToOneField(AssessmentCycle, on_delete=models.CASCADE, related_name="step_run")
    move = models.CharField(max_length=10, help_text="freeze, check, score, send")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    job_id = models.UUIDField(null=True, help_text="the job that takes it; none when it has ended")
    done = models.PositiveIntegerField(default=0, help_text="how much the job has done")
    total = models.PositiveIntegerField(
        null=True, help_text="of how much; 0: not known yet, none: the job has not begun"
    )
    counted = models.CharField(max_length=10, default="logs", help_text="of what: logs, paper, files")
    ended_at = models.DateTimeField(null=True)
    problem = models.JSONField(
        default=dict, help_text="code, message and params of the refusal that ended it, if any"
    )

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.move}"
