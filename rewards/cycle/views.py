"""Page to open a year."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import yuan
from rewards.cycle.forms import CycleOpenForm
from rewards.cycle.selectors.cycles import cycles
from rewards.cycle.services import cycles as cycles_services
from rewards.policy import selectors as policy_selectors

EARLIEST = 2000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def cycle_open(request: SignedInRequest, year: int) -> HttpResponse:
    """Open the assessment of a year; an open one is shown."""
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    if not EARLIEST <= year <= now.astimezone(CITY_TIME).year:
        raise NotFound
    if request.method != "POST" and cycles(request.user).filter(year=year).exists():
        return HttpResponseRedirect(page_address("cycle", year))
    policies = policy_selectors.policies(request.user)
    form = CycleOpenForm(request.POST if request.method == "POST" else None, policies=policies)
    opened = run_service(
        form,
        lambda: cycles_services.cycle_open(
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
        return redirect_with_message(request, sentence, page_address("cycle", year))
    context = {"year": year, "form": form, "policies": list(policies)}
    return render(request, "rewards/cycle/cycle_open.html", context, status=422 if form.errors else 200)
