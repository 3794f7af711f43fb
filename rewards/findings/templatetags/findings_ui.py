"""Template tags of findings."""

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext as _

from instrument_share.web.text.formats import NOTHING, yuan
from rewards.cycle.reports import format_points
from rewards.findings.domain.causes import list_kinds
from rewards.findings.reports import get_kind_text

if TYPE_CHECKING:
    from rewards.findings.models import Finding

register = template.Library()

register.filter("finding_kind", get_kind_text)


@register.simple_tag
def at_stake(finding: "Finding") -> str:
    """Return the points and the award that depend on a finding, as of when the year was last scored."""
    if finding.points_at_stake is None or finding.yuan_at_stake is None:
        return NOTHING
    return _("{points} points, {amount}").format(
        points=format_points(finding.points_at_stake), amount=yuan(finding.yuan_at_stake)
    )


@register.filter
def further_kinds(finding: "Finding") -> list[str]:
    """Return the kinds of evidence beside the one after which a finding is named."""
    return list_kinds(finding.kind, finding.evidence)[1:]
