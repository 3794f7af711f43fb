"""Mails on their way."""

from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.kernel.public_id import new_public_id


class OutgoingMail(models.Model):
    """A mail that waits, was sent, or failed; its text is kept no longer than it can be sent."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "EML")
    )
    recipients = models.JSONField(help_text="addresses")
    subject = models.CharField(max_length=300)
    about = models.CharField(max_length=40, blank=True, help_text="the public id of what it is about")
    content = models.JSONField(null=True, help_text="what makes the message; none when it is over")
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, help_text="of the last attempt that failed")
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="when it was given up")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True), name="mail_sent_or_failed"
            )
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(failed_at__isnull=False), name="mail_failed"),
            models.Index(
                fields=["-id"], condition=Q(sent_at__isnull=True, failed_at__isnull=True), name="mail_waiting"
            ),
            models.Index(fields=["about", "-id"], condition=~Q(about=""), name="mail_about"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.subject}"
