"""Long steps of a year are taken by jobs: once, as who asked, wholly or not at all."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden, IllegalMove
from rewards.assessment.models import Award
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.domain.errors import StepUnderWay, YearNotOver
from rewards.cycle.models import StepRun
from rewards.cycle.selectors.step_runs import StepState, get_last_step
from rewards.cycle.services.files import file_store
from rewards.cycle.services.long_steps import LongStep
from rewards.cycle.services.snapshot import snapshot_write
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.report.models import FinanceReport
from rewards.report.services.previews import preview_confirm
from rewards.year import services
from rewards.year.services import LONG_STEPS, cycle_step_work
from tests.rewards.builders import AFTER, YEAR, local

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _after_the_year(clock):
    clock.set(AFTER)


def state(steps):
    return get_last_step(steps.id).state


def reasons(steps):
    return {each["reason"] for each in steps.cycle.excluded}


def test_a_step_waits_for_its_job_and_comes_out_as_in_process(steps, ask, run_jobs, last_run):
    expected = snapshot_write(year=YEAR).name
    ask("freeze")
    assert (state(steps), steps.cycle.state) == (StepState.WAITS, "collecting")
    run_jobs()
    assert (state(steps), steps.cycle.state) == (StepState.DONE, "frozen")
    assert (steps.cycle.snapshot_hash, steps.cycle.frozen_at) == (expected, AFTER)
    assert (last_run().job_id, last_run().ended_at) == (None, AFTER)


def test_all_long_steps_are_taken_by_jobs(steps, ask, run_jobs, last_run):
    for move in ("freeze", "check", "score"):
        ask(move)
        run_jobs()
    steps.announce()
    steps.approve()
    ask("preview")
    run_jobs()
    preview = steps.cycle.previews.get()
    preview_confirm(actor=steps.city.officer, cycle_id=steps.id, sha256=preview.sha256, now=AFTER + 15 * DAY)
    ask("send")
    run_jobs()
    assert steps.cycle.state == "reported"
    assert FinanceReport.objects.get().sent_by == steps.city.officer
    assert StepRun.objects.count() == 1
    awards = Award.objects.values_list("amount_yuan", flat=True)
    assert sorted(awards) == [0, 8067, 91933]


def test_the_journal_names_who_asked_twice_for_the_asking_and_for_the_step(steps, ask, run_jobs):
    ask("freeze")
    run_jobs()
    entries = AuditEntry.objects.filter(action__in=["cycle.step_started", "cycle.frozen"]).order_by("id")
    assert [(one.action, one.actor) for one in entries] == [
        ("cycle.step_started", steps.city.officer),
        ("cycle.frozen", steps.city.officer),
    ]
    assert entries[0].details == {"step": "freeze"}


def test_a_step_that_is_asked_for_twice_runs_once(steps, ask, run_jobs):
    bureau = steps.city.officer.memberships.get().organization
    other = steps.city.person("另一经办", bureau, Role.BUREAU_OFFICER)
    assert ask("freeze").pk == ask("freeze", actor=other).pk
    assert DBTaskResult.objects.count() == 1
    run_jobs()
    assert AuditEntry.objects.filter(action="cycle.frozen").count() == 1


def test_other_steps_are_refused_while_one_is_under_way(steps, ask, run_jobs):
    steps.through("score")
    ask("score")
    for refused in (lambda: ask("check"), steps.announce):
        with pytest.raises(StepUnderWay) as error:
            refused()
        assert (error.value.code, error.value.params) == (
            "reward.step_under_way",
            {"year": YEAR, "move": "score"},
        )
    run_jobs()
    assert steps.announce().state == "noticed"


def test_approval_waits_for_a_step_that_is_under_way(steps, ask):
    steps.through("announce")
    ask("score")
    with pytest.raises(StepUnderWay):
        steps.approve()


def test_what_forbids_a_step_is_said_when_it_is_asked_for(steps, ask):
    with pytest.raises(Forbidden):
        ask("freeze", actor=steps.city.auditor)
    with pytest.raises(YearNotOver):
        ask("freeze", now=local(YEAR, 12, 31, 23))
    with pytest.raises(IllegalMove):
        ask("send")
    assert (DBTaskResult.objects.count(), StepRun.objects.count()) == (0, 0)


def test_a_step_of_who_lost_the_role_is_refused_and_told(steps, ask, run_jobs, last_run):
    ask("freeze")
    steps.city.officer.memberships.update(state="ended")
    run_jobs()
    assert (state(steps), steps.cycle.state) == (StepState.REFUSED, "collecting")
    assert last_run().problem["code"] == "reward.step_not_theirs"
    assert last_run().problem["params"] == {"name": steps.city.officer.name}


def test_a_step_of_a_locked_account_is_refused(steps, ask, run_jobs, last_run):
    ask("freeze")
    User.objects.filter(pk=steps.city.officer.pk).update(is_active=False)
    run_jobs()
    assert (last_run().problem["code"], steps.cycle.state) == ("reward.step_not_theirs", "collecting")


def test_a_role_that_is_lost_while_the_step_is_computed_counts(steps, ask, run_jobs, monkeypatch, last_run):
    freeze = LONG_STEPS["freeze"]

    def compute(cycle, now, tell):
        steps.city.officer.memberships.update(state="ended")
        return freeze.compute(cycle, now, tell)

    monkeypatch.setitem(LONG_STEPS, "freeze", LongStep(freeze.admit, compute, freeze.keep))
    ask("freeze")
    run_jobs()
    assert (last_run().problem["code"], steps.cycle.state) == ("reward.step_not_theirs", "collecting")
    assert not steps.cycle.parts.exists()


def test_a_refusal_of_the_job_is_kept_and_the_step_can_be_asked_for_again(steps, ask, run_jobs, last_run):
    steps.freeze()
    part = steps.cycle.parts.filter(kind="units").get()
    with default_storage.open(part.file) as file:
        content = file.read()
    default_storage.delete(part.file)
    ask("check")
    run_jobs()
    assert (state(steps), steps.cycle.state) == (StepState.REFUSED, "frozen")
    assert (last_run().problem["code"], last_run().problem["params"]) == (
        "reward.snapshot_damaged",
        {"part": "units"},
    )
    assert DBTaskResult.objects.successful().count() == 1  # an answer, and no failure to try again
    default_storage.save(part.file, ContentFile(content))
    ask("check")
    assert (state(steps), last_run().problem) == (StepState.WAITS, {})
    run_jobs()
    assert (state(steps), steps.cycle.state) == (StepState.DONE, "checked")


def test_a_step_that_the_queue_gave_up_can_be_asked_for_again(steps, ask, run_jobs):
    ask("freeze")
    DBTaskResult.objects.all().delete()  # as one that was forgotten after it had failed
    assert state(steps) is StepState.GIVEN_UP
    ask("freeze")
    run_jobs()
    assert steps.cycle.state == "frozen"


def test_a_job_that_is_repeated_after_its_step_changes_nothing(steps, ask, run_jobs):
    steps.freeze()
    run = ask("check")
    run_jobs()
    entries, checked = AuditEntry.objects.count(), steps.cycle.checked_at
    cycle_step_work(run_id=run.pk, job_id=str(run.job_id), now=AFTER + DAY)
    assert (AuditEntry.objects.count(), steps.cycle.checked_at) == (entries, checked)


def test_a_worker_that_only_seemed_dead_changes_nothing_after_the_other(steps, ask, monkeypatch):
    steps.freeze()
    run = ask("check")
    check, job = LONG_STEPS["check"], str(run.job_id)

    def compute(cycle, now, tell):
        found = check.compute(cycle, now, tell)
        monkeypatch.setitem(LONG_STEPS, "check", check)
        cycle_step_work(run_id=run.pk, job_id=job, now=AFTER)  # the other worker does it all meanwhile
        return found

    monkeypatch.setitem(LONG_STEPS, "check", LongStep(check.admit, compute, check.keep))
    cycle_step_work(run_id=run.pk, job_id=job, now=AFTER + DAY)
    assert steps.cycle.checked_at == AFTER
    assert AuditEntry.objects.filter(action="cycle.checked").count() == 1
    assert state(steps) is StepState.DONE


def test_a_decision_while_the_scores_are_computed_leaves_them_outdated(steps, year, monkeypatch):
    steps.city.log(year.first_instrument, local(YEAR, 1, 2, 9), payer=year.client, external=True, amount=1000)
    steps.through("score")
    finding = Finding.objects.get(kind="overlap")
    computed = LONG_STEPS["score"].prepare(actor=steps.city.officer, cycle_id=steps.id, now=AFTER)
    steps.city.answer(finding, AFTER)
    finding_decide(
        actor=steps.city.auditor,
        finding_id=finding.pk,
        uphold=True,
        reason="重复登记",
        invalidated_logs=finding.logs[1:],
        now=AFTER,
    )
    facts = {"actor": steps.city.officer, "cycle_id": steps.id, "now": AFTER + DAY}
    LONG_STEPS["score"].finish(computed=computed, **facts)
    assert steps.cycle.decisions_scored == 0  # as of when they were computed
    assert "invalidated" not in reasons(steps)
    cycle_score(**facts)
    assert steps.cycle.decisions_scored == 1
    assert "invalidated" in reasons(steps)


@pytest.mark.parametrize(("move", "total"), [("freeze", 263), ("check", 263), ("score", 263)])
def test_a_step_tells_how_many_logs_it_has_done(steps, ask, run_jobs, monkeypatch, move, total):
    told = []
    monkeypatch.setattr(services, "TELL_EVERY", 0)
    note = services._Progress.__call__

    def note_and_keep(progress, done, total):
        told.append((done, total))
        note(progress, done, total)

    monkeypatch.setattr(services._Progress, "__call__", note_and_keep)
    before = {"check": "freeze", "score": "check"}.get(move)
    if before:
        steps.through(before)
    ask(move)
    run_jobs()
    assert told.pop(0) == (0, 0)
    done = [one for one, _ in told]
    assert {of for _, of in told} == {total}
    assert done[0] == 0
    assert len(set(done)) > 1
    assert done == sorted(done)
    assert StepRun.objects.get().done == done[-1]


def test_the_paper_tells_how_much_of_it_is_laid_out_before_its_files_are_made(
    steps, ask, run_jobs, monkeypatch
):
    told = []
    note = services._Progress.__call__

    def note_and_keep(progress, *how_far):
        note(progress, *how_far)
        told.append(StepRun.objects.values_list("counted", "done", "total").get())

    monkeypatch.setattr(services._Progress, "__call__", note_and_keep)
    monkeypatch.setattr(services, "TELL_EVERY", 3600)
    steps.through("approve")
    ask("preview")
    run_jobs()
    stages = list(dict.fromkeys(counted for counted, _, _ in told))
    assert stages == ["logs", "paper"]  # what is counted next is noted at once
    told.clear()
    monkeypatch.setattr(services, "TELL_EVERY", 0)
    preview = steps.cycle.previews.get()
    preview_confirm(actor=steps.city.officer, cycle_id=steps.id, sha256=preview.sha256, now=AFTER + 15 * DAY)
    ask("send")
    run_jobs()
    assert list(dict.fromkeys(counted for counted, _, _ in told)) == ["logs", "paper", "files"]
    laid_out = [(done, total) for counted, done, total in told if counted == "paper"]
    assert laid_out[0] == (0, 1)
    assert len(set(laid_out)) > 20
    assert steps.cycle.state == "reported"


def test_a_file_that_was_cut_off_is_written_again_and_a_damaged_one_left(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    default_storage.save("snapshots/cut", ContentFile(b"first li"))
    assert file_store(folder="snapshots", name="cut", content=b"first line") == "snapshots/cut"
    assert (tmp_path / "snapshots/cut").read_bytes() == b"first line"
    default_storage.save("snapshots/other", ContentFile(b"something else"))
    assert file_store(folder="snapshots", name="other", content=b"first line") != "snapshots/other"
    assert (tmp_path / "snapshots/other").read_bytes() == b"something else"


@pytest.mark.django_db(transaction=True)
def test_progress_shows_and_others_write_while_a_step_is_computed(steps, ask, monkeypatch):
    """On another connection, which waits for no lock of the step."""
    seen = []

    def elsewhere():
        seen.append(StepRun.objects.values_list("done", "total").get())
        User.objects.filter(pk=steps.city.auditor.pk).update(phone="13800000000")
        connection.close()

    note = services._Progress.__call__

    def note_and_look(progress, done, total):
        note(progress, done, total)
        thread = Thread(target=elsewhere)
        thread.start()
        thread.join(15)
        assert not thread.is_alive()

    monkeypatch.setattr(services, "TELL_EVERY", 0)
    monkeypatch.setattr(services._Progress, "__call__", note_and_look)
    for move in ("freeze", "check", "score"):
        run = ask(move)
        seen.clear()
        forget_standing(steps.city.officer)
        cycle_step_work(run_id=run.pk, job_id=str(run.job_id), now=AFTER)
        assert seen[:2] == [(0, 0), (0, 263)]
        assert len(seen) > 2
    assert steps.cycle.state == "scored"
