"""Jobs of this room."""

from instrument_share.jobs.registry import JobContext, job
from instrument_share.web import clock
from rewards.year.services import STEP_JOB, cycle_step_work


@job(STEP_JOB)
def take_step(context: JobContext, run_id: int) -> None:
    """Take a long step of a year."""
    cycle_step_work(run_id=run_id, job_id=str(context.task_result.id), now=clock.now())
