"""Findings, the decisions on them, and falsifications."""

from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id
from rewards.findings.domain.states import STANDING, FalsificationState, FindingState


class Finding(models.Model):
    """核查问题: a suspicious case found in a cycle's snapshot, and the last decision on it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "FND")
    )
    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="findings")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="findings"
    )
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, null=True, related_name="findings"
    )
    kind = models.CharField(max_length=40, help_text="code of the check (rewards.findings.domain.checks)")
    evidence_hash = models.CharField(max_length=64, help_text="over kind, logs and evidence: found once")
    logs = models.JSONField(help_text="public ids of the usage logs concerned, sorted")
    evidence = models.JSONField(default=dict)
    first_date = models.DateField(null=True, help_text="of its first log; null: found before it was kept")
    effective_seconds = models.PositiveIntegerField(default=0, help_text="of its logs together")
    amount_yuan = models.DecimalField(max_digits=14, decimal_places=2, default=0, help_text="of its logs")
    points_at_stake = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        null=True,
        help_text="score if it is dismissed − score if it is upheld with all its logs, when last scored",
    )
    yuan_at_stake = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text="the same for the award"
    )
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in FindingState], default=FindingState.OPEN.value
    )
    decision_number = models.PositiveIntegerField(null=True, help_text="order of decisions in the cycle")
    invalidated_logs = models.JSONField(default=list, help_text="logs that no longer count")
    reason = models.CharField(max_length=500, blank=True)
    falsified = models.BooleanField(default=False, help_text="a proven falsification bars the unit")
    overdue = models.BooleanField(default=False, help_text="upheld, and the unit had not answered in time")
    answer = models.CharField(max_length=500, blank=True, help_text="what the unit says")
    no_objection = models.BooleanField(default=False, help_text="the unit accepts what was found")
    answer_due_date = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_late = models.BooleanField(
        default=False, db_default=False, help_text="the first answer came after the last day for it"
    )
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "evidence_hash"], name="finding_once"),
            models.UniqueConstraint(
                fields=["cycle", "decision_number"],
                condition=Q(decision_number__isnull=False),
                name="finding_decision_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(decided_at__isnull=False) & ~Q(reason="")),
                name="finding_decided_with_reason",
            ),
            known_code("state", FindingState, "finding_state_known"),
        ]
        indexes = [models.Index(fields=["cycle", "state", "id"], name="finding_by_state")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"

    @property
    def is_answered_in_time(self) -> bool:
        """Whether the unit has answered, first by the last day for it; a late answer is read all the same."""
        return self.answered_at is not None and not self.answered_late


class FindingDecision(models.Model):
    """核查决定: one numbered decision on a finding. The last one of a finding is what the finding says."""

    COPIED = ("state", "reason", "invalidated_logs", "falsified", "overdue", "decided_at", "decided_by")
    """What the finding says too, of its last decision."""

    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField(help_text="order of decisions in the cycle")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in FindingState])
    reason = models.CharField(max_length=500)
    invalidated_logs = models.JSONField(help_text="logs that no longer count")
    falsified = models.BooleanField()
    overdue = models.BooleanField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="decision_number_once"),
            known_code("state", FindingState, "decision_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Falsification(models.Model):
    """弄虚作假认定: proposed by an auditor with a question to the unit, decided on by somebody else."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="falsifications")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in FalsificationState],
        default=FalsificationState.PROPOSED.value,
    )
    reason = models.CharField(max_length=500)
    question = models.CharField(max_length=500, help_text="what the unit is asked")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    answer_due_date = models.DateField()
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=500, blank=True, help_text="the reason of who decided")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(state__in=[s.value for s in STANDING]),
                name="falsification_standing_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="falsification_by_two",
            ),
            models.CheckConstraint(
                condition=Q(state=FalsificationState.PROPOSED.value) | Q(decided_by__isnull=False),
                name="falsification_decided_by_somebody",
            ),
            known_code("state", FalsificationState, "falsification_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.state}"
