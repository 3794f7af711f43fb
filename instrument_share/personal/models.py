"""What people ask of their own data, and what retention has deleted."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q

from instrument_share.kernel.public_id import new_public_id

FOLDER = "personal/"
"""Where the files of archives lie."""


class PersonalArchive(models.Model):
    """A copy of what the site holds about a person, made by a job; its file goes when it expires."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "PDA")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0, help_text="kinds of rows that are in it")
    total = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    file = models.FileField(upload_to=FOLDER, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(made_at__isnull=True), name="personal_archive_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class AccountDeletion(models.Model):
    """A person's request to delete the account: carried out by the clock unless withdrawn before."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "DEL")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(
        null=True, help_text="withdrawn by the person, or stopped by what is open"
    )
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True, carried_out_at__isnull=True),
                name="account_deletion_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(carried_out_at__isnull=True),
                name="account_deletion_one_end",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class RetentionRun(models.Model):
    """What a rule of retention has deleted last, and in all."""

    code = models.CharField(max_length=40, unique=True)
    ran_at = models.DateTimeField()
    deleted = models.PositiveIntegerField(default=0, help_text="in the last run")
    deleted_in_all = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.code
