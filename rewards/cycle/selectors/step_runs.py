"""Long steps of years that a job takes: which is under way, and how the last one ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from instrument_share.jobs.selectors import WorkState, work_states
from rewards.cycle.domain.errors import StepUnderWay
from rewards.cycle.models import AssessmentCycle, StepRun


class StepState(Enum):
    """A step waits for the worker, runs, was given up by the queue, was refused by the rules, or is done."""

    WAITS = "waits"
    RUNS = "runs"
    GIVEN_UP = "given_up"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True)
class LastStep:
    """The last long step that was asked for in a cycle, and what became of it."""

    run: StepRun
    state: StepState

    @property
    def is_under_way(self) -> bool:
        """Return whether a job takes it now or soon."""
        return self.state in {StepState.WAITS, StepState.RUNS}


def get_last_steps(cycle_ids: Iterable[int]) -> Mapping[int, LastStep]:
    """Return the last long step by cycle. Two statements at most."""
    runs = list(StepRun.objects.select_related("user").filter(cycle__in=list(cycle_ids)))
    work = work_states(run.job_id for run in runs)
    return {run.cycle_id: LastStep(run, _state(run, work[run.job_id])) for run in runs}


def get_last_step(cycle_id: int) -> LastStep | None:
    """Return the last long step of a cycle, None before the first."""
    return get_last_steps([cycle_id]).get(cycle_id)


def require_no_step(cycle: AssessmentCycle) -> None:
    """Raise StepUnderWay while a long step of the (locked) cycle waits or runs."""
    last = get_last_step(cycle.pk)
    if last is not None and last.is_under_way:
        raise StepUnderWay(year=cycle.year, move=last.run.move)


def _state(run: StepRun, work: WorkState) -> StepState:
    if work is WorkState.GIVEN_UP:
        return StepState.GIVEN_UP
    if work is WorkState.RUNS:
        return StepState.WAITS if run.total is None else StepState.RUNS
    return StepState.REFUSED if run.problem else StepState.DONE
