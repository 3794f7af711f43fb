"""Who answers objections, and who says what the unit concerned has to say."""

from typing import Any

import rules

from instrument_share.accounts.permissions import add_permissions, is_officer
from rewards.declarations.permissions import is_on_own_unit, manages_assessed_unit


@rules.predicate
def is_objector(user: Any, objection: Any) -> bool:
    """Return whether the person raised the objection."""
    return user.is_authenticated and user.pk == objection.user_id


add_permissions(
    {
        "rewards.answer_objection": is_officer & ~is_on_own_unit & ~is_objector,
        "rewards.comment_objection": manages_assessed_unit,
    }
)
