"""Reads of the journal."""

from typing import TYPE_CHECKING

from django.db.models import Model, QuerySet

from instrument_share.journal.models import AuditEntry, Notification

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def notifications(viewer: "User") -> QuerySet[Notification]:
    """The viewer's inbox, newest first."""
    return Notification.objects.filter(user=viewer).order_by("-created_at", "-id")


def unread_count(viewer: "User") -> int:
    return Notification.objects.filter(user=viewer, read_at__isnull=True).count()


def history(subject: Model) -> QuerySet[AuditEntry]:
    """Everything that was done to `subject`, oldest first; the caller has checked that the viewer may see it."""
    return AuditEntry.objects.filter(
        subject_type=subject._meta.label, subject_id=getattr(subject, "public_id", None) or str(subject.pk)
    ).order_by("id")
