"""Who may keep a receiving account, check it, and pay."""

from instrument_share.accounts.permissions import add_permissions, is_finance
from rewards.declarations.permissions import manages_assessed_unit

add_permissions(
    {
        "rewards.see_account": manages_assessed_unit | is_finance,
        "rewards.enter_account": manages_assessed_unit,
        "rewards.check_account": manages_assessed_unit | is_finance,
        "rewards.record_payment": is_finance,
    }
)
