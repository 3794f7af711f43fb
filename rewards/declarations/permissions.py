"""Who declares facts, and who confirms them."""

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import add_permissions, has_role_in, is_officer

add_permissions(
    {
        "rewards.declare_fact": has_role_in(lambda subject: subject.pk, Role.UNIT_MANAGER) | is_officer,
        "rewards.decide_fact": is_officer,
    }
)
