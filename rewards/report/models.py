"""Sealed reports."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id
from rewards.report.domain.states import ReportState


class FinanceReport(models.Model):
    """报送件: the sealed package sent to the Finance Bureau; its files never change."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "RPT")
    )
    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField(help_text="1 for the first that was sent, then 2, …")
    code = models.CharField(max_length=20, unique=True, help_text="printed on the paper, for /verify/")
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ReportState], default=ReportState.SENT.value
    )
    total_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    manifest = models.JSONField(help_text="the package's: each file's name, SHA-256, SM3 and size; facts")
    package_sha256 = models.CharField(max_length=64, unique=True)
    package_sm3 = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="empty: none was asked for"
    )
    pdf_sha256 = models.CharField(max_length=64, unique=True)
    pdf_file = models.CharField(max_length=200, help_text="name in file storage")
    package_file = models.CharField(max_length=200, help_text="name in file storage")
    sealed_at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answer_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="report_number_once"),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(state__in=["sent", "accepted"]),
                name="report_one_in_force",
            ),
            # A state that no rule knows would not be in force, and let a second report go out.
            known_code("state", ReportState, "report_state_known"),
            models.CheckConstraint(condition=Q(total_yuan__gte=0), name="report_total_not_negative"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("sent_by")),
                name="report_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.SENT.value) | Q(answered_by__isnull=False),
                name="report_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ReportPreview(models.Model):
    """预览稿: the paper as it will be sealed, unsigned, without a code; somebody looks through it first."""

    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="previews")
    number = models.PositiveSmallIntegerField(help_text="of the report that it shows")
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=200, help_text="name in file storage")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.sha256
