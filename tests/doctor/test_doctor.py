"""What the doctor says of a new site, of one that is well, and of one that has fallen ill."""

import json
import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import district_create
from instrument_share.doctor.checks import Level, Result, examine
from instrument_share.documents.sealing import signing_key
from instrument_share.jobs.models import RecurringRun, Worker
from instrument_share.jobs.registry import recurring
from instrument_share.jobs.services import RUN_NOW, enqueue
from providers import public as providers
from providers.domain import CategoryRow
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def healthy(settings, tmp_path, monkeypatch):
    """A site that lacks nothing."""
    settings.SECRET_KEY = "long and random " * 4
    settings.SITE_URL = "https://share.example.org"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.CHECKPOINT_MAIL = "audit@example.org"
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    signing_key.load_signer(NOW)
    back_up(tmp_path, NOW)
    verified(tmp_path, NOW)
    bureau = factories.organization("云屏市科学技术局", kind="bureau")
    for role in (Role.SYSADMIN, Role.BUREAU_OFFICER, Role.FINANCE_OFFICER):
        factories.member(bureau, role, factories.user(role.value))
    district_create(actor=None, code="990101", name_zh="示例区", name_en="Example", now=NOW)
    providers.category_table_load(actor=None, version="1", rows=[CategoryRow("010000", "分析仪器")], now=NOW)
    monkeypatch.setattr("rewards.public.has_policy", lambda: True)
    Worker.objects.create(name="w1", seen_at=NOW)
    monkeypatch.setattr("instrument_share.doctor.checks.check_clock", lambda _now: iter(()))


def back_up(folder, instant):
    (folder / "last-backup").touch()
    os.utime(folder / "last-backup", (instant.timestamp(),) * 2)


def verified(folder, instant, findings=0):
    (folder / "last-verify").write_text(str(findings))
    os.utime(folder / "last-verify", (instant.timestamp(),) * 2)


def ill():
    return [one for one in examine(NOW) if one.level is not Level.OK]


def without_engine(results):
    return [one for one in results if one.check not in {"engine", "clock"}]


def test_healthy_site_lacks_nothing(healthy):
    assert without_engine(ill()) == []


def test_new_site_hears_all_that_it_lacks(settings, tmp_path):
    settings.CHECKPOINT_MAIL = "audit@example.org"
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path
    errors = {one.check for one in ill() if one.level is Level.ERROR} - {"clock"}
    assert errors == {
        "secret_key", "address", "mail", "static_files", "people", "districts", "categories", "worker",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "level"), [(3700, Level.ERROR), (3600, Level.WARNING), (3500, None)], ids=["over", "soon", "far"]
)
def test_end_of_the_certificate_is_announced(healthy, days, level):
    found = [one.level for one in examine(NOW + timedelta(days=days)) if one.check == "signing_key"]
    assert found == [level or Level.OK]


def test_a_night_without_a_backup_is_told(healthy, tmp_path):
    back_up(tmp_path, NOW - timedelta(hours=26))
    assert without_engine(ill()) == []
    back_up(tmp_path, NOW - timedelta(hours=26, minutes=1))
    (found,) = without_engine(ill())
    assert (found.level, found.check) == (Level.WARNING, "backup")
    assert found.text == "The last backup is of 2026-03-01. Look why the nightly one was not made."
    (tmp_path / "last-backup").unlink()
    (found,) = without_engine(ill())
    assert found.text == "No backup was made on this machine. Set up a nightly one (docs/operations.md)."


def test_what_the_last_check_of_everything_found_is_told(healthy, tmp_path):
    verified(tmp_path, NOW, findings=2)
    (found,) = without_engine(ill())
    assert (found.level, found.check) == (Level.ERROR, "records")
    assert found.text == "The last manage.py verify had 2 findings. Run it again: it names them."


def test_a_night_in_which_not_everything_was_checked_is_told(healthy, tmp_path):
    verified(tmp_path, NOW - timedelta(hours=26))
    assert without_engine(ill()) == []
    verified(tmp_path, NOW - timedelta(hours=26, minutes=1))
    (found,) = without_engine(ill())
    assert (found.level, found.check) == (Level.WARNING, "records")
    assert found.text == "The last manage.py verify is of 2026-03-01. Look why the next did not end."
    (tmp_path / "last-verify").unlink()
    (found,) = without_engine(ill())
    assert found.text == "manage.py verify was never run here. Let it follow the nightly backup."


def test_bridge_of_devices_is_expected_where_a_broker_is_named(healthy, settings, monkeypatch, tmp_path):
    settings.MQTT_URL = "mqtts://broker.example.org"
    monkeypatch.setattr("bookings.public.find_broker_problem", lambda: "The broker refuses: Not authorized.")
    (found,) = without_engine(ill())
    assert (found.level, found.check) == (Level.ERROR, "device_bridge")
    assert found.text == "Devices can't report by MQTT. The broker refuses: Not authorized."
    monkeypatch.setattr("bookings.public.find_broker_problem", lambda: None)
    (found,) = without_engine(ill())
    assert found.text == "No bridge takes what devices publish. Start manage.py device_bridge."
    mark = tmp_path / "device-bridge"
    mark.touch()
    for ago, checks in ((59, []), (61, ["device_bridge"])):
        os.utime(mark, (NOW.timestamp() - ago,) * 2)
        assert [one.check for one in without_engine(ill())] == checks


def test_a_site_whose_work_is_done_by_cron_needs_no_worker(healthy):
    Worker.objects.all().delete()
    run = RecurringRun.objects.create(name=recurring()[0].name, started_at=NOW - timedelta(minutes=2))
    assert without_engine(ill()) == []
    run.started_at -= timedelta(seconds=1)
    run.save()
    assert [one.check for one in without_engine(ill())] == ["worker"]


def test_failed_jobs_are_named(healthy):
    name = next(one.name for one in recurring())
    RecurringRun.objects.create(name=name, started_at=NOW, finished_at=NOW, problem="OSError: disk full")
    assert [one.text for one in ill() if one.check == "jobs"] == [f"{name} failed: OSError: disk full"]


def test_all_jobs_that_were_given_up_are_counted(healthy):
    for _number in range(51):
        enqueue(RUN_NOW, recurring="gone")
    DBTaskResult.objects.update(status="FAILED", worker_ids=["w1"], finished_at=NOW)
    told = [one.text for one in ill() if one.check == "jobs"]
    assert "51 jobs were given up. See manage.py jobs." in told


def test_site_without_a_database_hears_so(healthy, monkeypatch):
    def refuse():
        raise OperationalError("refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    assert ill() == [Result("database", Level.ERROR, "It can't be reached: refused")]


def test_command_ends_with_an_error_and_speaks_json(settings, tmp_path):
    settings.CHECKPOINT_MAIL = "audit@example.org"
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path
    printed = StringIO()
    with pytest.raises(CommandError, match="stop somebody's work"):
        call_command("doctor", "--json", stdout=printed)
    levels = {one["check"]: one["level"] for one in json.loads(printed.getvalue())}
    assert (levels["people"], levels["migrations"]) == ("error", "ok")
