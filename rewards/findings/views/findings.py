"""Pages of findings: list, details, decisions and answers."""

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


@require_safe
def finding(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a finding."""
    require_part(request.user)
    return _page(request, findings_selectors.get_finding(request.user, public_id))


@login_required
@require_POST
@idempotent_form
def finding_decide(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Decide a finding."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = DecisionForm(request.POST, finding=found)
    if form.is_valid():
        try:
            finding_services.finding_decide(
                actor=request.user,
                finding_id=found.pk,
                uphold=form.uphold,
                invalidated_logs=form.invalidated,
                falsified=form.cleaned_data["falsified"],
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            )
        except DomainError as error:
            return _refused(request, found, form, error)
        messages.success(request, _("Decided. The unit and the bureau see the decision and its reason."))
        return _to_next(request, found)
    return _page(request, found, decision=form, status=422)


def _to_next(request: HttpRequest, decided: "Finding") -> HttpResponse:
    """Redirect to the year's next open finding, or to the list."""
    still_open = filter_findings(request.user, decided.cycle, state=FindingState.OPEN)
    following = still_open.order_by("answer_due_date", "id").first()
    if following is None:
        messages.info(request, _("No finding is open any more."))
        return HttpResponseRedirect(reverse("findings", args=[decided.cycle.year]))
    return HttpResponseRedirect(reverse("finding", args=[following.public_id]))


@login_required
@require_POST
@idempotent_form
def finding_answer(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Answer a finding as its unit."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            finding_services.finding_answer(
                actor=request.user,
                finding_id=found.pk,
                answer=form.cleaned_data["answer"],
                now=clock.now(),
            )
        except DomainError as error:
            return _refused(request, found, form, error)
        messages.success(request, _("Your answer is with the auditors. You can change it until they decide."))
        return HttpResponseRedirect(reverse("finding", args=[public_id]))
    return _page(request, found, answer=form, status=422)


def _refused(request: HttpRequest, found: "Finding", form: "forms.Form", error: DomainError) -> HttpResponse:
    if error.kind == "forbidden":
        raise error
    add_problems(form, error)
    which = {"decision" if isinstance(form, DecisionForm) else "answer": form}
    return _page(request, found, status=problem.status_of(error), **which)


def _page(
    request: HttpRequest,
    found: "Finding",
    *,
    decision: "forms.Form | None" = None,
    answer: "forms.Form | None" = None,
    status: int = 200,
) -> HttpResponse:
    logs = get_finding_logs(request.user, found)
    changeable = found.cycle.state in CHANGEABLE
    bodies = organizations_in(found.evidence)
    organizations = organizations_by_public_id(request.user, bodies) if bodies else {}
    if decision is None and changeable and rules.has_perm("rewards.decide_finding", request.user, found):
        decision = DecisionForm(finding=found, initial=_decided(found))
    if answer is None and changeable and rules.has_perm("rewards.answer_finding", request.user, found):
        answer = AnswerForm(initial={"answer": found.answer}) if found.state == FindingState.OPEN else None
    invalidated = set(found.invalidated_logs)
    marked = set(decision["logs"].value() or []) if decision else invalidated
    context = {
        "finding": found,
        "cycle": found.cycle,
        "evidence": build_evidence_rows(found.evidence, organizations),
        "further": build_further_evidence(found.evidence, organizations),
        "logs": [
            log | {"invalidated": log["log"] in invalidated, "marked": log["log"] in marked} for log in logs
        ],
        "unseen": len(found.logs) - len(logs),
        "opens": viewable_log_ids(request.user, [log["log"] for log in logs]),
        "opens_booking": viewable_booking_ids(
            request.user, [log["booking"] for log in logs if log["booking"]]
        ),
        "decision": decision,
        "answer": answer,
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
    }
    return render(request, "rewards/findings/finding.html", context, status=status)


def _decided(found: "Finding") -> dict[str, Any]:
    """Return the previous decision as initial values of the form."""
    if found.state == FindingState.OPEN:
        return {}
    outcome = "dismiss"
    if found.state == FindingState.UPHELD:
        outcome = "none" if not found.invalidated_logs else "chosen"
        if set(found.invalidated_logs) == set(found.logs):
            outcome = "all"
    return {
        "outcome": outcome,
        "logs": found.invalidated_logs,
        "falsified": found.falsified,
        "reason": found.reason,
    }
