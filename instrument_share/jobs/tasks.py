"""The queue's own job: a recurring job that somebody runs before it is due."""

from instrument_share.jobs.registry import JobContext, job, recurring_named
from instrument_share.jobs.services import RUN_NOW, recurring_begin
from instrument_share.jobs.worker import run_recurring
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock


@job(RUN_NOW, gettext_noop("Scheduled job started by hand"), attempts=1)
def run_recurring_now(context: JobContext, recurring: str) -> None:
    """Run a recurring job now; one that the site has dropped meanwhile is left out."""
    one = recurring_named(recurring)
    if one is not None:
        worker = context.task_result.worker_ids[-1]
        recurring_begin(one, clock.now(), worker=worker)
        run_recurring(one, worker)
