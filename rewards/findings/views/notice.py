"""What a decision during the public notice means for it."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from instrument_share.journal.addresses import page_address
from rewards.cycle.domain.states import CycleState
from rewards.findings.selectors.findings import get_last_decision_number

if TYPE_CHECKING:
    from rewards.cycle.models import AssessmentCycle


def tell_of_notice(request: HttpRequest, cycle: "AssessmentCycle") -> None:
    """Say after a decision that a running notice goes on until the units are scored again, and where."""
    if cycle.state == CycleState.NOTICED and get_last_decision_number(cycle) != cycle.decisions_scored:
        sentence = _("The notice goes on, and ends as the units are scored again on the page of the year:")
        page = _("Annual assessment %(year)s") % {"year": cycle.year}
        link = format_html('<a href="{}">{}</a>', page_address("cycle", cycle.year), page)
        messages.info(request, format_html("{} {}", sentence, link))
