"""Names that other apps may use. Pure types and rules are in the rooms' `domain`."""

from rewards.assessment.selectors import assessments
from rewards.cycle.selectors.cycles import cycles
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.findings.selectors.findings import findings, findings_to_answer
from rewards.findings.services import cycle_check, finding_answer, finding_decide
from rewards.inspections.selectors.inspections import inspections_to_record
from rewards.policy.selectors import has_policy
from rewards.policy.services import policy_load
from rewards.year.selectors import get_cycles_ahead
