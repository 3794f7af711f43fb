"""Visibility: the whole city for bureau, auditors and Finance, own rows for units, notices for all."""

from typing import TYPE_CHECKING

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing
from rewards.cycle.domain.states import CycleState

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

NOTICED = (CycleState.NOTICED, CycleState.APPROVED, CycleState.REPORTED, CycleState.PAID)
"""States in which the results are public."""


def can_see_all(viewer: "Viewer") -> bool:
    """Return whether the viewer sees the whole city's assessments, awards and reports."""
    return region_of(viewer, Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER).whole


def managed_units(viewer: "Viewer") -> frozenset[int]:
    """Return the ids of the organizations whose unit manager the viewer is."""
    return standing(viewer).organization_ids(Role.UNIT_MANAGER)
