"""Jobs of this room."""

from instrument_share.jobs.registry import JobContext, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from providers.exchange.services.sheet_runs import SHEET_RUN_JOB, sheet_run_work


@job(SHEET_RUN_JOB, gettext_noop("Import of a sheet"))
def import_next_part(context: JobContext, run_id: str) -> None:
    """Import the next part of a sheet."""
    sheet_run_work(public_id=run_id, job_id=str(context.task_result.id), now=clock.now())
