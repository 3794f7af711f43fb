"""Read the checks of a region's records for the national platform."""

from enum import Enum
from typing import TYPE_CHECKING

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import region_of
from instrument_share.jobs.selectors import JobState, job_states
from instrument_share.kernel.errors import Forbidden
from providers.exchange.models import NationalCheck

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


class CheckState(Enum):
    """What becomes of a check: its job runs or waits to, was given up by the queue, or there is none."""

    RUNS = "runs"
    GIVEN_UP = "given_up"
    RESTS = "rests"


def region_key(viewer: "Viewer") -> str:
    """Return what stands for the viewer's region: officers of the same one share its check.

    Raises Forbidden for who is no officer of a bureau.
    """
    region = region_of(viewer, Role.BUREAU_OFFICER)
    if not region:
        raise Forbidden
    return "whole" if region.whole else ",".join(str(one) for one in sorted(region.district_ids))


def national_check(viewer: "Viewer", year: int) -> NationalCheck | None:
    """Return the check of the viewer's region, None where there was never one. Raises Forbidden."""
    return NationalCheck.objects.filter(region=region_key(viewer), year=year).first()


def check_state(check: NationalCheck | None) -> CheckState:
    """Return whether a job is at work on the check."""
    if check is None or check.job_id is None:
        return CheckState.RESTS
    job_id = str(check.job_id)
    state = job_states([job_id]).get(job_id, JobState.GIVEN_UP)  # a job that is forgotten does nothing more
    return CheckState.GIVEN_UP if state is JobState.GIVEN_UP else CheckState.RUNS
