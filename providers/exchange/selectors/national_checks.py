"""Read the checks of a region's records for the national platform."""

from typing import TYPE_CHECKING

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import region_of
from instrument_share.jobs.selectors import WorkState, work_states
from instrument_share.kernel.errors import Forbidden
from providers.exchange.models import NationalCheck

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


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


def check_state(check: NationalCheck | None) -> WorkState:
    """Return whether a job is at work on the check."""
    job_id = check.job_id if check else None
    return work_states([job_id])[job_id]
