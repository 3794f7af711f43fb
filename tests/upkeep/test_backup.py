"""What is backed up comes back; what was changed, cut off or meant for somebody else does not."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from bookings.requests.models import Booking
from instrument_share.file_store import build_storage
from instrument_share.journal.models import AuditEntry
from instrument_share.upkeep import archive, restoring
from instrument_share.upkeep.backups import backup_check, backup_make, backups_forget_old
from instrument_share.upkeep.errors import UpkeepError
from instrument_share.upkeep.manifest import describe_site, lacks_keys
from tests import factories, programs
from tests.bookings.requests.booking import use
from tests.buckets import create_bucket
from tests.engines import on_postgresql
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _programs():
    programs.find("age", "age-keygen")
    if connection.vendor == "postgresql":
        programs.find("pg_dump", "pg_restore")


@pytest.fixture
def var(settings, tmp_path):
    """The folder of a site with two files, a key, and what comes back by itself."""
    folder = tmp_path / "var"
    for name in (
        "files/papers/一.pdf",
        "files/empty",
        "log-keys/key.pem",
        "signing/key.p12",
        "static/style.css",
        "made/map.xml",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name if "empty" not in name else "")
    settings.VAR_DIR = folder
    return folder


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A private key as a file, and the public one."""
    identity = tmp_path_factory.mktemp("keys") / "identity"
    subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True)
    public = subprocess.run(["age-keygen", "-y", identity], check=True, capture_output=True, text=True)
    return identity, public.stdout.strip()


