"""Findings as text."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from rewards.findings.domain.checks import CHECK_FIGURES
from rewards.findings.domain.states import FindingState
from rewards.policy.domain.vocabulary import KINDS, OPENED_KINDS

if TYPE_CHECKING:
    from rewards.findings.models import Finding


def get_kind_text(code: str) -> str:
    """Return the description of a kind of check in the active language."""
    if code in OPENED_KINDS:
        return gettext(OPENED_KINDS[code])
    return gettext(KINDS[code]).format(**CHECK_FIGURES) if code in KINDS else code


FINDING_STATES = {
    FindingState.OPEN: "尚未处理",
    FindingState.DISMISSED: "不予认定",
    FindingState.UPHELD: "予以认定",
}
"""What an auditor decided."""


def get_decision_text(finding: "Finding") -> str:
    """Return the decision on a finding in Chinese, and whether it was proven a falsification."""
    return tell_falsified(finding, FINDING_STATES[FindingState(finding.state)])


def tell_falsified(finding: "Finding", decision: str) -> str:
    """Add to a decision that the finding was proven a falsification, where it was."""
    if not finding.falsified:
        return decision
    return gettext("{decision} (falsification)").format(decision=decision)
