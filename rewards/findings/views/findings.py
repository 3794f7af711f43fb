"""The list of a year's findings."""

from typing import TYPE_CHECKING, Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses import problem
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from rewards.cycle.domain.states import CycleState
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors import cycles as cycles_selectors
from rewards.cycle.selectors.browsing import (
    organizations_by_public_id,
    viewable_booking_ids,
    viewable_log_ids,
)
from rewards.findings import services as finding_services
from rewards.findings.domain.states import FindingState
from rewards.findings.forms import AnswerForm, DecisionForm, FindingFilterForm
from rewards.findings.selectors import findings as findings_selectors
from rewards.findings.selectors.browsing import count_findings, filter_findings, get_finding_logs
from rewards.findings.views.evidence import (
    build_evidence_rows,
    build_further_evidence,
    organizations_in,
)

if TYPE_CHECKING:
    from django import forms

    from rewards.findings.models import Finding
    from rewards.findings.selectors.browsing import FindingFacets

PER_PAGE = 30
ORDERING = ("rank", "answer_due_date", "id")
CHANGEABLE = (CycleState.CHECKED, CycleState.SCORED, CycleState.NOTICED)


@require_safe
def findings(request: HttpRequest, year: int) -> HttpResponse:
    """List the findings of a year."""
    require_part(request.user)
    cycle = cycles_selectors.get_cycle(request.user, year)
    facets = count_findings(request.user, cycle)
    form = FindingFilterForm(request.GET, facets=facets)
    form.is_valid()
    chosen = form.cleaned_data
    page = cursor.page(
        filter_findings(request.user, cycle, **{name: chosen.get(name, "") for name in form.fields}),
        ordering=ORDERING,
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {
        "cycle": cycle,
        "form": form,
        "page": page,
        "tabs": _tabs(request, facets, chosen.get("state", "")),
        "is_filtered": any(chosen.values()),
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
    }
    return render(request, "rewards/findings/findings.html", context)


def _tabs(request: HttpRequest, facets: "FindingFacets", chosen: str) -> list[tuple[Any, str, bool, int]]:
    kept = request.GET.copy()
    for name in ("cursor", "state"):
        kept.pop(name, None)

    def address(state: str) -> str:
        query = kept.copy()
        if state:
            query["state"] = state
        return f"?{query.urlencode()}"

    counts = facets.states
    return [
        (_("All"), address(""), not chosen, sum(counts.values())),
        *(
            (labels.label("finding", state).text, address(state), chosen == state, counts.get(state, 0))
            for state in (FindingState.OPEN.value, FindingState.UPHELD.value, FindingState.DISMISSED.value)
        ),
    ]
