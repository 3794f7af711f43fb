"""How the bureau sees to it that units keep their information complete."""

from functools import partial

from django.db import models

from instrument_share.kernel.public_id import new_public_id


class Reminder(models.Model):
    """催办: the bureau asked a unit's managers to complete what was open on that day."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "REM")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="reminders"
    )
    kinds = models.JSONField(help_text="the kinds of information (InformationKind) that were not complete")
    note = models.CharField(max_length=300, blank=True)
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-sent_at"], name="reminder_by_unit")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.organization_id}"


class CompletenessNotice(models.Model):
    """A unit's managers were told that a kind runs out on a day, ahead of it or on the day itself."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="completeness_notices"
    )
    kind = models.CharField(max_length=10)
    runs_out_on = models.DateField(help_text="the first day on which the kind is no longer complete")
    ahead = models.BooleanField(help_text="told ahead of that day; otherwise on it")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "runs_out_on", "ahead"], name="completeness_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.runs_out_on}"


class CompletenessWatch(models.Model):
    """A day on which all units were looked through for kinds that run out; each is looked through once."""

    day = models.DateField(unique=True)
    watched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"
