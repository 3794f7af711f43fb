"""A person gets a copy of all that the site holds about them, and nobody else does."""

import csv
import json
import zipfile
from datetime import timedelta
from functools import partial

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.models import Invitation
from instrument_share.jobs.one_by_one import SomeFailed
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import NotFound
from instrument_share.mails.models import OutgoingMail
from instrument_share.personal import registry
from instrument_share.personal.models import PersonalArchive
from instrument_share.personal.services import archives, deletions
from instrument_share.personal.services.deletions import (
    account_deletion_ask,
    account_deletions_carry_out,
)
from instrument_share.personal.services.retention import retention_apply
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import use
from tests.factories import NOW
from tests.page_fixtures import text_of

WEEK = timedelta(days=7)


@pytest.fixture
def made(city, clock):
    """The archive of the researcher, who has used the instrument once."""
    clock.set(NOW)
    use(city)
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    archives.archive_make.func(None, public_id=asked.public_id)
    asked.refresh_from_db()
    return asked


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """`with committed():` does in its end what waits for the transaction's."""
    return partial(django_capture_on_commit_callbacks, execute=True)


def contents(archive):
    with archive.file.open("rb") as file, zipfile.ZipFile(file) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_archive_holds_own_rows_as_json_and_csv_and_names_purposes(city, made):
    files = contents(made)
    (account,) = json.loads(files["accounts-user.json"])
    assert (account["name"], account["email"]) == (city.researcher.name, city.researcher.email)
    (booking,) = json.loads(files["bookings-booking.json"])
    assert booking["subject"] == "二氧化钛薄膜"
    assert booking["instrument"]["name"] == city.instrument.name_zh
    assert json.loads(files["bookings-usagelog.json"])[0]["user"] == city.researcher.public_id
    acts = [row["action"] for row in json.loads(files["journal-auditentry.json"])]
    assert acts == ["booking.requested", "personal_archive.asked"] or "personal_archive.asked" in acts
    assert "二氧化钛薄膜" in files["bookings-booking.csv"]
    assert "bookings-booking.csv" in files["index.html"]
    assert "登录、识别身份、通知" in files["index.html"]


def test_spreadsheets_are_written_for_people(city, made):
    """Times are those of the city, links have their names, notifications are sentences."""
    files = contents(made)
    row = next(csv.DictReader(files["bookings-booking.csv"].removeprefix("\ufeff").splitlines()))
    assert row["starts_at"] == "2026-03-03 09:00:00"
    assert row["instrument"] == f"{city.instrument.name_zh} ({city.instrument.public_id})"
    notes = list(csv.DictReader(files["journal-notification.csv"].removeprefix("\ufeff").splitlines()))
    assert "params" not in notes[0]
    assert notes[-1]["message"] == (
        "场发射扫描电子显微镜自 2026年3月3日 09:00 起的使用已登记。请确认或提出异议，逾期未处理的，"
        "自 2026年3月17日 11:00 起自动确认。"
    )


def test_archive_names_kinds_without_rows_apart(made):
    page = contents(made)["index.html"]
    stored, _, empty = page.partition("未保存信息的类别")
    assert "bookings-booking.json" in stored
    assert "接口令牌" in empty
    assert "accounts-apitoken.json" not in page


def test_archive_holds_no_secret_and_nobody_elses_name(city, made):
    text = "".join(contents(made).values())
    assert city.researcher.password not in text or not city.researcher.password
    assert '"password"' not in text
    assert '"digest"' not in text
    assert city.keeper.email not in text


def test_archive_says_that_its_texts_may_name_other_people(city, clock):
    clock.set(NOW)
    invite(city, "colleague@example.org", by=city.researcher)
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    archives.archive_make.func(None, public_id=asked.public_id)
    asked.refresh_from_db()
    files = contents(asked)
    (invitation,) = json.loads(files["accounts-invitation.json"])
    assert invitation["email"] == "colleague@example.org"
    assert "通知、邀请、联系人等内容按原文复制，其中可能含有他人的姓名和邮箱" in files["index.html"]


