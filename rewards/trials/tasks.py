"""Jobs of this room."""

from instrument_share.jobs.registry import JobContext, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock

TRIAL_JOB = "rewards.trial"


@job(TRIAL_JOB, gettext_noop("Trial of a policy"))
def work_trial(context: JobContext, trial_id: int) -> None:
    """Compute a trial."""
    from rewards.trials.services import trial_work

    trial_work(trial_id=trial_id, job_id=str(context.task_result.id), now=clock.now())
