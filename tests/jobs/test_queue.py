"""Jobs: in the transaction that enqueues them, tried again, recovered, given up, forgotten."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.jobs.models import Worker
from instrument_share.jobs.selectors import (
    JobState,
    count_given_up_jobs,
    given_up_job,
    given_up_jobs,
    is_worker_running,
    job_states,
    queue,
)
from instrument_share.jobs.services import (
    enqueue,
    job_retry,
    jobs_forget_old,
    jobs_recover,
    worker_left,
    worker_seen,
)
from instrument_share.jobs.worker import run_next_job
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden
from tests import factories
from tests.factories import NOW
from tests.jobs import samples
from tests.page_fixtures import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def put():
    return lambda text="a": enqueue("tests.sample", text=text)


def state(job_id):
    return job_states([job_id]).get(job_id)


def fail(job_id, clock):
    """Let the job fail at the present time of the clock."""
    assert run_next_job("w")
    DBTaskResult.objects.filter(pk=job_id).update(finished_at=clock.now())


def delay(job_id, clock):
    return DBTaskResult.objects.get(pk=job_id).run_after - clock.now()


def test_job_is_rolled_back_with_enqueuing_transaction(put):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put()
        raise ZeroDivisionError
    assert not run_next_job("w")
    put("b")
    assert run_next_job("w")
    assert [text for text, _job in samples.ran] == ["b"]


def test_jobs_run_once_in_their_order_and_know_their_id(put):
    first, second = put("a"), put("b")
    assert state(first) is JobState.WAITS
    while run_next_job("w"):
        pass
    assert samples.ran == [("a", first), ("b", second)]
    assert state(first) is JobState.DONE


def test_a_failed_job_is_tried_again_after_a_delay_that_doubles(put, clock, monkeypatch):
    job_id = put()
    monkeypatch.setattr(samples, "fails_with", ValueError("out of paper"))
    delays = []
    for _attempt in range(2):
        fail(job_id, clock)
        assert state(job_id) is JobState.WAITS
        assert jobs_recover(clock.now(), idle_worker="idle") == 1
        delays.append(delay(job_id, clock).total_seconds())
        assert not run_next_job("w")
        DBTaskResult.objects.filter(pk=job_id).update(run_after=clock.now())
    assert delays == [15, 30]
    monkeypatch.setattr(samples, "fails_with", None)
    assert run_next_job("w")
    assert state(job_id) is JobState.DONE


def test_a_failed_job_waits_behind_new_ones_and_since_it_is_due_again(put, clock, monkeypatch):
    """What a silent mail server keeps waiting for hours neither holds up imports nor looks forgotten."""
    failed = put("failed")
    monkeypatch.setattr(samples, "fails_with", ValueError("out of paper"))
    fail(failed, clock)
    DBTaskResult.objects.update(enqueued_at=clock.now() - timedelta(hours=20))
    jobs_recover(clock.now(), idle_worker="idle")
    due_at = clock.now() - timedelta(minutes=1)
    DBTaskResult.objects.update(run_after=due_at)
    assert queue().since == due_at
    monkeypatch.setattr(samples, "fails_with", None)
    put("new")
    assert run_next_job("w")
    assert run_next_job("w")
    assert [text for text, _job in samples.ran] == ["failed", "new", "failed"]


def test_job_is_abandoned_with_reason_after_last_attempt(put, clock, monkeypatch):
    job_id = put()
    monkeypatch.setattr(samples, "fails_with", ValueError("out of paper"))
    for _attempt in range(3):
        fail(job_id, clock)
        jobs_recover(clock.now(), idle_worker="idle")
        DBTaskResult.objects.filter(pk=job_id).update(run_after=clock.now())
    assert not run_next_job("w")
    assert state(job_id) is JobState.GIVEN_UP
    (given_up,) = given_up_jobs()
    assert (given_up.id, given_up.name, given_up.attempts) == (job_id, "tests.sample", 3)
    assert given_up.reason == "ValueError: out of paper"
    assert "samples.py" in given_up.trace


def test_exported_jobs_are_those_that_were_given_up(put, clock, monkeypatch, see):
    monkeypatch.setattr(samples, "fails_with", ValueError("out of paper"))
    given_up, tried_again = put(), put()
    fail(given_up, clock)
    fail(tried_again, clock)
    DBTaskResult.objects.filter(pk=given_up).update(worker_ids=["w", "w", "w"], finished_at=NOW)
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    head, (*cells, trace) = rows_of(see(admin, "system_jobs", format="csv"))
    assert head == ["编号", "任务", "失败时间", "尝试次数", "错误", "错误详情"]
    assert cells == [given_up, "A sample", "2026-03-02T08:00:00+08:00", "3", "ValueError: out of paper"]
    assert "samples.py" in trace


def test_job_of_another_version_is_shown_without_the_way_to_run_it_again(put, see):
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    job_id = put()
    failed = DBTaskResult.objects.filter(pk=job_id)
    failed.update(status="FAILED", worker_ids=["w", "w", "w"], finished_at=NOW, traceback="E: out of paper")
    address, sentence = reverse("job_retry", args=[job_id]), "当前版本已无此任务，不能再次运行。"
    for path, is_known in ((failed.get().task_path, True), ("old.version.job", False)):
        failed.update(task_path=path)
        for name in ("system", "system_jobs"):
            page = see(admin, name).content.decode()
            assert (address in page, sentence in page) == (is_known, not is_known)
        assert see(admin, "job_retry", job_id).status_code == (200 if is_known else 409)


def test_worker_leaves_tracebacks_of_failed_jobs_in_the_database(put, statements):
    for text in ("a", "b"):
        put(text)
    DBTaskResult.objects.update(status="FAILED", worker_ids=["w", "w", "w"], finished_at=NOW)
    for act in (lambda: jobs_recover(NOW, idle_worker="w"), lambda: count_given_up_jobs()):
        read = [one for one in statements.of(act) if "FAILED" in one]
        assert len(read) == 1
        assert "traceback" not in read[0] and "args_kwargs" not in read[0]
    assert count_given_up_jobs() == 2


def take(job_id, worker):
    """Take the job as a worker that then dies."""
    DBTaskResult.objects.get(pk=job_id).claim(worker)


def test_only_jobs_of_dead_workers_are_requeued(put, clock):
    job_id = put()
    worker_seen("first", clock.now())
    take(job_id, "first")
    clock.move(timedelta(seconds=29))
    assert jobs_recover(clock.now(), idle_worker="idle") == 0
    clock.move(timedelta(seconds=1))
    assert jobs_recover(clock.now(), idle_worker="idle") == 1
    DBTaskResult.objects.update(run_after=clock.now() - timedelta(minutes=1))
    assert run_next_job("second")
    assert state(job_id) is JobState.DONE


def test_job_of_idle_worker_is_requeued(put, clock):
    job_id = put()
    worker_seen("first", clock.now())
    take(job_id, "first")
    assert jobs_recover(clock.now(), idle_worker="second") == 0
    assert jobs_recover(clock.now(), idle_worker="first") == 1


def test_job_that_kills_workers_is_abandoned(put, clock):
    job_id = put()
    for _attempt in range(3):
        take(job_id, "gone")
        jobs_recover(clock.now(), idle_worker="idle")
    assert state(job_id) is JobState.GIVEN_UP
    assert "The worker ended" in given_up_jobs()[0].reason


def test_worker_counts_as_running_while_heartbeat_is_recent(clock):
    assert not is_worker_running(clock.now())
    worker_seen("first", clock.now())
    clock.move(timedelta(seconds=29))
    assert is_worker_running(clock.now())
    clock.move(timedelta(seconds=1))
    assert not is_worker_running(clock.now())
    worker_seen("first", clock.now())
    assert is_worker_running(clock.now())
    worker_left("first")
    assert not is_worker_running(clock.now())


def test_old_jobs_and_workers_are_forgotten_failures_later(put, clock, monkeypatch):
    done = put()
    run_next_job("w")
    failed = put()
    monkeypatch.setattr(samples, "fails_with", ValueError())
    run_next_job("w")
    worker_seen("first", clock.now())
    clock.move(timedelta(days=6))
    assert jobs_forget_old(clock.now()) == 0
    clock.move(timedelta(days=2))
    assert jobs_forget_old(clock.now()) == 1
    assert (state(done), Worker.objects.count()) == (None, 0)
    clock.move(timedelta(days=90))
    assert jobs_forget_old(clock.now()) == 1
    assert state(failed) is None


def test_administrator_gives_a_job_its_attempts_again(put, clock, monkeypatch):
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    admin = factories.member(office, Role.SYSADMIN)
    job_id = put()
    monkeypatch.setattr(samples, "fails_with", ValueError("out of paper"))
    while state(job_id) is JobState.WAITS:
        DBTaskResult.objects.update(run_after=clock.now() - timedelta(days=1))
        fail(job_id, clock)
        jobs_recover(clock.now(), idle_worker="w")
    assert given_up_job(job_id).reason == "ValueError: out of paper"
    with pytest.raises(Forbidden):
        job_retry(actor=factories.user(), job_id=job_id, now=clock.now())
    monkeypatch.setattr(samples, "fails_with", None)
    for _twice in range(2):
        job_retry(actor=admin, job_id=job_id, now=clock.now())
    assert (given_up_job(job_id), queue().waits) == (None, 1)
    assert run_next_job("w")
    assert state(job_id) is JobState.DONE
    assert AuditEntry.objects.filter(action="job.retried", subject_id=job_id).count() == 1