def test_archive_holds_nothing_that_went_to_an_address_that_is_merely_claimed(city, clock):
    """Whoever enters somebody else's address would read who invites them and what they are mailed."""
    clock.set(NOW)
    claimed = "victim@example.org"
    city.researcher.emailaddress_set.create(email=claimed, verified=False)
    for address in (claimed, city.researcher.email):
        invite(city, address)
        OutgoingMail.objects.create(
            recipients=[address], subject=f"致 {address}", content={"body": "/reset/x/"}, created_at=NOW
        )
    AccessAttempt.objects.create(username=claimed, attempt_time=NOW, failures_since_start=1)
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    archives.archive_make.func(None, public_id=asked.public_id)
    asked.refresh_from_db()
    files = {name: text for name, text in contents(asked).items() if name.endswith(".json")}
    assert {name for name, text in files.items() if claimed in text} == {"account-emailaddress.json"}
    (sent,) = json.loads(files["mails-outgoingmail.json"])
    assert (sent["subject"], "content" in sent) == (f"致 {city.researcher.email}", False)
    (invitation,) = json.loads(files["accounts-invitation.json"])
    assert invitation["email"] == city.researcher.email


def invite(city, address, by=None):
    return Invitation.objects.create(
        organization=city.company,
        email=address,
        role="researcher",
        digest=address,
        invited_by=by or city.keeper,
        created_at=NOW,
        expires_at=NOW + WEEK,
    )


def test_archive_says_which_projects_name_the_person(city, clock):
    clock.set(NOW)
    project = add_project(city, for_all_members=False, member_ids=frozenset({city.researcher.pk}))
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    archives.archive_make.func(None, public_id=asked.public_id)
    asked.refresh_from_db()
    (named,) = json.loads(contents(asked)["bookings-project_members.json"])
    assert named == {"project": project.public_id, "user": city.researcher.public_id}


def test_owner_is_told_and_each_step_is_recorded(city, made):
    assert Notification.objects.filter(user=city.researcher, path="/me/data/").count() == 1
    archives.archive_download(actor=city.researcher, public_id=made.public_id, now=NOW)
    acts = AuditEntry.objects.filter(subject_id=made.public_id).order_by("id")
    assert [one.action for one in acts] == [
        "personal_archive.asked",
        "personal_archive.made",
        "personal_archive.downloaded",
    ]


def test_nobody_else_downloads_it_and_nobody_after_seven_days(city, made):
    for actor, when in ((city.keeper, NOW), (city.researcher, NOW + WEEK)):
        with pytest.raises(NotFound):
            archives.archive_download(actor=actor, public_id=made.public_id, now=when)


@pytest.mark.parametrize("days", [3, 30])
def test_archive_is_there_for_as_many_days_as_the_site_keeps_it_and_no_longer(
    city, clock, settings, committed, days
):
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"archives": days}
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    clock.set(NOW + timedelta(days=2))  # no worker ran until then
    archives.archive_make.func(None, public_id=asked.public_id)
    end = clock.now() + timedelta(days=days)
    asked.refresh_from_db()
    assert asked.expires_at == end
    retention_apply(end - timedelta(minutes=1))
    taken = archives.archive_download(
        actor=city.researcher, public_id=asked.public_id, now=end - timedelta(minutes=1)
    )
    assert taken.file.storage.exists(taken.file.name)
    with committed():
        retention_apply(end + timedelta(minutes=1))
    assert not PersonalArchive.objects.exists()
    assert not taken.file.storage.exists(taken.file.name)


def test_second_copy_is_asked_for_when_the_first_is_made(city):
    archives.archive_ask(actor=city.researcher, now=NOW)
    with pytest.raises(archives.ArchiveWaiting):
        archives.archive_ask(actor=city.researcher, now=NOW)
    assert archives.archive_ask(actor=city.researcher, now=NOW + WEEK)
    assert PersonalArchive.objects.count() == 1


def test_who_waits_for_a_copy_that_the_worker_gave_up_asks_anew(city, see, clock):
    given_up = archives.archive_ask(actor=city.researcher, now=NOW)
    DBTaskResult.objects.update(status="FAILED", worker_ids=["w"] * 6, finished_at=NOW)
    clock.set(NOW)
    page = see(city.researcher, "own_data")
    assert (page.context["waits"], reverse("archive_new") in page.content.decode()) == (False, True)
    assert "您于 2026年3月2日 08:00 申请的副本未能生成，请重新申请。" in text_of(page)
    again = archives.archive_ask(actor=city.researcher, now=NOW)
    assert [one.public_id for one in PersonalArchive.objects.all()] == [again.public_id]
    assert again.public_id != given_up.public_id
    assert "未能生成" not in text_of(see(city.researcher, "own_data"))


