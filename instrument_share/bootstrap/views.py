"""The first-run page: sets up a site that has no administrator yet."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from allauth.core.internal import ratelimit
from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.bootstrap import services
from instrument_share.bootstrap.forms import (
    CodeForm,
    DistrictsForm,
    InstitutionForm,
    PersonForm,
    TablesForm,
)
from instrument_share.bootstrap.plan import Plan
from instrument_share.bootstrap.services import CodeSpent
from instrument_share.web import clock
from instrument_share.web.login.adapter import send_password_reset
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import in_english, join_sentences

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ADMITTED = "first_run"
"""Where the session keeps the digest of the code that was right."""
LIMITS = {"first_run": "10/15m/ip"}
"""As many tries as at a login."""


class PlanForms:
    """The forms of the page, each with its heading."""

    def __init__(self, data: Any = None, files: Any = None) -> None:
        self.districts = DistrictsForm(data)
        self.bureau = InstitutionForm(
            data, prefix="bureau", kind=OrganizationKind.BUREAU, heading=_("Science and Technology Bureau")
        )
        self.finance = InstitutionForm(
            data, prefix="finance", kind=OrganizationKind.FINANCE, heading=_("Finance Bureau")
        )
        self.admin = PersonForm(
            data, prefix="admin", role=Role.SYSADMIN, heading=_("System administrator (of the bureau)")
        )
        self.officer = PersonForm(
            data, prefix="officer", role=Role.BUREAU_OFFICER, heading=_("Officer of the bureau")
        )
        self.finance_officer = PersonForm(
            data,
            prefix="finance_officer",
            role=Role.FINANCE_OFFICER,
            heading=_("Officer of Finance"),
            empty_permitted=True,
            use_required_attribute=False,
        )
        self.tables = TablesForm(data, files)

    @property
    def all(self) -> list[forms.Form]:
        return [
            self.districts,
            self.bureau,
            self.finance,
            self.admin,
            self.officer,
            self.finance_officer,
            self.tables,
        ]

    @property
    def people(self) -> list[PersonForm]:
        """Those who are entered: the officer of Finance may wait."""
        return [one for one in (self.admin, self.officer, self.finance_officer) if one.has_changed()]

    def is_valid(self) -> bool:
        """Validate all forms, so that every problem stands in the first round."""
        is_valid = [form.is_valid() for form in self.all]
        if not all(is_valid):
            return False
        if self.bureau.cleaned_data["uscc"] == self.finance.cleaned_data["uscc"]:
            self.finance.add_error("uscc", _("The bureau has this code. Enter that of the Finance Bureau."))
        for field in ("username", "email"):
            _refuse_repeated(self.people, field)
        return all(form.is_valid() for form in self.all)

    def as_plan(self) -> Plan:
        bureau, finance = (one.cleaned_data["uscc"] for one in (self.bureau, self.finance))
        people = [one.as_plan(finance if one is self.finance_officer else bureau) for one in self.people]
        return Plan.model_validate(
            {
                "districts": self.districts.cleaned_data["districts"],
                "institutions": [self.bureau.as_plan(), self.finance.as_plan()],
                "people": people,
                **self.tables.as_plan(),
            }
        )

    @property
    def passwords(self) -> dict[str, str]:
        rows = [one.cleaned_data for one in self.people]
        return {row["username"]: row["password"] for row in rows if row["password"]}


def _refuse_repeated(people: Iterable[PersonForm], field: str) -> None:
    seen: set[str] = set()
    for one in people:
        value = one.cleaned_data[field].casefold()
        if value in seen:
            one.add_error(field, _("Another person above has this already."))
        seen.add(value)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Ask for the code, then for the plan; gone as soon as the site has an administrator."""
    if accounts.has_administrator():
        if _is_sent_again(request):
            return redirect("account_login")
        raise Http404
    if not services.admits(request.session.get(ADMITTED, ""), clock.now()):
        return _ask_for_code(request)
    return _ask_for_plan(request)


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_bound:
        tried = ratelimit.consume(request, action="first_run", config=LIMITS, app=__name__)
        if tried is None:
            return render(request, "429.html", status=429)
        digest = services.digest_of(form.data["code"])
        if form.is_valid() and services.admits(digest, clock.now()):
            tried.rollback()
            request.session.cycle_key()
            request.session[ADMITTED] = digest
            return HttpResponseRedirect(reverse("first_run"))
        if form.is_valid():
            form.add_error("code", _("This code is wrong, has expired or was replaced by a newer one."))
    elif request.method == "POST":
        form = CodeForm({})
        form.add_error(None, told(CodeSpent.message, {}))
    return render_form(request, "bootstrap/code.html", {"form": form})


def _ask_for_plan(request: HttpRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    plan = PlanForms(request.POST, request.FILES) if is_sent else PlanForms()
    if is_sent and plan.is_valid():
        waiting = run_service(plan.tables, lambda: _set_up(request, plan))
        if waiting is not None:
            return redirect_with_message(request, _say(waiting), reverse("account_login"))
        if _is_sent_again(request):
            return redirect("account_login")
    return render_form(request, "bootstrap/first_run.html", {"plan": plan})


def _is_sent_again(request: HttpRequest) -> bool:
    """Return whether the form has set the site up already: there is the administrator whom it names."""
    if request.method != "POST" or ADMITTED not in request.session:
        return False
    username, email = (request.POST.get(f"admin-{name}", "").strip() for name in ("username", "email"))
    administrators = accounts.people_with_role(Role.SYSADMIN)
    return administrators.filter(username=username, email__iexact=email).exists()


def _set_up(request: HttpRequest, plan: PlanForms) -> "list[User]":
    return services.first_run(
        digest=request.session[ADMITTED],
        plan=plan.as_plan(),
        passwords=plan.passwords,
        read_rows=lambda: plan.tables.cleaned_data["categories"],
        invite=lambda person: send_password_reset(request, person),
        now=clock.now(),
    )


def _say(waiting: "list[User]") -> str:
    done = _("The site is set up. Log in as its administrator.")
    if not waiting:
        return done
    names = (", " if in_english() else "、").join(person.get_full_name() for person in waiting)
    return join_sentences([done, _("A link to choose a password was mailed to {names}.").format(names=names)])
