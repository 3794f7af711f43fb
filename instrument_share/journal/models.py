"""What was done, by whom, to what: entries that nothing changes or removes."""

from functools import partial

from django.conf import settings
from django.db import models

from instrument_share.databases.known_codes import known_code
from instrument_share.journal.domain import MailDelivery, NotificationKind
from instrument_share.kernel.public_id import new_public_id

SYSTEM = "system"
"""Who acted, of what the site does by itself."""


class AuditEntry(models.Model):
    """One act: who did what to what, when, from where, with which result. Append-only (see guards)."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(
        max_length=100, help_text="the person's public id; their name then in entries of earlier versions"
    )
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    organization_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_by_subject"),
            models.Index(fields=["subject_type", "id"], name="audit_by_type"),
            models.Index(fields=["organization_id", "id"], name="audit_by_organization"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject_id}"

    @property
    def who(self) -> str:
        """The name that the account has now: selectors read it with the entry."""
        return self.actor.get_full_name() if self.actor else self.actor_name


class AuditSeal(models.Model):
    """A hash over a batch of entries and the seal before it; a recurring job makes them. Append-only."""

    number = models.PositiveIntegerField(unique=True, help_text="1, 2, 3, … without gaps")
    form = models.PositiveSmallIntegerField(default=1, help_text="version of the form of its entries")
    entries = models.PositiveIntegerField(help_text="how many it covers")
    first_entry_id = models.BigIntegerField(unique=True)
    last_entry_id = models.BigIntegerField(unique=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    sm3 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="empty: none was asked for",
    )
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} ({self.first_entry_id}–{self.last_entry_id})"


class Notification(models.Model):
    """A message to one person: shown in the inbox, and sent by mail after the transaction has committed."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "NTF")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    message = models.CharField(max_length=300, help_text="an English literal of the catalogues")
    params = models.JSONField(default=dict)
    lines = models.JSONField(default=list, help_text="sentences below the message, each with its parameters")
    path = models.CharField(max_length=200, blank=True)
    kind = models.CharField(
        max_length=12,
        choices=[(one.value, one.value) for one in NotificationKind],
        default=NotificationKind.ACCOUNT.value,
        db_default=NotificationKind.ACCOUNT.value,
    )
    is_urgent = models.BooleanField(
        default=False, db_default=False, help_text="mailed at once, whatever its reader chose"
    )
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="when it was mailed, or settled without a mail")

    class Meta:
        constraints = [known_code("kind", NotificationKind, "notification_kind_known")]
        indexes = [
            models.Index(fields=["user", "read_at", "-created_at"], name="notification_inbox"),
            models.Index(
                fields=["id"], condition=models.Q(mailed_at__isnull=True), name="notification_unsent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.message}"


class MailChoice(models.Model):
    """When a person wants notifications of a kind mailed; without one, at once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in NotificationKind])
    delivery = models.CharField(max_length=8, choices=[(one.value, one.value) for one in MailDelivery])

    class Meta:
        constraints = [
            known_code("delivery", MailDelivery, "mail_choice_delivery_known"),
            known_code("kind", NotificationKind, "mail_choice_kind_known"),
            models.UniqueConstraint(fields=["user", "kind"], name="mail_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.delivery}"
