"""Who may see the assessment of a unit."""

import rules

from instrument_share.accounts.permissions import is_auditor, is_finance, is_officer
from rewards.declarations.permissions import manages_assessed_unit

rules.add_perm("rewards.see_assessment", is_officer | is_auditor | is_finance | manages_assessed_unit)
