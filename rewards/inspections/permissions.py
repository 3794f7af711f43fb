"""Who draws inspections, and who records what was seen."""

from typing import Any

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import add_permissions, has_role, is_auditor, is_officer
from rewards.declarations.permissions import is_on_own_unit
from rewards.inspections.selectors.inspections import has_inspector_left


@rules.predicate
def is_drawn_inspector(user: Any, inspection: Any) -> bool:
    """Return whether the person was drawn to carry out the inspection."""
    return user.is_authenticated and user.pk in {inspection.lead.user_id, inspection.second.user_id}


@rules.predicate
def lacks_inspector(_user: Any, inspection: Any) -> bool:
    """Return whether nobody who was drawn may record the inspection any more."""
    return not has_inspector_left(inspection)


records_as_drawn = has_role(Role.BUREAU_AUDITOR) & is_drawn_inspector

add_permissions(
    {
        "rewards.draw_inspections": is_officer | is_auditor,
        "rewards.record_inspection": (records_as_drawn | is_auditor & lacks_inspector) & ~is_on_own_unit,
    }
)
