"""Who may decide a finding, and who answers it."""

from instrument_share.accounts.permissions import add_permissions, is_auditor
from rewards.cycle.permissions import manages_assessed_unit

add_permissions(
    {
        "rewards.decide_finding": is_auditor,
        "rewards.answer_finding": manages_assessed_unit,
    }
)