@contextmanager
def empty_site(process_environment, folder):
    """The environment of another site: with a database, a folder and nothing in them."""
    name = f"{connection.settings_dict['NAME']}_restored"
    if connection.vendor == "sqlite":
        yield {
            **process_environment,
            "DATABASE_URL": f"sqlite:///{folder / 'restored.sqlite3'}",
            "VAR_DIR": str(folder),
        }
        return
    address = process_environment["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield {**process_environment, "DATABASE_URL": address, "VAR_DIR": str(folder)}
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


def restore_elsewhere(process_environment, folder, file, *arguments, files_url=""):
    """Restore in a process of its own, into another database, folder and bucket; return what it says."""
    with empty_site(process_environment, folder) as there:
        return restore_there({**there, "FILES_URL": files_url}, file, *arguments)


def restore_there(environment, file, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(file), *map(str, arguments)],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def instead_of_pg_restore(folder, script):
    """A path on which another pg_restore is found, that may call the `real` one."""
    stand_in = folder / "bin" / "pg_restore"
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\nreal={shutil.which('pg_restore')}\n{script}\n")
    stand_in.chmod(0o755)
    return f"{stand_in.parent}:{os.environ['PATH']}"


@pytest.fixture
def _migrations_recorded(transactional_db, settings):
    """A site knows its migrations; the schema of this test may come from the models."""
    settings.MIGRATION_MODULES = {}
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    on_disk = MigrationLoader(None).disk_migrations
    known = {one for key, migration in on_disk.items() for one in (key, *migration.replaces)}
    for app, name in known - recorder.applied_migrations().keys():
        recorder.record_applied(app, name)


@pytest.mark.usefixtures("_migrations_recorded")
def test_a_site_comes_back_with_its_rows_files_and_chains(var, pair, tmp_path, process_environment):
    identity, recipient = pair
    use(factories.city(), factories.slot())
    file = backup_make(tmp_path / "backups", recipient=recipient, now=NOW)
    assert b"bookings_booking" not in file.read_bytes()
    told = backup_check(file, identity=identity)
    assert sorted(told["files"]) == [
        "files/files/empty",
        "files/files/papers/一.pdf",
        "files/log-keys/key.pem",
        "files/signing/key.p12",
    ]
    assert told["tables"]["bookings_booking"] == Booking.objects.count() == 1
    done = restore_elsewhere(process_environment, tmp_path / "there", file, "--identity", identity)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "restored and checked in" in done.stdout
    assert (tmp_path / "there/files/papers/一.pdf").read_text() == "files/papers/一.pdf"
    for key in ("log-keys/key.pem", "signing/key.p12"):
        assert (tmp_path / "there" / key).stat().st_mode & 0o777 == 0o600
    entry = AuditEntry.objects.get(action="backup.made")
    assert (entry.subject_id, entry.details["file"]) == ("backup", file.name)
    assert (var / "last-backup").exists()


@pytest.mark.usefixtures("_migrations_recorded")
@on_postgresql
def test_programs_that_are_newer_than_the_server_restore_a_site(var, tmp_path, process_environment):
    use(factories.city(), factories.slot())
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    newer = instead_of_pg_restore(tmp_path, 'echo "SET transaction_timeout = 0;"; exec $real "$@"')
    done = restore_elsewhere({**process_environment, "PATH": newer}, tmp_path / "there", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "restored and checked in" in done.stdout


@on_postgresql
def test_programs_that_run_what_a_made_up_backup_holds_are_refused(var, tmp_path, process_environment):
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    old = instead_of_pg_restore(tmp_path, 'echo "pg_restore (PostgreSQL) 16.9 (Debian)"')
    done = restore_elsewhere({**process_environment, "PATH": old}, tmp_path / "there", file)
    assert (done.returncode, "CVE-2025-8714" in done.stderr) == (1, True), done.stderr


@pytest.mark.usefixtures("_migrations_recorded")
@on_postgresql
def test_of_a_database_that_comes_in_part_nothing_is_written(var, tmp_path, process_environment):
    use(factories.city(), factories.slot())
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    stops = """$real "$@" | sed '3000,${/^-- Name:/q}'; echo torn >&2; exit 1"""  # between two statements
    torn = instead_of_pg_restore(tmp_path, stops)
    with empty_site({**process_environment, "PATH": torn}, tmp_path / "there") as there:
        done = restore_there(there, file)
        assert (done.returncode, "pg_restore failed: torn" in done.stderr) == (1, True), done.stderr
        with psycopg.connect(there["DATABASE_URL"]) as restored:
            (tables,) = restored.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
    assert tables == 0


@pytest.mark.usefixtures("_migrations_recorded")
def test_who_restores_without_a_former_key_is_told(var, tmp_path, settings, process_environment):
    """Keys of devices and addresses of calendars are computed from the oldest key that a site names."""
    settings.SECRET_KEY_FALLBACKS = ["the first key of the site"]
    file = backup_make(tmp_path / "backups", recipient=None, now=NOW)
    done = restore_elsewhere(process_environment, tmp_path / "there", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "calendars, webhooks and devices have to be set up anew" in done.stdout


def test_keys_of_a_backup_are_known_while_the_site_names_them(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    told = describe_site(NOW)
    for key, former, lacks in (
        ("second", ["first"], False),
        ("third", ["second", "first"], False),
        ("second", [], True),
        ("third", ["second"], True),
        ("third", ["first"], True),
    ):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, former
        assert lacks_keys(told) is lacks, (key, former)


@on_postgresql
@pytest.mark.usefixtures("_migrations_recorded")
def test_files_in_a_bucket_come_back_into_an_empty_one(
    var, bucket, s3, settings, tmp_path, process_environment
):
    shutil.rmtree(var / "files")
    for number in range(3):
        bucket.save(f"papers/{number}/一.pdf", ContentFile(b"%d" % number * 10_000_000))
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    assert [name for name in backup_check(file, identity=None)["files"] if "papers" in name] == [
        f"files/files/papers/{number}/一.pdf" for number in range(3)
    ]
    elsewhere = create_bucket(s3, "elsewhere")
    done = restore_elsewhere(process_environment, tmp_path / "there", file, files_url=elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    settings.STORAGES = {**settings.STORAGES, "default": build_storage(elsewhere)}
    with default_storage.open("papers/2/一.pdf") as restored:
        assert restored.read() == b"2" * 10_000_000
    assert not (tmp_path / "there/files").exists()
    again = restore_elsewhere(process_environment, tmp_path / "third", file, files_url=elsewhere)
    assert again.returncode == 1
    assert "The folder or bucket of files holds some." in again.stderr


def test_a_file_in_a_bucket_that_expires_meanwhile_keeps_nobody_from_a_backup(
    var, bucket, tmp_path, monkeypatch
):
    for name in ("papers/a.pdf", "personal/b.zip"):
        bucket.save(name, ContentFile(b"content"))
    named = list(bucket.iterate_names())
    monkeypatch.setattr(type(bucket), "iterate_names", lambda _self: iter(named))
    bucket.delete("personal/b.zip")
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    held = [name for name in backup_check(file, identity=None)["files"] if name.endswith((".pdf", ".zip"))]
    assert "files/files/papers/a.pdf" in held
    assert "files/files/personal/b.zip" not in held


def test_files_on_another_disk_are_backed_up_and_links_that_lead_back_are_not_followed(var, tmp_path):
    (var / "files").rename(tmp_path / "disk")
    (var / "files").symlink_to(tmp_path / "disk")
    (var / "log-keys/key.pem").rename(tmp_path / "key.pem")
    (var / "log-keys/key.pem").symlink_to(tmp_path / "key.pem")
    (var / "again").symlink_to(var)
    (var / "above").symlink_to(tmp_path)
    (var / "gone").symlink_to(tmp_path / "nowhere")
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    assert sorted(backup_check(file, identity=None)["files"]) == [
        "files/files/empty",
        "files/files/papers/一.pdf",
        "files/log-keys/key.pem",
        "files/signing/key.p12",
    ]


def test_a_named_key_is_backed_up_once_wherever_it_lies(var, tmp_path, settings):
    (var / "log-keys").rename(tmp_path / "disk")
    (var / "log-keys").symlink_to(tmp_path / "disk")
    (tmp_path / "signing.p12").write_text("another")
    settings.LOG_KEY_FILE = str(var / "log-keys/key.pem")
    settings.SIGNING_KEY_FILE = str(tmp_path / "signing.p12")
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    held = backup_check(file, identity=None)["files"]
    assert [name for name in held if "papers" not in name and "empty" not in name] == [
        "files/log-keys/key.pem",
        "files/signing/key.p12",
        "keys/signing",
    ]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has no file of the database")
def test_a_database_that_is_dumped_is_not_copied_as_a_file_besides(var, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(var)
    connection.ensure_connection()
    with closing(sqlite3.connect(var / "db.sqlite3")) as copy:
        connection.connection.backup(copy)
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "link/db.sqlite3"))
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    assert "files/db.sqlite3" not in backup_check(file, identity=None)["files"]


def test_a_backup_is_for_its_recipient_alone(var, pair, tmp_path):
    file = backup_make(tmp_path / "backups", recipient=pair[1], now=NOW)
    assert file.stat().st_mode & 0o777 == 0o600
    subprocess.run(["age-keygen", "-o", tmp_path / "other"], check=True, capture_output=True)
    with pytest.raises(UpkeepError, match="no identity matched"):
        backup_check(file, identity=tmp_path / "other")
    with pytest.raises(UpkeepError, match="--identity FILE"):
        backup_check(file, identity=None)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data[:-2000], "age could not decrypt"),
        (lambda data: data[:3000] + bytes([data[3000] ^ 1]) + data[3001:], "age could not decrypt"),
    ],
    ids=["cut off", "a bit changed"],
)
def test_a_spoilt_backup_is_refused(var, pair, tmp_path, spoil, said):
    file = backup_make(tmp_path / "backups", recipient=pair[1], now=NOW)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(UpkeepError, match=said):
        backup_check(file, identity=pair[0])


def test_a_plain_backup_that_was_changed_is_refused(var, tmp_path):
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"files/papers", b"files/papies"))
    with pytest.raises(UpkeepError):
        backup_check(file, identity=None)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UpkeepError):
        backup_check(file, identity=None)


