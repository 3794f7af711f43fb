"""Reads of what people have asked of their own data."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.jobs.selectors import unfinished_arguments
from instrument_share.personal.models import AccountDeletion, PersonalArchive

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.models import User

MAKE = "personal.archive"
"""The job that makes an archive."""


def archives(viewer: "User", now: "datetime") -> QuerySet[PersonalArchive]:
    """Return one's own archives that are made or still will be, and have not expired, newest first."""
    own = PersonalArchive.objects.filter(user=viewer, expires_at__gt=now).order_by("-id")
    waiting = set(own.filter(made_at__isnull=True).values_list("public_id", flat=True))
    if waiting:
        own = own.exclude(public_id__in=waiting - unfinished_arguments(MAKE, "public_id"))
    return own


def get_open_deletion(viewer: "User") -> AccountDeletion | None:
    """Return one's own request to delete the account, while it can be withdrawn."""
    own = AccountDeletion.objects.filter(user=viewer, ended_at__isnull=True, carried_out_at__isnull=True)
    return own.first()
