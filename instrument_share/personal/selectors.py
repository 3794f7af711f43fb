"""Reads of what people have asked of their own data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instrument_share.jobs.selectors import unfinished_arguments
from instrument_share.personal.models import AccountDeletion, PersonalArchive

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.models import User

MAKE = "personal.archive"
"""The job that makes an archive."""


@dataclass(frozen=True)
class OwnArchive:
    """A copy of one's data; one that is neither made nor `waits` to be made was given up."""

    row: PersonalArchive
    waits: bool


def archives(viewer: "User", now: "datetime") -> list[OwnArchive]:
    """Return one's own archives that have not expired, newest first."""
    found = PersonalArchive.objects.filter(user=viewer, expires_at__gt=now).order_by("-id")
    rows, unfinished = list(found), set[str]()
    if any(one.made_at is None for one in rows):
        unfinished = unfinished_arguments(MAKE, "public_id")
        rows = list(found.all())  # a job that has ended by now has made its copy
    return [OwnArchive(one, one.made_at is None and one.public_id in unfinished) for one in rows]


def get_open_deletion(viewer: "User") -> AccountDeletion | None:
    """Return one's own request to delete the account, while it can be withdrawn."""
    own = AccountDeletion.objects.filter(user=viewer, ended_at__isnull=True, carried_out_at__isnull=True)
    return own.first()
