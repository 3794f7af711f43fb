"""Who may decide a finding, and who answers it."""

import rules

from instrument_share.accounts.permissions import is_auditor
from rewards.cycle.permissions import manages_assessed_unit

rules.add_perm("rewards.decide_finding", is_auditor)
rules.add_perm("rewards.answer_finding", manages_assessed_unit)
