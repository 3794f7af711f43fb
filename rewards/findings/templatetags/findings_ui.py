"""Template tags of findings."""

from typing import TYPE_CHECKING

from django import template

from rewards.findings.domain.causes import list_kinds
from rewards.findings.reports import get_kind_text

if TYPE_CHECKING:
    from rewards.findings.models import Finding

register = template.Library()

register.filter("finding_kind", get_kind_text)


@register.filter
def further_kinds(finding: "Finding") -> list[str]:
    """Return the kinds of evidence beside the one after which a finding is named."""
    return list_kinds(finding.kind, finding.evidence)[1:]