def test_of_two_requests_at_once_one_is_told_that_the_copy_is_being_made(city, monkeypatch):
    """The other request comes in between the look and the row."""
    own_rows = registry.own_rows

    def meanwhile():
        monkeypatch.setattr(registry, "own_rows", own_rows)
        archives.archive_ask(actor=city.researcher, now=NOW)
        return own_rows()

    monkeypatch.setattr(registry, "own_rows", meanwhile)
    with pytest.raises(archives.ArchiveWaiting):
        archives.archive_ask(actor=city.researcher, now=NOW)


def test_expired_archive_goes_with_its_file(made, committed):
    storage, path = made.file.storage, made.file.name
    with committed():
        assert archives.archives_forget_old(NOW, 10) == 0
        assert archives.archives_forget_old(NOW + timedelta(seconds=1), 10) == 1
    assert not storage.exists(path)


def test_file_of_an_archive_that_is_gone_goes_with_the_next_run(made):
    """The process died, or the storage was away, after the row was deleted."""
    storage, path = made.file.storage, made.file.name
    made.delete()
    archives.archives_forget_old(NOW, 10)
    assert not storage.exists(path)


def test_deletion_of_an_account_that_fails_keeps_the_copy_and_the_next_one_deletes_it(
    city, made, committed, monkeypatch
):
    account_deletion_ask(actor=city.researcher, now=NOW)
    storage, path, erase = made.file.storage, made.file.name, deletions.account_erase
    with committed():
        monkeypatch.setattr(deletions, "account_erase", None)
        with pytest.raises(SomeFailed):
            account_deletions_carry_out(NOW + WEEK)
    assert (PersonalArchive.objects.get(), storage.exists(path)) == (made, True)
    with committed():
        monkeypatch.setattr(deletions, "account_erase", erase)
        assert account_deletions_carry_out(NOW + WEEK) == 1
    assert (PersonalArchive.objects.exists(), storage.exists(path)) == (False, False)


def test_copy_that_is_being_made_as_the_account_is_deleted_leaves_no_file(city, clock, monkeypatch):
    """Deletion removes what it finds; what is written meanwhile would stay for good, as no row names it."""
    clock.set(NOW)
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    write = archives.write_archive

    def meanwhile(*given):
        write(*given)
        account_deletion_ask(actor=city.researcher, now=NOW)
        assert account_deletions_carry_out(NOW + WEEK) == 1

    monkeypatch.setattr(archives, "write_archive", meanwhile)
    archives.archive_make.func(None, public_id=asked.public_id)
    assert not PersonalArchive.objects.exists()
    assert not default_storage.exists(f"personal/{asked.public_id}.zip")
    assert not AuditEntry.objects.filter(action="personal_archive.made").exists()


def test_file_of_a_job_that_was_cut_off_is_written_over_and_goes_with_its_copy(city, clock, committed):
    """It was written, and the database failed before the row could name it."""
    clock.set(NOW)
    asked = archives.archive_ask(actor=city.researcher, now=NOW)
    name = f"personal/{asked.public_id}.zip"
    default_storage.save(name, ContentFile(b"cut off"))
    archives.archive_make.func(None, public_id=asked.public_id)
    asked.refresh_from_db()
    assert asked.file.name == name
    again = archives.archive_ask(actor=city.keeper, now=NOW)
    cut_off = default_storage.save(f"personal/{again.public_id}.zip", ContentFile(b"cut off"))
    with committed():
        assert archives.archives_forget_old(NOW + timedelta(seconds=1), 10) == 2
    assert not default_storage.exists(name)
    assert not default_storage.exists(cut_off)


@pytest.mark.django_db
def test_copy_and_deletion_ask_for_the_password_again(settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = Client()
    client.force_login(factories.user("林", password=make_password("only-for-tests")))
    for name, arguments in (("archive_new", []), ("account_delete", []), ("archive", ["PDA-X"])):
        send = client.get if name == "archive" else client.post
        answer = send(reverse(name, args=arguments), {"understood": "on"})
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
