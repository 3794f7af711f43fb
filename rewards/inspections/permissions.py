"""Who draws inspections, and who records what was seen."""

from typing import Any

import rules

from instrument_share.accounts.permissions import add_permissions, is_officer


@rules.predicate
def is_drawn_inspector(user: Any, inspection: Any) -> bool:
    """Return whether the person was drawn to carry out the inspection."""
    return user.is_authenticated and user.pk in {inspection.lead.user_id, inspection.second.user_id}


add_permissions(
    {
        "rewards.draw_inspections": is_officer,
        "rewards.record_inspection": is_drawn_inspector,
    }
)
