"""Permissions on annual assessments."""

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in, is_auditor, is_finance, is_officer

manages_assessed_unit = has_role_in(lambda subject: subject.organization_id, Role.UNIT_MANAGER)

rules.add_perm("rewards.run_cycle", is_officer)
rules.add_perm("rewards.decide_finding", is_auditor)
rules.add_perm("rewards.answer_finding", manages_assessed_unit)
rules.add_perm("rewards.trace_any", is_officer | is_auditor | is_finance)
rules.add_perm("rewards.see_assessment", is_officer | is_auditor | is_finance | manages_assessed_unit)
rules.add_perm("rewards.send_report", is_officer)
rules.add_perm("rewards.answer_report", is_finance)
rules.add_perm("rewards.record_payment", is_finance)
