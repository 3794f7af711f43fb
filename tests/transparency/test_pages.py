"""The public log for people and programs, the checks of the night and their alarm."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.doctor.checks import check_log
from instrument_share.journal import guards
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.transparency.domain.notes import Key, parse_note
from instrument_share.transparency.models import Checkpoint, CheckState, LogLeaf
from instrument_share.transparency.registry import Check
from instrument_share.transparency.selectors import checks
from instrument_share.transparency.services import checking
from instrument_share.transparency.services.checking import checks_run
from tests import factories
from tests.factories import NOW
from tests.rewards.reading import text_of
from tests.transparency.history import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_folder")]


def officer_office():
    return factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)


DAY = timedelta(days=1)
LATER = NOW + 40 * DAY


def test_the_log_shows_its_key_and_its_checkpoints(client, city, see):
    assert see(None, "log_checkpoint").status_code == 404
    assert see(None, "log_key").status_code == 404
    assert "有记录后即生成首个检查点" in text_of(see(None, "log"))
    for day in (1, 2):
        grow(city, day)
    key = Key.parse(see(None, "log_key").content.decode())
    for name, arguments, size in (("log_checkpoint", [], 10), ("log_earlier_checkpoint", [1], 5)):
        note = parse_note(see(None, name, *arguments).content.decode())
        assert note.size == size
        assert note.is_signed_by(key)
    assert see(None, "log_earlier_checkpoint", 10**12).status_code == 404
    words = text_of(see(None, "log"))
    assert str(key) in words
    assert Checkpoint.objects.get(number=1).root in words


def test_programs_read_checkpoints_and_the_proof_between_two(client, city):
    for day in (1, 2):
        grow(city, day)
    items = client.get("/api/v1/log/checkpoints").json()["items"]
    assert [one["size"] for one in items] == [10, 5]
    assert parse_note(items[0]["note"]).size == 10
    assert client.get("/api/v1/log/consistency", {"old": 5, "new": 10}).json()["proof"]
    for old, new in ((10, 5), (4, 10), (5, 11)):
        assert client.get("/api/v1/log/consistency", {"old": old, "new": new}).status_code == 404


def test_a_break_is_found_at_night_in_pieces_and_told(city, monkeypatch, see):
    monkeypatch.setattr(checks, "TILES_AT_ONCE", 1)
    for day in (1, 2):
        grow(city, day)
    officer = factories.officer()
    administrator = factories.member(officer_office(), Role.SYSADMIN)
    while checks_run(LATER):
        pass
    assert not CheckState.objects.exclude(problems=[]).exists()
    assert checks_run(LATER) == 0
    with guards.guards_lifted():
        LogLeaf.objects.filter(index=3).update(hash="0" * 64)
    assert checks_run(LATER) == 0  # once a night
    while checks_run(LATER + DAY):
        pass
    broken = AuditEntry.objects.filter(action="log.broken")
    assert {one.details["check"] for one in broken} == {"usage", "tree"}
    told = Notification.objects.filter(message__contains="behind the platform")
    assert {one.user for one in told} == {officer, administrator}
    page = text_of(see(administrator, "system"))
    assert "checkpoint 1 does not fit" in page
    assert "此处仅保留最先发现的部分" in page and "可立即核查并列出全部问题" in page
    assert any("altered records" in text for _level, text in check_log(LATER))
    while checks_run(LATER + 2 * DAY):
        pass
    assert broken.count() == 2  # told once


def test_a_check_that_finds_nothing_any_more_ends_the_alarm(city):
    grow(city, 1)
    leaf = LogLeaf.objects.get(index=3)
    with guards.guards_lifted():
        LogLeaf.objects.filter(index=3).update(hash="0" * 64)
        while checks_run(LATER):
            pass
        assert checks.get_alarms()
        leaf.save()
    while checks_run(LATER + DAY):
        pass
    assert checks.get_alarms() == []


def test_every_new_finding_is_told_once_whatever_was_found_before(city, monkeypatch):
    officer = factories.officer()
    told = AuditEntry.objects.filter(action="log.broken").order_by("pk")

    def pass_through(night, *pieces):
        """Find this in the pieces of a night's pass; return what has been told of until then."""
        runs = Check(
            "slow", lambda at: ((at or 0) + 1 if (at or 0) + 1 < len(pieces) else None, pieces[at or 0])
        )
        monkeypatch.setattr(checking, "registered_checks", lambda: [runs])
        while checks_run(LATER + night * DAY):
            pass
        return [one.details["found"] for one in told.all()]

    assert pass_through(0, [], ["a"], []) == [["a"]]
    assert pass_through(1, ["a"], [], ["b"]) == [["a"], ["b"]]
    assert pass_through(2, [], ["a"], ["b"]) == [["a"], ["b"]]
    assert pass_through(3, ["b"], [], []) == [["a"], ["b"]]
    assert pass_through(4, ["a", "b"], [], []) == [["a"], ["b"], ["a"]]
    assert CheckState.objects.get(name="slow").problems == ["a", "b"]
    messages = Notification.objects.filter(user=officer, message__contains="behind the platform")
    assert [one.params["found"] for one in messages.order_by("pk")] == ["a", "b", "a"]


