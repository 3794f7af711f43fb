"""Who may decide a finding or a falsification, and who answers it."""

from instrument_share.accounts.permissions import add_permissions, is_auditor, is_officer
from rewards.cycle.permissions import manages_assessed_unit

add_permissions(
    {
        "rewards.decide_finding": is_auditor,
        "rewards.decide_falsification": is_auditor | is_officer,
        "rewards.answer_finding": manages_assessed_unit,
    }
)