@pytest.mark.parametrize(
    "name",
    [
        "files/../../etc/passwd",
        "files//etc/passwd",
        "keys//etc/passwd",
        "keys/../../etc/passwd",
        "files/./x",
        "/files/x",
    ],
)
def test_nothing_is_written_outside_the_folder(tmp_path, name):
    file = tmp_path / "evil.tar"
    with file.open("wb") as stream:
        writer = archive.Writer(stream)
        writer.add_database([])
        writer.add_file(name, Path(__file__))
        writer.close({})
    with pytest.raises(UpkeepError, match="no backup of this software"):
        backup_check(file, identity=None)


@pytest.mark.parametrize("start", ["files/", "keys/", "files/../", "keys/../../"])
def test_a_member_is_not_placed_outside_the_folder(var, tmp_path, start):
    target = tmp_path / "elsewhere"
    name = start + (target.name if ".." in start else str(target))
    with pytest.raises(SuspiciousFileOperation):
        restoring._place(name, BytesIO(b"x"))
    assert not target.exists()


def test_a_site_is_never_overwritten(var, tmp_path):
    factories.user()
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    with pytest.raises(CommandError, match="Restore into an empty one"):
        call_command("restore", file)


def test_without_a_key_no_backup_is_made_unless_asked_for_in_words(var, tmp_path, settings):
    settings.BACKUP_RECIPIENT = ""
    with pytest.raises(CommandError, match="BACKUP_RECIPIENT is not set"):
        call_command("backup", tmp_path / "backups")
    assert not (tmp_path / "backups").exists()
    call_command("backup", tmp_path / "backups", "--unencrypted-for-everybody-to-read", stdout=StringIO())
    assert [one.suffix for one in (tmp_path / "backups").iterdir()] == [".tar"]


