"""Pages to try a policy on a year: what the units would get, beside what they get."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.jobs.selectors import WorkState, is_worker_running
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import yuan
from rewards.cycle.forms import CycleOpenForm
from rewards.policy import selectors as policy_selectors
from rewards.policy.domain.document import parse_toml
from rewards.trials.forms import SearchedPolicyForm, SearchForm
from rewards.trials.reports import describe_found, describe_refusal, describe_terms, describe_tried
from rewards.trials.selectors import get_own_trial, get_tried_year, own_trials, trial_state
from rewards.trials.services import trial_start

BAR, GAP, WIDTH = 9, 10, 300
"""Height of a bar, space between two units, and length of the longest bar."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def trials(request: SignedInRequest, year: int) -> HttpResponse:
    """Start a trial on a year, and list the person's earlier ones."""
    require(request.user, "rewards.run_cycle")
    tried = get_tried_year(year, clock.now())
    policies = policy_selectors.policies(request.user)
    given = request.POST if request.method == "POST" else None
    initial = {"policy": tried.basis.policy_id, "budget_yuan": tried.basis.budget_yuan}
    form = CycleOpenForm(given, policies=policies, initial=initial)
    started = run_service(
        form,
        lambda: trial_start(
            actor=request.user,
            year=year,
            policy_id=form.cleaned_data["policy"],
            budget_yuan=form.cleaned_data["budget_yuan"],
            now=clock.now(),
        ),
    )
    if started is not None:
        sentence = _("This is a trial: no result of the year changes.")
        return redirect_with_message(request, sentence, reverse("trial", args=[started.public_id]))
    context = {
        "tried": tried,
        "policy": policy_selectors.get_policy_rules(tried.basis.policy),
        "form": form,
        "trials": [(each, describe_terms(each)) for each in own_trials(request.user, year)],
    }
    return render(request, "rewards/trials/trials.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def trial_search(request: SignedInRequest, year: int) -> HttpResponse:
    """Search for the budget, or the figure of a policy, with which a year reaches an aim."""
    require(request.user, "rewards.run_cycle")
    tried = get_tried_year(year, clock.now())
    policies = policy_selectors.policies(request.user)
    chosen = request.GET.get("policy")
    policy = policy_selectors.policy_by_public_id(request.user, chosen) if chosen else tried.basis.policy
    form = SearchForm(
        request.POST if request.method == "POST" else None,
        document=parse_toml(policy.document),
        budget=tried.basis.budget_yuan,
    )
    started = run_service(
        form,
        lambda: trial_start(
            actor=request.user,
            year=year,
            policy_id=policy.pk,
            budget_yuan=form.cleaned_data["budget_yuan"],
            search=form.terms,
            now=clock.now(),
        ),
    )
    if started is not None:
        sentence = _("This is a search: no result of the year changes.")
        return redirect_with_message(request, sentence, reverse("trial", args=[started.public_id]))
    choice = SearchedPolicyForm(initial={"policy": policy.public_id}, policies=policies)
    context = {
        "tried": tried,
        "policy": policy_selectors.get_policy_rules(policy),
        "form": form,
        "choice": choice,
    }
    return render(request, "rewards/trials/search.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def trial(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a trial: how far it is, or each unit's award under it beside the present one."""
    require(request.user, "rewards.run_cycle")
    found = get_own_trial(request.user, public_id)
    context = {
        "trial": found,
        "policy": policy_selectors.get_policy_rules(found.policy),
        "terms": describe_terms(found),
        "answer": describe_found(found),
        "tried_values": describe_tried(found),
        "runs": trial_state(found) is WorkState.RUNS,
        "given_up": trial_state(found) is WorkState.GIVEN_UP,
        "has_worker": bool(found.job_id) and is_worker_running(clock.now()),
        "percent": 100 * found.done // found.total if found.total else 0,
        "refused": describe_refusal(found),
        "rows": [SimpleNamespace(**row) for row in found.result.get("rows", [])],
        "bars": draw_bars(found.result.get("rows", [])),
    }
    return render(request, "rewards/trials/trial.html", context)


def draw_bars(rows: list[dict[str, Any]]) -> SafeString:
    """Return an SVG with two bars for each unit: the present award, and that of the trial."""
    most = max((Decimal(row[kind]) for row in rows for kind in ("now", "then")), default=Decimal(0))
    step = 2 * BAR + GAP
    bars = [
        (number * step + offset, _length(row[kind], most), opacity, _tip(row, kind))
        for number, row in enumerate(rows)
        for kind, offset, opacity in (("now", 0, "0.35"), ("then", BAR, "1"))
    ]
    numbers = [(number * step + BAR + 4, number + 1) for number in range(len(rows))]
    return format_html(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="100%">{}{}</svg>',
        _("Current awards (pale) and those of the trial (dark), as in the table"),
        WIDTH + 30,
        max(len(rows) * step, 1),
        format_html_join(
            "",
            '<rect x="26" y="{}" width="{}" height="8" fill="currentColor" opacity="{}">'
            "<title>{}</title></rect>",
            bars,
        ),
        format_html_join(
            "", '<text x="20" y="{}" text-anchor="end" font-size="9" fill="currentColor">{}</text>', numbers
        ),
    )


def _length(amount: str, most: Decimal) -> str:
    return f"{float(Decimal(amount) / most) * WIDTH:.1f}" if most else "0"


def _tip(row: dict[str, Any], kind: str) -> str:
    return f"{row['name_zh']} {yuan(Decimal(row[kind]))}"
