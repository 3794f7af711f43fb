"""Who may decide a finding or a falsification, and who answers it."""

from instrument_share.accounts.permissions import add_permissions, is_auditor, is_officer
from rewards.declarations.permissions import is_on_own_unit, manages_assessed_unit

add_permissions(
    {
        "rewards.decide_finding": is_auditor & ~is_on_own_unit,
        "rewards.decide_falsification": (is_auditor | is_officer) & ~is_on_own_unit,
        "rewards.answer_finding": manages_assessed_unit,
    }
)
