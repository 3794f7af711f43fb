"""Who applies for vouchers and claims on them, who decides, audits and pays, and who sees them."""

from typing import Any

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import (
    add_permissions,
    has_role_in,
    is_auditor,
    is_bound_to,
    is_finance,
    is_officer,
)


def _organization_id(subject: Any) -> int | None:
    return getattr(subject, "organization_id", None)


administers = has_role_in(_organization_id, Role.ORG_ADMIN)
is_bound = is_bound_to(_organization_id)

add_permissions(
    {
        "rewards.open_voucher_scheme": is_officer,
        "rewards.apply_for_voucher": administers,
        "rewards.claim_voucher": administers,
        "rewards.see_voucher": administers | is_officer | is_auditor | is_finance,
        "rewards.see_vouchers": is_officer | is_auditor | is_finance,
        "rewards.decide_voucher": is_officer & ~is_bound,
        "rewards.audit_voucher": (is_officer | is_auditor) & ~is_bound,
        "rewards.list_vouchers": is_officer,
        "rewards.pay_voucher": is_finance,
    }
)
