"""Findings in words."""

from django.utils.translation import gettext

from rewards.findings.domain.checks import CHECK_FIGURES
from rewards.findings.domain.states import FindingState
from rewards.policy.domain.vocabulary import KINDS


def finding_kind(code: str) -> str:
    """Return what a check says, in the active language."""
    return gettext(KINDS[code]).format(**CHECK_FIGURES) if code in KINDS else code


FINDING_STATES = {
    FindingState.OPEN: "尚未处理",
    FindingState.DISMISSED: "不予认定",
    FindingState.UPHELD: "予以认定",
}
"""What an auditor decided."""


def finding_state(code: str) -> str:
    """Return what an auditor decided, in Chinese."""
    return FINDING_STATES[FindingState(code)]
