"""Where does each yuan come from: a year's assessment, its steps, and what they do."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, NotFound
from instrument_share.web import clock, problem
from instrument_share.web.answers import carried_out, confirmed, done
from instrument_share.web.formats import bilingual, yuan
from instrument_share.web.forms import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.signed_in import SignedInRequest
from rewards import selectors, services
from rewards.domain.states import CycleState
from rewards.forms import ApproveForm, CycleOpenForm, PolicyForm, StepForm
from rewards.selectors.browsing import finding_facets
from rewards.selectors.desk import CycleAhead, cycle_ahead
from rewards.views import unit_tables
from rewards.views.words import ACTIONS, DONE, consequences, step_line, waiting

if TYPE_CHECKING:
    from django import forms

EARLIEST = 2000

SERVICES: dict[str, Callable[..., Any]] = {
    "freeze": services.cycle_freeze,
    "check": services.cycle_check,
    "score": services.cycle_score,
    "announce": services.cycle_announce,
    "approve": services.cycle_approve,
    "send": services.report_send,
}


@require_safe
def cycle(request: HttpRequest, year: int) -> HttpResponse:
    require(request.user, "rewards.trace_any")
    now = clock.now()
    try:
        ahead = cycle_ahead(request.user, year, now)
    except NotFound:
        if rules.has_perm("rewards.run_cycle", request.user):
            return HttpResponseRedirect(reverse("cycle_open", args=[year]))
        raise
    rows = unit_tables.rows(request, ahead.cycle)
    context = {
        "cycle": ahead.cycle,
        "ahead": ahead,
        "steps": step_line(ahead),
        "waits": waiting(ahead),
        "primary": _primary(request, ahead),
        "again": _again(request, ahead),
        "policy": selectors.policy_rules(ahead.cycle.policy),
        "findings": finding_facets(request.user, ahead.cycle).states,
        "rows": rows,
        "columns": unit_tables.columns(request),
        "csv": unit_tables.csv_address(request, year),
        "charts": unit_tables.charts(rows),
        "pots": _pots(ahead),
        "years": [
            (str(other), reverse("cycle", args=[other]), other == year)
            for other in selectors.cycles(request.user).values_list("year", flat=True)
        ],
        "returned": ahead.report if ahead.report and ahead.report.state == "returned" else None,
    }
    return render(request, "rewards/cycle.html", context)


def _pots(ahead: CycleAhead) -> list[dict[str, Any]]:
    """What each rule, or rules of which the highest counts, could give and gave, with the clauses."""
    clauses: dict[str, list[str]] = {}
    for rule in selectors.policy_rules(ahead.cycle.policy).rules:
        clauses.setdefault(rule.pot, []).append(bilingual(rule, "clause"))
    pots = ahead.cycle.allocation.get("pots", [])
    return [pot | {"clause": " / ".join(clauses.get(pot["pot"], [pot["pot"]]))} for pot in pots]


def _primary(request: HttpRequest, ahead: CycleAhead) -> tuple[Any, str, bool] | None:
    """The one button: its words, where it leads, and whether that page asks before something is done."""
    year, step = ahead.cycle.year, ahead.step
    if step.waits_for == "findings":
        return (_("Go to the open findings"), reverse("findings", args=[year]) + "?state=open", False)
    if step.move and rules.has_perm("rewards.run_cycle", request.user):
        return (ACTIONS[step.move], reverse("cycle_step", args=[year, step.move]), True)
    if ahead.report is not None and ahead.cycle.state in {CycleState.REPORTED, CycleState.PAID}:
        return (_("Open the report"), reverse("report", args=[ahead.report.public_id]), False)
    return None


def _again(request: HttpRequest, ahead: CycleAhead) -> list[tuple[Any, str]]:
    """Steps that may be taken (again) but are not what comes next."""
    if not rules.has_perm("rewards.run_cycle", request.user):
        return []
    moves = []
    if ahead.step.waits_for == "findings" and ahead.step.move:
        moves.append((ACTIONS[ahead.step.move], ahead.step.move))
    if ahead.cycle.state == CycleState.CHECKED:
        moves.append((_("Check once more"), "check"))
    if ahead.cycle.state == CycleState.SCORED and ahead.step.move != "score":
        moves.append((_("Score once more"), "score"))
    return [(words, reverse("cycle_step", args=[ahead.cycle.year, move])) for words, move in moves]


@require_safe
def units_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The units of a year as they are sorted on the page, for spreadsheet programs."""
    require(request.user, "rewards.trace_any")
    found = selectors.cycle(request.user, year)
    answer = HttpResponse(
        unit_tables.as_csv(unit_tables.rows(request, found)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="assessment-{year}.csv"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def cycle_open(request: SignedInRequest, year: int) -> HttpResponse:
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    if not EARLIEST <= year <= now.astimezone(CITY_TIME).year:
        raise NotFound
    policies = selectors.policies(request.user)
    form = CycleOpenForm(request.POST if request.method == "POST" else None, policies=policies)
    opened = carried_out(
        form,
        lambda: services.cycle_open(
            actor=request.user,
            year=year,
            policy_id=form.cleaned_data["policy"],
            budget_yuan=form.cleaned_data["budget_yuan"],
            now=now,
        ),
    )
    if opened is not None:
        text = _(
            "The assessment of {year} is open with a budget of {budget}. Freeze the data when it is over."
        )
        sentence = text.format(year=year, budget=yuan(opened.budget_yuan))
        return done(request, sentence, reverse("cycle", args=[year]))
    context = {"year": year, "form": form, "policies": list(policies)}
    return render(request, "rewards/cycle_open.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def policy_new(request: SignedInRequest) -> HttpResponse:
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    form = PolicyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            policy = services.policy_load(actor=request.user, document=form.cleaned_data["document"], now=now)
        except DomainError as error:
            for told in problem.problems_told(error.problems):
                form.add_error(None, f"{told.field}: {told.detail}" if told.field else told.detail)
            if not error.problems:
                add_problems(form, error)
        else:
            sentence = _("“{policy}” is loaded. Choose it for a year.").format(policy=policy)
            year = now.astimezone(CITY_TIME).year - 1
            return done(request, sentence, reverse("cycle_open", args=[year]))
    context = {"form": form, "year": now.astimezone(CITY_TIME).year - 1}
    return render(request, "rewards/policy_new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def cycle_step(request: SignedInRequest, year: int, verb: str) -> HttpResponse:
    """Asks before a step and takes it; what the rules refuse stands on top of the question."""
    if verb not in SERVICES:
        raise NotFound
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    ahead = cycle_ahead(request.user, year, now)
    form_class: type[forms.Form] = ApproveForm if verb == "approve" else StepForm
    form = form_class(request.POST if request.method == "POST" else None)
    context = {
        "heading": _("{year}: {action}").format(year=year, action=ACTIONS[verb]),
        "consequences": list(consequences(verb, ahead, _today(now))),
        "action": ACTIONS[verb],
        "tone": "primary",
        "form": form,
        "back_address": reverse("cycle", args=[year]),
    }
    return confirmed(
        request,
        context,
        lambda: SERVICES[verb](actor=request.user, cycle_id=ahead.cycle.pk, now=now, **form.cleaned_data),
        lambda: done(request, str(DONE[verb]), reverse("cycle", args=[year])),
    )


def _today(now: datetime) -> date:
    return now.astimezone(CITY_TIME).date()
