"""The only writers of assessment and reward, in the order of the year."""

from rewards.services.cycles import cycle_announce, cycle_approve, cycle_freeze, cycle_open
from rewards.services.findings import cycle_check, finding_answer, finding_decide
from rewards.services.payments import payment_record, report_accept, report_return
from rewards.services.policies import policy_load
from rewards.services.reports import report_send
from rewards.services.scoring import cycle_score

__all__ = [
    "cycle_announce",
    "cycle_approve",
    "cycle_check",
    "cycle_freeze",
    "cycle_open",
    "cycle_score",
    "finding_answer",
    "finding_decide",
    "payment_record",
    "policy_load",
    "report_accept",
    "report_return",
    "report_send",
]
