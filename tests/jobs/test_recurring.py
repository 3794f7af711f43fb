"""Recurring jobs: when they are due, how they ended, and the command for sites without a worker."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.jobs import registry, worker
from instrument_share.jobs.models import RecurringRun
from instrument_share.jobs.registry import Job, RecurringJob, register_recurring
from instrument_share.jobs.selectors import Ending, is_worker_running, recurring_jobs, worker_seen_at
from instrument_share.jobs.services import (
    RUN_NOW,
    enqueue,
    jobs_recover,
    recurring_claim,
    recurring_end,
    recurring_run_now,
    worker_seen,
)
from instrument_share.jobs.tasks import run_recurring_now
from instrument_share.jobs.worker import work_once
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden
from tests import factories
from tests.jobs import samples

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ran():
    """What ran, with when; `broken` fails, and `last` is registered first."""
    ran = []

    def broken(now):
        raise ValueError("no holidays")

    def note(name, done):
        return lambda now: ran.append((name, now)) or done

    register_recurring(
        RecurringJob("last", "Last", MINUTE, note("last", 0), after_others=True),
        RecurringJob("broken", "Broken", MINUTE, broken),
        RecurringJob("good", "Good", 10 * MINUTE, note("good", 4)),
    )
    return ran


@pytest.fixture
def one_round(monkeypatch):
    """Let a worker do one round."""

    def one_round():
        stop = Event()
        monkeypatch.setattr(worker, "run_next_job", lambda _name: stop.set())
        worker.work(stop)

    return one_round


def endings():
    return [(state.name, state.ending, state.done, state.problem) for state in recurring_jobs()]


def test_due_jobs_run_in_order_despite_failure(ran, one_round, clock):
    assert {ending for _name, ending, _done, _problem in endings()} == {Ending.NEVER_RAN}
    one_round()
    assert ran == [("good", clock.now()), ("last", clock.now())]
    assert endings() == [
        ("broken", Ending.FAILED, 0, "ValueError: no holidays"),
        ("good", Ending.DONE, 4, ""),
        ("last", Ending.DONE, 0, ""),
    ]
    assert {state.finished_at for state in recurring_jobs()} == {clock.now()}


def test_a_job_runs_again_when_its_time_has_passed(ran, one_round, clock):
    one_round()
    clock.move(MINUTE - timedelta(seconds=1))
    one_round()
    assert [name for name, _now in ran] == ["good", "last"]
    clock.move(timedelta(seconds=1))
    one_round()
    assert [name for name, _now in ran] == ["good", "last", "last"]
    clock.move(9 * MINUTE)
    one_round()
    assert [name for name, _now in ran] == ["good", "last", "last", "good", "last"]


def test_daily_job_that_failed_is_tried_again_within_the_hour(one_round, clock):
    outcomes = [ValueError("no database"), 3, 3]

    def run(now):
        if isinstance(outcome := outcomes.pop(0), Exception):
            raise outcome
        return outcome

    register_recurring(RecurringJob("daily", "Daily", timedelta(days=1), run))
    one_round()
    clock.move(timedelta(minutes=59))
    one_round()
    assert endings() == [("daily", Ending.FAILED, 0, "ValueError: no database")]
    clock.move(MINUTE)
    one_round()
    assert endings() == [("daily", Ending.DONE, 3, "")]
    clock.move(timedelta(hours=23))
    one_round()
    assert len(outcomes) == 1
    clock.move(timedelta(hours=1))
    one_round()
    assert not outcomes


def test_one_of_two_workers_gets_a_recurring_job(clock):
    job = RecurringJob("good", "Good", MINUTE, lambda now: 0)
    register_recurring(job)
    assert [recurring_claim(job, clock.now(), worker=name) for name in ("a", "b")] == [True, False]
    assert [(state.name, state.ending) for state in recurring_jobs()] == [("good", Ending.RUNS)]
    clock.move(MINUTE)
    assert recurring_claim(job, clock.now(), worker="b")


def test_daily_job_whose_worker_died_fails_and_runs_again_within_the_hour(clock, one_round):
    job = RecurringJob("daily", "Daily", timedelta(days=1), lambda now: 3)
    register_recurring(job)
    worker_seen("first", clock.now())
    assert recurring_claim(job, clock.now(), worker="first")
    clock.move(timedelta(seconds=29))
    one_round()
    assert endings() == [("daily", Ending.RUNS, 0, "")]
    clock.move(timedelta(seconds=1))
    one_round()
    problem = "The worker ended, or lost the database, in the middle of this job."
    assert endings() == [("daily", Ending.FAILED, 0, problem)]
    clock.move(timedelta(minutes=59))
    one_round()
    assert endings() == [("daily", Ending.FAILED, 0, problem)]
    clock.move(timedelta(seconds=30))
    one_round()
    assert endings() == [("daily", Ending.DONE, 3, "")]


def test_worker_that_comes_back_late_does_not_end_the_run_of_another(clock):
    job = RecurringJob("daily", "Daily", timedelta(days=1), lambda now: 0)
    register_recurring(job)
    assert recurring_claim(job, clock.now(), worker="first")
    jobs_recover(clock.now(), idle_worker="second")
    clock.move(60 * MINUTE)
    worker_seen("second", clock.now())
    assert recurring_claim(job, clock.now(), worker="second")
    recurring_end(job, clock.now(), worker="first", done=7)
    assert [ending for _name, ending, *_rest in endings()] == [Ending.RUNS]
    recurring_end(job, clock.now(), worker="second", done=4)
    assert endings() == [("daily", Ending.DONE, 4, "")]


def test_run_whose_end_was_lost_with_the_database_has_failed(clock):
    job = RecurringJob("daily", "Daily", timedelta(days=1), lambda now: 0)
    register_recurring(job)
    worker_seen("first", clock.now())
    assert recurring_claim(job, clock.now(), worker="first")
    jobs_recover(clock.now(), idle_worker="second")
    assert [ending for _name, ending, *_rest in endings()] == [Ending.RUNS]
    jobs_recover(clock.now(), idle_worker="first")
    assert [ending for _name, ending, *_rest in endings()] == [Ending.FAILED]


def test_concurrent_workers_run_due_job_once(clock, monkeypatch):
    job = RecurringJob("good", "Good", MINUTE, lambda now: 0)
    read = RecurringRun.objects.get_or_create

    def overtaken(**facts):
        found = read(**facts)
        monkeypatch.undo()
        assert recurring_claim(job, now, worker="b")
        return found

    now = clock.now()
    monkeypatch.setattr(RecurringRun.objects, "get_or_create", overtaken)
    assert not recurring_claim(job, now, worker="a")


def test_tick_runs_recurring_and_queued_jobs(ran, clock, capsys):
    enqueue("tests.sample", text="a")
    for _time in range(2):
        with pytest.raises(CommandError, match="broken"):
            call_command("tick")
    assert [name for name, _now in ran] == ["good", "last"] * 2
    assert [text for text, _job in samples.ran] == ["a"]
    assert capsys.readouterr().out == "good: 4\n" * 2
    assert not is_worker_running(clock.now())


def test_worker_that_was_stopped_was_last_seen_when_it_began_a_job(ran, one_round, clock):
    assert worker_seen_at() is None
    one_round()
    stopped_at = clock.now()
    clock.move(10 * MINUTE)
    assert not is_worker_running(clock.now())
    assert worker_seen_at() == stopped_at


def test_worker_survives_database_outage(monkeypatch, caplog):
    def away(_now, idle_worker):

        raise OperationalError("the server closed the connection")

    stop = Event()
    monkeypatch.setattr(worker, "IDLE_FOR", 0)
    monkeypatch.setattr(worker, "jobs_recover", away)
    monkeypatch.setattr(worker, "close_old_connections", stop.set)
    worker.work(stop)
    assert "it goes on" in caplog.text


def test_the_list_of_jobs_tells_how_they_ended_and_why(ran, clock, capsys, monkeypatch):
    clock.set(datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC))
    monkeypatch.setattr(samples, "fails_with", ValueError("out of paper"))
    enqueue("tests.sample", text="a")
    work_once()
    DBTaskResult.objects.update(worker_ids=["a", "b", "c"], finished_at=clock.now())
    call_command("jobs")
    assert capsys.readouterr().out.splitlines() == [
        "No worker is running.",
        "In the queue: 0 waiting, 0 running.",
        "2026-03-02 09:00:05  failed     broken  ValueError: no holidays",
        "2026-03-02 09:00:05  done       good",
        "2026-03-02 09:00:05  done       last",
        "2026-03-02 09:00:05  given up   tests.sample  ValueError: out of paper  (3 attempts)",
    ]


def test_the_list_of_jobs_names_what_runs_and_counts_what_waits(clock, capsys):
    clock.set(datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC))
    first = enqueue("tests.sample", text="a")
    enqueue("tests.sample", text="b")
    started = {"status": TaskResultStatus.RUNNING, "started_at": clock.now() - 20 * MINUTE}
    DBTaskResult.objects.filter(pk=first).update(**started, worker_ids=["a"])
    call_command("jobs")
    assert capsys.readouterr().out.splitlines()[1:] == [
        "In the queue: 1 waiting, 1 running.",
        "2026-03-02 08:40:05  running    tests.sample",
    ]


def test_overdue_is_what_should_have_run_or_never_ran(ran, clock):
    assert all(state.is_overdue(clock.now()) for state in recurring_jobs())
    work_once()
    assert not any(state.is_overdue(clock.now() + 5 * MINUTE) for state in recurring_jobs())
    late = [state.name for state in recurring_jobs() if state.is_overdue(clock.now() + 7 * MINUTE)]
    assert late == ["broken", "last"]
    (good,) = (state for state in recurring_jobs() if state.name == "good")
    assert (good.next_at, good.took) == (clock.now() + 10 * MINUTE, timedelta())


def test_administrator_runs_a_recurring_job_once_before_it_is_due(ran, run_jobs, monkeypatch, clock):
    monkeypatch.setitem(registry._jobs, RUN_NOW, Job(RUN_NOW, "Run now", run_recurring_now, 1))
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    with pytest.raises(Forbidden):
        recurring_run_now(actor=factories.user(), name="good", now=clock.now())
    for _twice in range(2):
        recurring_run_now(actor=admin, name="good", now=clock.now())
    assert ran == []
    run_jobs()
    assert [name for name, _now in ran] == ["good"]
    (state,) = (one for one in recurring_jobs() if one.name == "good")
    assert (state.ending, state.done) == (Ending.DONE, 4)
    (entry,) = AuditEntry.objects.filter(action="recurring_job.started")
    assert (entry.actor, entry.subject_id) == (admin, "good")
