"""Check a region's records for the national platform in a job, and keep the last result.

A city's year took 75 seconds in a request. What is checked is composed in `pages`, which registers the job.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.db import transaction

from instrument_share.file_store import list_files, list_folders
from instrument_share.jobs.selectors import WorkState, work_states
from instrument_share.jobs.services import enqueue
from instrument_share.journal.services import record
from providers.exchange.models import NationalCheck
from providers.exchange.selectors.national_checks import check_state, region_key

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

NATIONAL_CHECK_JOB = "pages.national_check"
NATIONAL_FOLDER = "national"
"""The files of a check lie below it, in a folder that begins with the check's number."""


@transaction.atomic
def national_check_start(*, actor: "User", year: int, now: datetime) -> NationalCheck:
    """Start a check of the actor's region; the one that is under way is returned. Raises Forbidden."""
    region = region_key(actor)
    check, _made = NationalCheck.objects.select_for_update().get_or_create(
        region=region, year=year, defaults={"user": actor, "started_at": now}
    )
    if check_state(check) is WorkState.RUNS:
        return check
    check.user, check.started_at, check.done = actor, now, 0
    check.job_id = enqueue(NATIONAL_CHECK_JOB, check_id=check.pk)
    check.save()
    record(actor=actor, action="national_check.started", subject=check, now=now, details={"year": year})
    return check


def national_check_of_job(check_id: int, job_id: str) -> NationalCheck | None:
    """Return the check that waits for this job; none if the job was repeated after it had ended."""
    return NationalCheck.objects.select_related("user").filter(pk=check_id, job_id=job_id).first()


def national_check_progress(check: NationalCheck, done: int) -> None:
    """Tell how many records the job has checked."""
    NationalCheck.objects.filter(pk=check.pk, job_id=check.job_id).update(done=done)


def national_check_keep(
    check: NationalCheck, *, report: Mapping[str, Any], folder: str, now: datetime
) -> None:
    """Keep the result of the job in the place of the one before, and delete the files of all others.

    Files have users' names in them: those of a job that was cut off go too. A job for which the check
    no longer waits deletes its own.
    """
    kept = NationalCheck.objects.filter(pk=check.pk, job_id=check.job_id).update(
        report=report, folder=folder, made_at=now, job_id=None
    )
    found = _folders_of(check.pk)
    for one in found - {folder} if kept else found & {folder}:
        _delete_folder(one)


def national_check_abandon(check: NationalCheck) -> None:
    """End a job without a result: who started it is no officer any more."""
    NationalCheck.objects.filter(pk=check.pk, job_id=check.job_id).update(job_id=None)


@transaction.atomic
def national_checks_forget(*, years: Collection[int]) -> None:
    """Take back the results of these years, whose files name a person whose account is deleted.

    A check that is under way ends without a result.
    """
    found = NationalCheck.objects.filter(year__in=years)
    forgotten = list(found.select_for_update().values_list("pk", flat=True))
    found.update(report={}, folder="", made_at=None, job_id=None)
    for pk in forgotten:
        transaction.on_commit(partial(_delete_folders, pk), robust=True)  # what is left is cleaned later


def national_checks_clean() -> int:
    """Delete the files of checks that were cut off, which name people; run by a job. Returns how many.

    Those of a check that is under way or will be tried again wait for its end.
    """
    folders = _folders()  # read first: one that is written later belongs to a check that is under way
    checks = list(NationalCheck.objects.all())
    states = work_states(one.job_id for one in checks)
    running = {one.pk for one in checks if states[one.job_id] is WorkState.RUNS}
    kept = {one.folder for one in checks}
    cut_off = [one for one in folders - kept if _number_of(one) not in running]
    for folder in cut_off:
        _delete_folder(folder)
    return len(cut_off)


def _delete_folders(check_id: int) -> None:
    for folder in _folders_of(check_id):
        _delete_folder(folder)


def _folders_of(check_id: int) -> set[str]:
    return {one for one in _folders() if _number_of(one) == check_id}


def _folders() -> set[str]:
    return {f"{NATIONAL_FOLDER}/{name}" for name in list_folders(NATIONAL_FOLDER)}


def _number_of(folder: str) -> int:
    """Return the number of the check whose folder it is."""
    return int(folder.rpartition("/")[2].partition("-")[0])


def _delete_folder(folder: str) -> None:
    for name in list_files(folder):
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
