"""Page to load a policy."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses import problem
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from rewards.policy.forms import PolicyForm
from rewards.policy.services import policy_load


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def policy_new(request: SignedInRequest) -> HttpResponse:
    """Load a policy."""
    require(request.user, "rewards.run_cycle")
    now = clock.now()
    form = PolicyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            policy = policy_load(actor=request.user, document=form.cleaned_data["document"], now=now)
        except DomainError as error:
            for told in problem.problems_told(error.problems):
                form.add_error(None, f"{told.field}: {told.detail}" if told.field else told.detail)
            if not error.problems:
                add_problems(form, error)
        else:
            sentence = _("“{policy}” is loaded. Choose it for a year.").format(policy=policy)
            year = now.astimezone(CITY_TIME).year - 1
            return redirect_with_message(request, sentence, page_address("cycle_open", year))
    context = {"form": form, "year": now.astimezone(CITY_TIME).year - 1}
    return render(request, "rewards/policy/policy_new.html", context, status=422 if form.errors else 200)
