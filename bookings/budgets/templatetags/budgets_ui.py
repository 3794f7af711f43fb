"""Tags of the pages of projects."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from bookings.projects.domain.choices import FundingSource
from instrument_share.kernel.wording import word
from instrument_share.web.templatetags.ui import facts, progress
from instrument_share.web.text import formats

register = template.Library()


@register.filter
def period(project: Any) -> str:
    """Return the days between which bookings may name the project."""
    first, last = (formats.date_only(day) if day else "" for day in (project.first_date, project.last_date))
    return f"{first} – {last}".strip() if first or last else _("No limit")


@register.inclusion_tag("instrument_share/ui/progress.html")
def budget_bar(budget: Any) -> dict[str, Any]:
    """Show as a bar how much of a budget is committed or spent; overdrawn, it is full."""
    used, limit = budget.used_yuan, budget.limit_yuan
    shown = _("{used} of {limit}").format(used=formats.yuan(used), limit=formats.yuan(limit))
    return progress(_("Committed and spent"), min(used, limit) if limit else 1, limit or 1, shown)


@register.inclusion_tag("instrument_share/ui/facts.html")
def project_facts(project: Any, members: Any) -> dict[str, Any]:
    """Show what is said of a project."""
    names = _(", ").join(one.name for one in members)
    everybody = _("Everybody in the organization")
    return facts(
        [
            (_("Project number"), project.number),
            (_("Funding source"), _(word(FundingSource(project.funding)))),
            (_("Project holder"), project.holder.name),
            (_("Period"), period(project)),
            (_("Who may use it"), everybody if project.for_all_members else names or _("The holder only")),
        ]
    )