def test_a_check_that_can_not_go_on_is_told_and_holds_up_no_other(city, monkeypatch):
    def fail(_position):
        raise ValueError("This is no signed checkpoint.")

    both = [Check("tree", fail), Check("usage", lambda _position: (None, ["a use was changed"]))]
    monkeypatch.setattr(checking, "registered_checks", lambda: both)
    assert checks_run(LATER) == 2
    assert checks_run(LATER) == 0
    told = AuditEntry.objects.filter(action="log.broken").order_by("pk")
    assert [one.details for one in told] == [
        {
            "check": "tree",
            "found": ["the check tree could not be completed: ValueError: This is no signed checkpoint."],
        },
        {"check": "usage", "found": ["a use was changed"]},
    ]


@pytest.mark.parametrize("problem", [OperationalError("server closed the connection"), PermissionError(13)])
def test_a_check_of_what_is_out_of_reach_is_made_again(city, monkeypatch, problem):
    def fail(_position):
        raise problem

    monkeypatch.setattr(checking, "registered_checks", lambda: [Check("tree", fail)])
    with pytest.raises(type(problem)):
        checks_run(LATER)
    assert CheckState.objects.get(name="tree").passed_at is None
    assert not AuditEntry.objects.filter(action="log.broken").exists()


def test_a_check_keeps_nobody_from_writing_and_a_piece_done_twice_is_kept_once(city, monkeypatch):
    def run(position):
        assert connection.savepoint_ids == []  # in no transaction of its own: SQLite has one writer
        if CheckState.objects.filter(name="slow", position__isnull=True).exists():
            CheckState.objects.filter(name="slow").update(position=7, found=["found by another worker"])
        return 7, ["found here"]

    monkeypatch.setattr(checking, "registered_checks", lambda: [Check("slow", run)])
    assert checks_run(LATER) == 0
    assert CheckState.objects.get(name="slow").found == ["found by another worker"]
    assert checks_run(LATER) == 1
    assert CheckState.objects.get(name="slow").found == ["found by another worker", "found here"]


def test_the_clock_makes_the_checkpoint_and_runs_the_checks(city, clock):
    grow(city, 1)
    clock.set(LATER)
    call_command("tick", verbosity=0)
    assert Checkpoint.objects.count() == 2
    assert set(CheckState.objects.values_list("name", flat=True)) == {"seals", "tree", "usage"}


def test_the_doctor_misses_a_second_place_and_a_checkpoint(city, settings):
    grow(city, 1)
    made = Checkpoint.objects.get().made_at
    assert [level.value for level, _text in check_log(made)] == ["warning"]
    settings.CHECKPOINT_MAIL = "audit@example.org"
    assert list(check_log(made)) == []
    assert [level.value for level, _text in check_log(made + 3 * DAY)] == ["error"]
