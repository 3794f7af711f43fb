"""The list of a year's findings, and joint decisions on them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock, cursor
from instrument_share.web.forms.params import parse_instant
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.lists.tables import get_address
from instrument_share.web.responses.outcomes import posted_from
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual
from rewards.cycle.domain.states import BEFORE_APPROVAL
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors import cycles as cycles_selectors
from rewards.findings.domain.states import FalsificationState, FindingState
from rewards.findings.forms import FindingFilterForm, JointDecisionForm
from rewards.findings.reports import get_kind_text
from rewards.findings.selectors.browsing import (
    STILL_TO_ANSWER,
    count_findings,
    filter_findings,
    list_facets,
    name_findings_as_frozen,
)
from rewards.findings.selectors.due import list_kept_from_answering
from rewards.findings.selectors.falsifications import list_with_standing_falsification
from rewards.findings.selectors.findings import findings as visible_findings
from rewards.findings.selectors.findings import is_decidable_by
from rewards.findings.services.deciding import findings_decide as decide_findings
from rewards.findings.views.notice import tell_of_notice
from rewards.findings.views.tables import TABLE, export

if TYPE_CHECKING:
    from rewards.cycle.models import AssessmentCycle
    from rewards.findings.models import Finding
    from rewards.findings.selectors.browsing import FindingCounts

PER_PAGE = 30


@require_safe
def findings(request: HttpRequest, year: int) -> HttpResponseBase:
    """List the findings of a year, or export them (`?export=csv` or `xlsx`)."""
    require_part(request.user)
    return _list(request, cycles_selectors.get_cycle(request.user, year))


@login_required
@posted_from("findings")
@idempotent_form
def findings_decide(request: SignedInRequest, year: int) -> HttpResponseBase:
    """Decide several findings with one reason, and say which of them were refused and why.

    Where none was decided, the page comes back with what was typed, and each refusal stands in its row.
    """
    require(request.user, "rewards.decide_finding")
    cycle = cycles_selectors.get_cycle(request.user, year)
    form = JointDecisionForm(request.POST)
    chosen = visible_findings(request.user, cycle).filter(public_id__in=request.POST.getlist("findings"))
    if form.is_valid() and not chosen:
        form.add_error(None, _("Tick the findings that are to be decided."))
    if not form.is_valid():
        return _list(request, cycle, joint=form, status=422)
    outcome = decide_findings(
        actor=request.user,
        finding_ids=[finding.pk for finding in chosen],
        uphold=form.cleaned_data["outcome"] == "uphold",
        reason=form.cleaned_data["reason"],
        seen=form.cleaned_data["seen"],
        read_at=parse_instant(request.POST.get("read_at", "")),
        now=clock.now(),
    )
    refused = {pk: refusal for pk, refusal in outcome.items() if refusal is not None}
    decided = len(outcome) - len(refused)
    if not decided:
        return _list(request, cycle, joint=form, refused=refused, status=409)
    sentence = ngettext("%(count)s finding is decided.", "%(count)s findings are decided.", decided)
    messages.success(request, sentence % {"count": decided})
    name_findings_as_frozen(cycle, chosen)
    for sentence in _tell_refused(chosen, refused):
        messages.warning(request, sentence)
    tell_of_notice(request, cycle)
    return HttpResponseRedirect(reverse("findings", args=[year]) + get_address(request))


def _tell_refused(found: "Iterable[Finding]", refused: Mapping[int, DomainError]) -> list[str]:
    """Return a sentence for each reason why some of the findings were not decided."""
    by_reason: dict[str, list[str]] = {}
    for finding in found:
        if finding.pk not in refused:
            continue
        name = f"{get_kind_text(finding.kind)} · {bilingual(finding.organization, 'name')}"
        by_reason.setdefault(_told(refused[finding.pk]), []).append(name)
    return [
        _("Not decided: {findings}. {reason}").format(findings=_("; ").join(names), reason=reason)
        for reason, names in by_reason.items()
    ]


def _told(refusal: DomainError) -> str:
    return told(refusal.message, refusal.params)


def _list(
    request: HttpRequest,
    cycle: "AssessmentCycle",
    *,
    joint: JointDecisionForm | None = None,
    refused: Mapping[int, DomainError] = {},
    status: int = 200,
) -> HttpResponseBase:
    facets = list_facets(request.user, cycle, request.GET.get("state", ""))
    form = FindingFilterForm(request.GET, facets=facets)
    form.is_valid()
    chosen = form.cleaned_data
    state = chosen.get("state", "")
    others = {"unit": chosen.get("unit", ""), "kind": chosen.get("kind", ""), "kinds_of": facets.kinds_of}
    found = filter_findings(request.user, cycle, state=state, **others)
    ordering = TABLE.get_ordering(request)
    if request.GET.get("export") in {"csv", "xlsx"}:
        return export(request.user, found.order_by(*ordering), cycle, request.GET["export"])
    page = cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)
    name_findings_as_frozen(cycle, page.items)
    decides = cycle.state in BEFORE_APPROVAL and rules.has_perm("rewards.decide_finding", request.user)
    marked = request.POST.getlist("findings")
    today = clock.now().astimezone(CITY_TIME).date()
    suspected = list_with_standing_falsification(page.items)
    unheard = list_kept_from_answering([one for one in page.items if one.answered_at is None])
    context = {
        "cycle": cycle,
        "form": form,
        "page": page,
        "rows": [
            {
                "finding": finding,
                "decidable": is_decidable_by(request.user, finding, today),
                "marked": finding.public_id in marked,
                "could_not_answer": finding.pk in unheard,
                "has_falsification": finding.pk in suspected,
                "refusal": _told(refused[finding.pk]) if finding.pk in refused else "",
            }
            for finding in page.items
        ],
        "heads": TABLE.build_heads(request),
        "exports": [(name, get_address(request, export=name)) for name in ("csv", "xlsx")],
        "query": get_address(request),
        "sort": TABLE.get_order(request),
        "joint": (joint or JointDecisionForm()) if decides else None,
        "read_at": clock.now().isoformat(),
        "seen": max((finding.decision_number or 0 for finding in page.items), default=0),
        "tabs": _tabs(request, count_findings(filter_findings(request.user, cycle, **others)), state),
        "is_filtered": any(chosen.values()),
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
    }
    return render(request, "rewards/findings/findings.html", context, status=status)


def _tabs(request: HttpRequest, counts: "FindingCounts", chosen: str) -> list[tuple[Any, str, bool, int]]:
    states = counts.states
    tabs = [
        (_("All"), get_address(request, state=""), not chosen, sum(states.values())),
        *(
            (
                labels.label("finding", state).text,
                get_address(request, state=state),
                chosen == state,
                states.get(state, 0),
            )
            for state in (FindingState.OPEN.value, FindingState.UPHELD.value, FindingState.DISMISSED.value)
        ),
    ]
    if counts.to_answer or chosen == STILL_TO_ANSWER:
        address = get_address(request, state=STILL_TO_ANSWER)
        tabs.insert(1, (_("To answer"), address, chosen == STILL_TO_ANSWER, counts.to_answer))
    state = FalsificationState.PROPOSED.value
    if counts.proposed or chosen == state:
        address = get_address(request, state=state)
        tabs.append((_("Falsification proposed"), address, chosen == state, counts.proposed))
    return tabs
