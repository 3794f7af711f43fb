"""Page of a year's assessment and its steps."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import rules
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.public import count_confirmed_since
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import region_of
from instrument_share.jobs.selectors import is_worker_running
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from rewards.assessment.services.notice import cycle_announce, cycle_approve
from rewards.assessment.views import unit_tables
from rewards.cycle.domain.states import CycleState
from rewards.cycle.selectors.cycles import cycles
from rewards.findings.selectors.browsing import count_states
from rewards.findings.selectors.findings import findings
from rewards.objections.selectors.objections import objections_of
from rewards.policy.selectors import get_policy_rules
from rewards.year.forms import AnnounceForm, ApproveForm
from rewards.year.selectors import CycleAhead, get_cycle_ahead, get_notice_contact
from rewards.year.services import LONG_STEPS, cycle_step_start
from rewards.year.views.adopting import get_adopt_address
from rewards.year.views.last_step import describe_last_step
from rewards.year.views.words import (
    ACTIONS,
    DONE,
    awaits_another,
    build_step_line,
    describe_consequences,
    describe_waiting,
)

if TYPE_CHECKING:
    from rewards.cycle.models import AssessmentCycle

FORMS: dict[str, type[forms.Form]] = {"announce": AnnounceForm, "approve": ApproveForm}
SHORT_STEPS: dict[str, Callable[..., Any]] = {"announce": cycle_announce, "approve": cycle_approve}


@require_safe
def cycle(request: HttpRequest, year: int) -> HttpResponse:
    """Show a year's assessment, with the long step that is under way."""
    require(request.user, "rewards.trace_any")
    now = clock.now()
    try:
        ahead = get_cycle_ahead(request.user, year, now)
    except NotFound:
        if rules.has_perm("rewards.run_cycle", request.user):
            return HttpResponseRedirect(reverse("cycle_open", args=[year]))
        raise
    if request.htmx and not ahead.move_under_way:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})  # all of the page has changed
    rows = unit_tables.get_assessments(request, ahead.cycle)
    context = {
        "cycle": ahead.cycle,
        "ahead": ahead,
        "sees_bureau": bool(region_of(request.user)),
        "runs": rules.has_perm("rewards.run_cycle", request.user),
        "steps": build_step_line(ahead),
        "waits": describe_waiting(request.user, ahead),
        "news": describe_last_step(ahead),
        "has_worker": bool(ahead.move_under_way) and is_worker_running(now),
        "primary": _primary(request, ahead),
        "again": _again(request, ahead),
        "adopt_address": "" if ahead.move_under_way else get_adopt_address(request, ahead.cycle),
        "policy": get_policy_rules(ahead.cycle.policy),
        "announced": bool(ahead.cycle.noticed_at) or objections_of(ahead.cycle).exists(),
        "findings": count_states(findings(request.user, ahead.cycle)),
        "rows": rows,
        "awarded_count": sum(each.award.amount_yuan > 0 for each in rows),
        "heads": unit_tables.TABLE.build_heads(request, "#units"),
        "csv": unit_tables.get_csv_address(request, year),
        "charts": unit_tables.build_charts(rows),
        "pots": _pots(ahead),
        "late": count_confirmed_since(year, ahead.cycle.frozen_at) if ahead.cycle.frozen_at else 0,
        "years": [
            (str(other), reverse("cycle", args=[other]), other == year)
            for other in cycles(request.user).values_list("year", flat=True)
        ],
        "returned": ahead.report if ahead.report and ahead.report.state == "returned" else None,
    }
    return render(request, "rewards/year/cycle.html", context)


def _pots(ahead: CycleAhead) -> list[dict[str, Any]]:
    """Return the budget and awards of each pot, with the clauses of its rules."""
    clauses: dict[str, list[str]] = {}
    for rule in get_policy_rules(ahead.cycle.policy).rules:
        clauses.setdefault(rule.pot, []).append(bilingual(rule, "clause"))
    pots = ahead.cycle.allocation.get("pots", [])
    return [pot | {"clause": " / ".join(clauses.get(pot["pot"], [pot["pot"]]))} for pot in pots]


