"""Who answers objections, and who says what the unit concerned has to say."""

from instrument_share.accounts.permissions import add_permissions, is_officer
from rewards.cycle.permissions import manages_assessed_unit

add_permissions(
    {
        "rewards.answer_objection": is_officer,
        "rewards.comment_objection": manages_assessed_unit,
    }
)
