"""Pages to load a policy, and to make another version of one."""

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from rewards.policy import selectors
from rewards.policy.domain.changing import write_toml
from rewards.policy.domain.document import parse_toml
from rewards.policy.forms import PolicyChangeForm, PolicyForm
from rewards.policy.reports.places import describe_problem
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
            _add_problems(form, error, form.cleaned_data["document"])
        else:
            sentence = _("“{policy}” is loaded. Choose it for a year.").format(policy=policy)
            year = now.astimezone(CITY_TIME).year - 1
            return redirect_with_message(request, sentence, page_address("cycle", year))
    context = {"form": form, "year": now.astimezone(CITY_TIME).year - 1}
    return render(request, "rewards/policy/policy_new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def policy_change(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Make another version of a policy by changing its figures."""
    require(request.user, "rewards.run_cycle")
    found = selectors.policy_by_public_id(request.user, public_id)
    form = PolicyChangeForm(request.POST or None, data=parse_toml(found.document))
    if request.method == "POST" and form.is_valid():
        document = write_toml(form.document)
        try:
            made = policy_load(actor=request.user, document=document, now=clock.now())
        except DomainError as error:
            _add_problems(form, error, document)
        else:
            sentence = _("“{policy}” is loaded. Choose it for a year.").format(policy=made)
            return redirect_with_message(request, sentence, reverse("policy", args=[made.public_id]))
    context = {"form": form, "policy": found}
    return render(request, "rewards/policy/policy_change.html", context, status=422 if form.errors else 200)


def _add_problems(form: Form, error: DomainError, document: str) -> None:
    """Put each problem of a document beside the field of its place, the others on top with their place."""
    if not error.problems:
        add_problems(form, error)
    data = parse_toml(document) if all(each.code != "policy.not_toml" for each in error.problems) else {}
    for each in error.problems:
        form.add_error(each.field if each.field in form.fields else None, describe_problem(each, data))