def _primary(request: HttpRequest, ahead: CycleAhead) -> tuple[Any, str, bool] | None:
    """Return the main button: label, address, and whether it asks for confirmation."""
    year, step = ahead.cycle.year, ahead.step
    if step.waits_for == "findings":
        state = "open" if ahead.open_findings else "proposed"
        return (_("Go to the open findings"), reverse("findings", args=[year]) + f"?state={state}", False)
    if step.waits_for == "preview" and rules.has_perm("rewards.send_report", request.user):
        return (_("Review the preview"), reverse("report_preview", args=[year]), False)
    if step.waits_for == "policy" and not ahead.move_under_way:
        address = get_adopt_address(request, ahead.cycle)
        return (_("Put the year under the decided policy"), address, False) if address else None
    if step.waits_for == "anew":
        return (_("Go to the findings"), reverse("findings", args=[year]), False)
    if step.waits_for == "objections":
        return (_("Go to the objections"), reverse("objections", args=[year]), False)
    if awaits_another(request.user, ahead):
        return None
    if step.move and not ahead.move_under_way and rules.has_perm("rewards.run_cycle", request.user):
        return (ACTIONS[step.move], _get_step_address(ahead.cycle, step.move), True)
    if ahead.report is not None and ahead.cycle.state in {CycleState.REPORTED, CycleState.PAID}:
        return (_("Open the report"), reverse("report", args=[ahead.report.public_id]), False)
    return None


def _get_step_address(cycle: "AssessmentCycle", move: str) -> str:
    """Return the address of a step; that of one with results says which of them stand on the page."""
    address = reverse("cycle_step", args=[cycle.year, move])
    if move not in FORMS or cycle.scored_at is None:
        return address
    return f"{address}?{urlencode({'scored_at': cycle.scored_at.isoformat()})}"


def _again(request: HttpRequest, ahead: CycleAhead) -> list[tuple[Any, str]]:
    """Return steps that can be repeated but are not the next one."""
    if ahead.move_under_way or not rules.has_perm("rewards.run_cycle", request.user):
        return []
    moves = []
    if ahead.step.waits_for == "findings" and ahead.step.move:
        moves.append((ACTIONS[ahead.step.move], ahead.step.move))
    if ahead.cycle.state == CycleState.CHECKED:
        moves.append((_("Check the logs again"), "check"))
    if ahead.cycle.state == CycleState.SCORED and ahead.step.move != "score":
        moves.append((_("Score the units again"), "score"))
    return [(words, reverse("cycle_step", args=[ahead.cycle.year, move])) for words, move in moves]


@confirmation_view
def cycle_step(request: SignedInRequest, year: int, verb: str) -> Confirmation:
    """Confirm a step and take it, a long one by a job; errors are shown above the question."""
    if verb not in ACTIONS:
        raise NotFound
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    ahead = get_cycle_ahead(request.user, year, now)
    is_long = verb in LONG_STEPS
    form = FORMS.get(verb, forms.Form)(
        request.POST if request.method == "POST" else None,
        initial={
            "scored_at": request.GET.get("scored_at") or ahead.cycle.scored_at,
            **(get_notice_contact(request.user) if verb == "announce" else {}),
        },
    )
    return Confirmation(
        heading=_("{year}: {action}").format(year=year, action=ACTIONS[verb]),
        consequences=list(describe_consequences(verb, ahead, now.astimezone(CITY_TIME).date())),
        action=ACTIONS[verb],
        perform=lambda: _take(
            verb, actor=request.user, cycle_id=ahead.cycle.pk, now=now, **form.cleaned_data
        ),
        success=_("The step has started. This page shows how far it is.") if is_long else DONE[verb],
        back_address=reverse("cycle", args=[year]),
        form=form,
    )


def _take(verb: str, **facts: Any) -> None:
    if verb in LONG_STEPS:
        cycle_step_start(move=verb, **facts)
    else:
        SHORT_STEPS[verb](**facts)
