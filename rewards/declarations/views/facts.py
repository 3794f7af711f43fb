"""Page of the declared facts of a year, and the bureau's word on them."""

from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standings_read
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden, NotFound
from instrument_share.kernel.states import next_state
from instrument_share.web import clock
from instrument_share.web.forms.fields import RefusalForm, SeenForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only
from providers.public import instruments
from rewards.declarations.domain.facts import MOVES, FactKind, FactState, counts_in_year
from rewards.declarations.forms import FactForm
from rewards.declarations.permissions import is_declarer, require_on_other_unit
from rewards.declarations.registry import get_frozen_date
from rewards.declarations.reports import KINDS, get_titles
from rewards.declarations.selectors import (
    declarable_units,
    declared_facts,
    get_declared_fact,
    get_proof,
    known_codes,
    sees_all_facts,
)
from rewards.declarations.services import (
    fact_confirm,
    fact_declare,
    fact_return,
    fact_withdraw,
    find_fact_problems,
    find_value_problem,
    require_confirmable,
    require_withdrawable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from instrument_share.accounts.models import Organization
    from instrument_share.kernel.errors import Problem
    from providers.models import Instrument
    from rewards.declarations.models import DeclaredFact

EARLIEST = 2000
YEARS = 4
"""How many years have a tab, this one first."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def facts(request: SignedInRequest, year: int) -> HttpResponse:
    """Show the facts declared for a year, and declare one."""
    now = clock.now()
    units = declarable_units(request.user)
    if not (units or sees_all_facts(request.user)):
        raise Forbidden
    require_year(year)
    own = instruments(request.user).filter(organization__in=units).order_by("organization_id", "inner_number")
    form = _build_form(request, units, own) if units else None
    if request.method == "POST":
        if form is None:
            raise Forbidden
        declared = run_service(
            form, lambda: fact_declare(actor=request.user, year=year, now=now, **form.declared)
        )
        if declared is not None:
            address = reverse("declared_facts", args=[year])
            return redirect_with_message(request, describe_declared(year, 1), address)
    context = {
        "year": year,
        "frozen_date": get_frozen_date(year),
        "form": form,
        "rows": _rows(request, year),
        "years": [
            (str(other), reverse("declared_facts", args=[other]), other == year)
            for other in range(now.astimezone(CITY_TIME).year, now.astimezone(CITY_TIME).year - YEARS, -1)
        ],
        "decides": rules.has_perm("rewards.decide_fact", request.user),
        "sees_all": sees_all_facts(request.user),
        "sees_bureau": bool(region_of(request.user)),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "rewards/declarations/facts.html", context, status=status)


def _build_form(
    request: SignedInRequest, units: "Sequence[Organization]", own: "QuerySet[Instrument]"
) -> FactForm:
    def find_problems(declared: "Mapping[str, Any]") -> "list[Problem]":
        told = {name: declared[name] for name in ("kind", "code", "instrument", "figure", "evidence")}
        return find_fact_problems(request.user, declared["organization_id"], **told)

    return FactForm(
        request.POST or None,
        request.FILES or None,
        units=units,
        instruments=own,
        find_problems=find_problems,
    )


def describe_declared(year: int, count: int) -> str:
    """Say that facts of a year are declared, and whether they can still count for it."""
    if get_frozen_date(year) is None:
        sentence = ngettext(
            "%(count)s fact is declared. It counts once the bureau has confirmed it.",
            "%(count)s facts are declared. They count once the bureau has confirmed them.",
            count,
        )
    else:
        sentence = ngettext(
            "%(count)s fact is declared. The data of %(year)s are frozen: it no longer counts for that year.",
            "%(count)s facts are declared. The data of %(year)s are frozen: they no longer count for that "
            "year.",
            count,
        )
    return sentence % {"count": count, "year": year}


def _describe_effect_of(fact: "DeclaredFact") -> str:
    kind, last = FactKind(fact.kind), fact.valid_through
    if last is not None and not counts_in_year(kind, last, fact.year):
        return _("It ends on {date}: for {year} only what is valid on 31 December counts.").format(
            date=date_only(last), year=fact.year
        )
    return _describe_effect(fact.year)


def _describe_effect(year: int) -> str:
    if get_frozen_date(year) is None:
        return _("It counts when the data of {year} are frozen.").format(year=year)
    return _("The data of {year} are frozen: it no longer counts for that year.").format(year=year)


def require_year(year: int) -> None:
    """Raise NotFound for a year of which no facts are declared."""
    if not EARLIEST <= year <= clock.now().astimezone(CITY_TIME).year:
        raise NotFound


def _rows(request: SignedInRequest, year: int) -> list[dict[str, Any]]:
    titles, found = get_titles(known_codes()), list(declared_facts(request.user, year))
    standings_read(fact.declared_by for fact in found)  # who of them is of the unit
    return [
        {
            "fact": fact,
            "kind": KINDS[fact.kind],
            "title": _title(fact, titles),
            "is_own": is_declarer(request.user, fact),
            "refusal": _describe_refusal(fact),
        }
        for fact in found
    ]


def _describe_refusal(fact: "DeclaredFact") -> str:
    """Say why a declared fact can't be confirmed as it is; empty where it can."""
    problem = fact.instrument and find_value_problem(fact.kind, fact.instrument, fact.figure)
    return told(problem.message, problem.params) if problem else ""


def _title(fact: "DeclaredFact", titles: "Mapping[tuple[FactKind, str], str]") -> str:
    return titles.get((FactKind(fact.kind), fact.code), fact.code)


@login_required
@require_safe
def fact_file(request: SignedInRequest, public_id: str, sha256: str) -> FileResponse:
    """Serve a file that proves a fact, to be saved."""
    proof = get_proof(request.user, public_id, sha256)
    return FileResponse(
        proof.file.open("rb"), as_attachment=True, filename=proof.name, content_type=proof.media_type
    )


@confirmation_view
def fact_decide(request: SignedInRequest, public_id: str, verb: str) -> Confirmation:
    """Confirm a fact, or return it with a reason."""
    fact = get_declared_fact(request.user, public_id)
    require_on_other_unit(request.user, "rewards.decide_fact", fact)
    now, shown = clock.now(), _show_fact(fact)
    if verb == "confirm":
        require_confirmable(request.user, fact)
        return Confirmation(
            consequences=[_describe_effect_of(fact)],
            action=_("Confirm the fact"),
            perform=lambda: fact_confirm(
                actor=request.user,
                fact_id=fact.pk,
                declaration=request.POST.get("seen", ""),
                now=now,
            ),
            success=_("Confirmed."),
            form=SeenForm({"seen": fact.declaration}),
            **shown,
        )
    if verb != "return":
        raise NotFound
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps the reason
        next_state(MOVES, fact.state, "return", kind="fact")
    consequences = [_("The unit can read the reason and declare the fact anew.")]
    if fact.state == FactState.CONFIRMED:
        consequences.append(_("Results of data that are frozen already stay as they are."))
    form = RefusalForm(request.POST or None, seen=fact.declaration)
    return Confirmation(
        consequences=consequences,
        action=_("Return the fact"),
        perform=lambda: fact_return(
            actor=request.user,
            fact_id=fact.pk,
            reason=form.cleaned_data["reason"],
            declaration=request.POST.get("seen", ""),
            now=now,
        ),
        success=_("Returned to the unit."),
        form=form,
        **shown,
    )


@confirmation_view
def fact_take_back(request: SignedInRequest, public_id: str) -> Confirmation:
    """Take back a fact that waits for the bureau, with a reason."""
    fact = get_declared_fact(request.user, public_id)
    require(request.user, "rewards.withdraw_fact", fact)
    if request.method != "POST":  # what is sent is refused by the service, and the form keeps the reason
        require_withdrawable(fact)
    form = RefusalForm(request.POST or None, seen=fact.declaration, help_text=_("The bureau can read it."))
    return Confirmation(
        action=_("Withdraw the fact"),
        consequences=[
            _("The bureau no longer decides on it. What is declared stays here with its files."),
            _("Your unit can declare it anew. It counts once the bureau has confirmed it before the freeze."),
        ],
        perform=lambda: fact_withdraw(
            actor=request.user,
            fact_id=fact.pk,
            reason=form.cleaned_data["reason"],
            declaration=request.POST.get("seen", ""),
            now=clock.now(),
        ),
        success=_("Withdrawn. Declare it anew once it is corrected."),
        form=form,
        **_show_fact(fact),
    )


def _show_fact(fact: "DeclaredFact") -> dict[str, Any]:
    """Return what the question of a confirmation shows of a fact, and the page to which it leads back."""
    return {
        "heading": f"{KINDS[fact.kind]} · {bilingual(fact.organization, 'name')}",
        "back_address": reverse("declared_facts", args=[fact.year]),
        "template": "rewards/declarations/fact_decision.html",
        "extra_context": {"fact": fact, "title": _title(fact, get_titles(known_codes()))},
    }
