"""Jobs of this room."""

from instrument_share.jobs.registry import JobContext, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock

STEP_JOB = "rewards.step"


@job(STEP_JOB, gettext_noop("Step of an annual assessment"))
def take_step(context: JobContext, run_id: int) -> None:
    """Take a long step of a year."""
    # The libraries of papers come with it, 35 MB that no command needs which only registers its jobs.
    from rewards.year.services import cycle_step_work

    cycle_step_work(run_id=run_id, job_id=str(context.task_result.id), now=clock.now())
