"""Writers of archives: a copy of what the site holds about a person, for that person."""

import hashlib
import tempfile
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation

from instrument_share.accounts.domain.privacy import RetentionRule
from instrument_share.accounts.permissions import require
from instrument_share.file_store import list_files
from instrument_share.jobs.registry import JobContext, job
from instrument_share.jobs.services import enqueue
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import Conflict, gettext_noop, require_found
from instrument_share.personal import registry, selectors
from instrument_share.personal.contents import write_archive
from instrument_share.personal.models import FOLDER, PersonalArchive
from instrument_share.personal.selectors import MAKE
from instrument_share.personal.settings import get_days
from instrument_share.web import clock

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

IN_MEMORY = 5_000_000
READY = gettext_noop("The copy of your data is ready. You can download it until {until}.")


class ArchiveWaiting(Conflict):
    code = "personal_archive.waiting"
    message = gettext_noop("A copy of your data is being made already. It appears on this page.")


@transaction.atomic
def archive_ask(*, actor: "User", now: datetime) -> PersonalArchive:
    """Ask for a copy of one's own data; a job makes it. One at a time; one that was given up gives way."""
    require(actor, "accounts.edit_oneself", actor)
    if any(one.waits for one in selectors.archives(actor, now)):
        raise ArchiveWaiting
    for given_up in PersonalArchive.objects.select_for_update().filter(user=actor, made_at__isnull=True):
        archive_delete(given_up)
    with raise_when_taken(ArchiveWaiting(), PersonalArchive, "user"):  # asked for twice at once
        asked = PersonalArchive.objects.create(
            user=actor, asked_at=now, expires_at=now + _kept_for(), total=len(registry.own_rows())
        )
    record(actor=actor, action="personal_archive.asked", subject=asked, now=now)
    enqueue(MAKE, public_id=asked.public_id)
    return asked


@job(MAKE, gettext_noop("Copy of a person’s data"))
def archive_make(context: JobContext, public_id: str) -> None:  # noqa: ARG001 (jobs get it)
    """Make an archive that was asked for; one that is made, has expired or is gone stays as it is."""
    now = clock.now()
    found = PersonalArchive.objects.select_related("user").filter(public_id=public_id, made_at=None).first()
    if found is None or found.expires_at <= now:
        return

    def keep_progress(done: int) -> None:
        PersonalArchive.objects.filter(pk=found.pk).update(done=done)

    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        with translation.override(found.user.language):
            write_archive(content, found.user, now, keep_progress)
        content.seek(0)
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        _keep(found, File(content), digest, now)


@transaction.atomic
def _keep(made: PersonalArchive, content: "File[bytes]", digest: str, now: datetime) -> None:
    """Keep the copy, unless its owner's account was deleted while it was being made."""
    waiting = PersonalArchive.objects.select_for_update().filter(pk=made.pk, made_at=None)
    found = waiting.first()
    if found is None:
        return
    _delete_file(found)
    found.file.save(f"{found.public_id}.zip", content, save=False)
    found.sha256, found.made_at, found.expires_at = digest, now, now + _kept_for()
    found.save(update_fields=["file", "sha256", "made_at", "expires_at"])
    notify(
        users=[found.user_id],
        message=READY,
        params={"until": found.expires_at},
        path=page_address("own_data"),
        now=now,
    )
    record(actor=None, action="personal_archive.made", subject=found, now=now, details={"sha256": digest})


@transaction.atomic
def archive_download(*, actor: "User", public_id: str, now: datetime) -> PersonalArchive:
    """Return one's own archive to be downloaded; who takes it and when is recorded."""
    own = PersonalArchive.objects.filter(user=actor, public_id=public_id, made_at__isnull=False)
    found = require_found(own.filter(expires_at__gt=now).first())
    record(actor=actor, action="personal_archive.downloaded", subject=found, now=now)
    return found


def archives_forget_old(before: datetime, limit: int) -> int:
    """Delete archives that have expired, at most so many; return their number.

    `before` is the present less the days of the rule. Each is kept until the time that its owner was told.
    Files that no row names go too.
    """
    _delete_left_files()
    old = list(PersonalArchive.objects.filter(expires_at__lt=before + _kept_for()).order_by("pk")[:limit])
    for one in old:
        archive_delete(one)
    return len(old)


def archive_delete(archive: PersonalArchive) -> None:
    """Delete a copy, and its file once that is certain, also one that a job has written which was cut off.

    A file that is still there then goes with the next run of retention.
    """
    archive.delete()
    transaction.on_commit(partial(_delete_file, archive), robust=True)


def _delete_left_files() -> None:
    """Delete the files of copies that are gone. A file is written after its row, so its row is known here."""
    present = {FOLDER + name for name in list_files(FOLDER)}
    for path in present - {_path(one) for one in PersonalArchive.objects.all()}:
        default_storage.delete(path)


def _delete_file(archive: PersonalArchive) -> None:
    default_storage.delete(_path(archive))


def _path(archive: PersonalArchive) -> str:
    return archive.file.name or f"{FOLDER}{archive.public_id}.zip"


def _kept_for() -> timedelta:
    return timedelta(days=get_days(RetentionRule.ARCHIVES))
