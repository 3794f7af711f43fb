"""Jobs of the composed pages."""

from instrument_share.jobs.registry import JobContext, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.pages.national.checks import check_region
from providers.public import NATIONAL_CHECK_JOB


@job(NATIONAL_CHECK_JOB, gettext_noop("Check of records for the national platform"))
def check_records(context: JobContext, check_id: int) -> None:
    """Check a region's records for the national platform."""
    check_region(check_id, str(context.task_result.id))
