"""Reads of assessment and reward, from the cycle's sum down to the booking behind an hour."""

from rewards.selectors.cycles import (
    cycle,
    cycle_lock,
    cycles,
    policies,
    policy_by_id,
    policy_rules,
    public_results,
)
from rewards.selectors.findings import (
    cycle_of_finding,
    finding,
    findings,
    last_decision_number,
    rulings_of,
)
from rewards.selectors.reports import report, report_file, report_lock, reports
from rewards.selectors.results import (
    assessment,
    assessments,
    award_lock,
    instrument_result,
    snapshot_logs,
)
from rewards.selectors.verification import Verdict, verification_by_code, verification_by_file

__all__ = [
    "Verdict",
    "assessment",
    "assessments",
    "award_lock",
    "cycle",
    "cycle_lock",
    "cycle_of_finding",
    "cycles",
    "finding",
    "findings",
    "instrument_result",
    "last_decision_number",
    "policies",
    "policy_by_id",
    "policy_rules",
    "public_results",
    "report",
    "report_file",
    "report_lock",
    "reports",
    "rulings_of",
    "snapshot_logs",
    "verification_by_code",
    "verification_by_file",
]