def test_a_full_disk_leaves_no_half_backup(var, pair, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("instrument_share.upkeep.encryption._Hashed.write", fail)
    with pytest.raises(OSError, match="No space left"):
        backup_make(tmp_path / "backups", recipient=pair[1], now=NOW)
    assert list((tmp_path / "backups").iterdir()) == []
    assert not (var / "last-backup").exists()


def test_old_backups_go_and_the_last_one_stays(tmp_path):
    for day in ("01", "02", "20"):
        (tmp_path / f"instrument-share-202601{day}T020000Z.tar.age").touch()
    (tmp_path / "notes.txt").touch()
    removed = backups_forget_old(tmp_path, days=14, now=NOW.replace(year=2026, month=1, day=16))
    assert [one.name[17:25] for one in removed] == ["20260101"]
    removed = backups_forget_old(tmp_path, days=14, now=NOW.replace(year=2027))
    assert [one.name[17:25] for one in removed] == ["20260102"]
    assert backups_forget_old(tmp_path, days=0, now=NOW.replace(year=2030)) == []
    assert sorted(one.name for one in tmp_path.iterdir())[-1] == "notes.txt"


def test_what_a_killed_backup_left_goes_after_a_day(tmp_path, settings):
    settings.VAR_DIR = tmp_path / "var"
    left, copy = tmp_path / ".instrument-share-20260101T020000Z.tar.age.part", tmp_path / "var/.backup-x1"
    left.touch()
    copy.mkdir(parents=True)
    (copy / "copy.sqlite3").touch()
    for hours, is_there in ((24, True), (25, False)):
        for one in (left, copy):
            os.utime(one, ((NOW - timedelta(hours=hours)).timestamp(),) * 2)
        assert backups_forget_old(tmp_path, days=0, now=NOW) == []
        assert (left.exists(), copy.exists()) == (is_there, is_there)


def test_a_key_that_can_not_be_put_in_its_place_is_refused_before_anything_is_written(
    var, tmp_path, settings, monkeypatch
):
    place = tmp_path / "closed/signing.p12"
    place.parent.mkdir()
    place.write_text("a key")
    settings.SIGNING_KEY_FILE = str(place)
    file = backup_make(tmp_path / "backups", recipient="", now=NOW)
    place.unlink()
    monkeypatch.setattr(restoring, "_require_empty", lambda: None)
    monkeypatch.setattr(restoring, "_require_fitting", lambda _manifest: None)
    monkeypatch.setattr(restoring, "_take", pytest.fail)
    monkeypatch.setattr("os.access", lambda there, mode: mode == os.F_OK and Path(there).exists())
    with pytest.raises(UpkeepError, match=r"key belongs to .*/closed/signing\.p12, where this"):
        restoring.restore(file, identity=None, now=NOW)
