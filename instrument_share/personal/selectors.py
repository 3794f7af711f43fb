"""Reads of what people have asked of their own data."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.personal.models import AccountDeletion, PersonalArchive

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.models import User


def archives(viewer: "User", now: "datetime") -> QuerySet[PersonalArchive]:
    """Return one's own archives that have not expired, newest first."""
    return PersonalArchive.objects.filter(user=viewer, expires_at__gt=now).order_by("-id")


def get_open_deletion(viewer: "User") -> AccountDeletion | None:
    """Return one's own request to delete the account, while it can be withdrawn."""
    own = AccountDeletion.objects.filter(user=viewer, ended_at__isnull=True, carried_out_at__isnull=True)
    return own.first()
