"""Who may look through a year and all of its parts."""

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in, is_auditor, is_finance, is_officer

manages_assessed_unit = has_role_in(lambda subject: subject.organization_id, Role.UNIT_MANAGER)

rules.add_perm("rewards.trace_any", is_officer | is_auditor | is_finance)
