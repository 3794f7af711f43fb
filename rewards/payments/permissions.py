"""Who may keep a receiving account, check it, and pay."""

from typing import Any

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import add_permissions, is_finance
from instrument_share.accounts.selectors import standing
from rewards.declarations.permissions import manages_assessed_unit


@rules.predicate
def administers_voucher_holder(user: Any, subject: Any) -> bool:
    """Return whether the person administers the subject's organization, which owns no instruments.

    Vouchers are paid to it; the account of a unit is its managers'.
    """
    owner = getattr(subject, "organization_id", None)
    return any(
        one.role == Role.ORG_ADMIN and one.organization_id == owner and not one.organization.owns_instruments
        for one in standing(user).memberships
    )


keeps_account = manages_assessed_unit | administers_voucher_holder

add_permissions(
    {
        "rewards.see_account": keeps_account | is_finance,
        "rewards.enter_account": keeps_account,
        "rewards.check_account": keeps_account | is_finance,
        "rewards.record_payment": is_finance,
    }
)
