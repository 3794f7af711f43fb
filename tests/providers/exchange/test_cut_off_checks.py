"""Files of national checks that were cut off name people, and go with the next housekeeping."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.jobs.registry import recurring_named
from providers.exchange.models import NationalCheck
from providers.exchange.services.national_checks import (
    NATIONAL_FOLDER,
    national_check_keep,
    national_check_start,
    national_checks_forget,
)
from tests import factories
from tests.factories import NOW


@pytest.fixture
def check(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return national_check_start(actor=factories.officer(), year=2026, now=NOW)


def write(check, name):
    folder = f"{NATIONAL_FOLDER}/{check.pk}-{name}"
    default_storage.save(f"{folder}/records.json", ContentFile("name, phone, address"))
    return folder


def folders():
    return sorted(f"{NATIONAL_FOLDER}/{name}" for name in default_storage.listdir(NATIONAL_FOLDER)[0])


def clean():
    return recurring_named("providers.cut_off_checks").run(NOW)


def test_files_of_a_check_that_was_given_up_are_removed_and_the_last_result_stays(check):
    made = write(check, "made")
    national_check_keep(check, report={}, folder=made, now=NOW)
    NationalCheck.objects.update(job_id="00000000-0000-0000-0000-000000000000")  # given up and forgotten
    write(check, "cut-off")
    assert clean() == 1
    assert folders() == [made]
    assert clean() == 0


def test_files_of_a_check_that_is_under_way_stay_until_its_end(check):
    under_way = write(check, "under-way")
    assert clean() == 0
    assert folders() == [under_way]


def test_files_of_a_check_that_was_taken_back_are_removed(check, django_capture_on_commit_callbacks):
    write(check, "cut-off")
    with django_capture_on_commit_callbacks(execute=True):
        national_checks_forget(years=[2026])
    assert folders() == []
    write(check, "written-after")  # by a job that was cut off before it saw that nobody waits for it
    assert clean() == 1


def test_a_job_that_nobody_waits_for_leaves_the_files_of_the_next_one(check):
    waiting, before = NationalCheck.objects.get(), write(check, "before")
    national_checks_forget(years=[2026])
    national_check_start(actor=check.user, year=2026, now=NOW)
    following = write(check, "following")
    national_check_keep(waiting, report={}, folder=before, now=NOW)
    assert folders() == [following]


def test_nothing_is_removed_where_nothing_was_checked(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert clean() == 0
