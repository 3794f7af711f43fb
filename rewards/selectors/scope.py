"""Who sees what: the bureau, auditors and Finance everything, a unit its own, the public what was noticed."""

from typing import TYPE_CHECKING

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from rewards.domain.states import CycleState

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

NOTICED = (CycleState.NOTICED, CycleState.APPROVED, CycleState.REPORTED, CycleState.PAID)
"""States in which the results are public."""


def sees_all(viewer: "Viewer") -> bool:
    own = standing(viewer)
    return any(own.holds(role) for role in (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER))


def managed_units(viewer: "Viewer") -> frozenset[int]:
    return standing(viewer).organization_ids(Role.UNIT_MANAGER)
