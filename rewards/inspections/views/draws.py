"""Pages of draws: announced, made, and repeated by anybody."""

from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import date_only
from rewards.cycle.domain.states import CycleState
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors.cycles import get_cycle
from rewards.cycle.selectors.scope import can_see_all
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.forms import DrawForm, SeedForm
from rewards.inspections.selectors import inspections as selectors
from rewards.inspections.selectors.inputs import open_inputs, read_inputs, units_of_year
from rewards.inspections.services.draws import DRAWABLE, draw_announce, draw_make

PROGRAM = Path(__file__).parents[1] / "repeat_draw.txt"
"""What repeats a draw; no template, from whose text line breaks are removed."""
LONGEST_TABLE = 100_000
"""Candidates of a draw whose inputs are offered as a table too: it is made at each request, by anybody."""


@require_safe
def draws(request: HttpRequest, year: int) -> HttpResponse:
    """List the draws of a year and the viewer's inspections."""
    require_part(request.user)
    cycle = get_cycle(request.user, year)
    inspections = list(selectors.visible_of_year(request.user, cycle))
    selectors.name_drawn_as_frozen(cycle, inspections)
    may_draw = rules.has_perm("rewards.draw_inspections", request.user)
    context = {
        "cycle": cycle,
        "draws": selectors.draws_of_year(cycle),
        "inspections": inspections,
        "may_announce": may_draw and cycle.state in DRAWABLE,
        "sees_all": can_see_all(request.user),
    }
    return render(request, "rewards/inspections/draws.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def draw_new(request: SignedInRequest, year: int) -> HttpResponse:
    """Announce a draw."""
    require(request.user, "rewards.draw_inspections")
    cycle = get_cycle(request.user, year)
    if cycle.state == CycleState.COLLECTING:
        raise NotFound
    now = clock.now()
    form = DrawForm(
        request.POST or None,
        auditors=selectors.auditors(),
        units=units_of_year(cycle),
        earliest=now.astimezone(CITY_TIME).date() + timedelta(days=1),
        approvable_from=cycle.approvable_from,
    )

    def save() -> Any:
        chosen = form.cleaned_data
        return draw_announce(
            actor=request.user,
            cycle_id=cycle.pk,
            over=DrawnFrom(chosen["over"]),
            size=chosen["size"],
            source_zh=chosen["source_zh"],
            source_en=chosen["source_en"],
            seed_date=chosen["seed_date"],
            inspectors=chosen["inspectors"],
            now=now,
        )

    def respond(draw: Any) -> HttpResponse:
        sentence = _("The draw is announced. Enter the seed here when it has been published, on {date}.")
        address = reverse("draw", args=[draw.public_id])
        if cycle.approvable_from and draw.seed_date >= cycle.approvable_from:
            warning = _(
                "The results can be approved on {first} at the earliest; afterwards this draw can’t be made."
            )
            messages.warning(request, warning.format(first=date_only(cycle.approvable_from)))
        return redirect_with_message(request, sentence.format(date=date_only(draw.seed_date)), address)

    return answer_form(
        request,
        form,
        save=save,
        respond=respond,
        template="rewards/inspections/draw_new.html",
        context=lambda: {"form": form, "cycle": cycle},
    )


@require_safe
def draw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a draw to everybody: announcement, inputs, seed, result, and how to repeat it."""
    found = selectors.get_draw(public_id)
    result = getattr(found, "result", None)
    inspections = list(selectors.drawn_of(found))
    selectors.name_drawn_as_frozen(found.cycle, inspections)
    is_out = clock.now().astimezone(CITY_TIME).date() >= found.seed_date
    is_open = result is None and found.cycle.state in DRAWABLE
    context = {
        "draw": found,
        "result": result,
        "inspections": inspections,
        "inspectors": found.inspectors.order_by("number"),
        "sees_names": can_see_all(request.user),
        "is_out": is_out,
        "is_open": is_open,
        "may_make": is_out and is_open and rules.has_perm("rewards.draw_inspections", request.user),
        "script": _script(),
        "has_table": found.candidates <= LONGEST_TABLE,
    }
    return render(request, "rewards/inspections/draw.html", context)


@require_safe
def draw_inputs(_request: HttpRequest, public_id: str) -> FileResponse:
    """Offer the published inputs of a draw; of a million entries they are 100 MB."""
    found = selectors.get_draw(public_id)
    return FileResponse(
        open_inputs(found),
        as_attachment=True,
        filename=f"{found.public_id}.json",
        content_type="application/json",
    )


@require_safe
def draw_table(_request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Offer the published inputs of a draw as a table, candidates first and then inspectors."""
    found = selectors.get_draw(public_id)
    if found.candidates > LONGEST_TABLE:
        raise NotFound
    inputs = read_inputs(found)
    heads = (_("Kind"), _("Id"), _("Weight"), _("USCC"), _("Instrument"), _("May lead"), _("Conflicts"))
    candidates = ((_("candidate"), item.id, item.weight, item.uscc, item.instrument) for item in inputs.items)
    inspectors = (
        (_("inspector"), each.number, "", "", "", _("Yes") if each.leads else _("No"), " ".join(each.barred))
        for each in inputs.inspectors
    )
    return csv_response(found.public_id, heads, chain(candidates, inspectors))


@require_safe
def draw_script(_request: HttpRequest) -> HttpResponse:
    """Offer the program that repeats a draw."""
    headers = {"Content-Disposition": 'attachment; filename="repeat_draw.py"'}
    return HttpResponse(_script(), content_type="text/x-python; charset=utf-8", headers=headers)


def _script() -> str:
    return PROGRAM.read_text(encoding="utf-8")


@confirmation_view
def draw_seed(request: SignedInRequest, public_id: str) -> Confirmation:
    """Enter the seed and draw."""
    require(request.user, "rewards.draw_inspections")
    found = selectors.get_draw(public_id)
    form = SeedForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Draw by the published seed"),
        consequences=[
            _("The draw is made once; it cannot be made again with another seed."),
            _("Everybody can repeat it. Units and inspectors that are drawn are told at once."),
        ],
        action=_("Draw"),
        perform=lambda: draw_make(
            actor=request.user, draw_id=found.pk, seed=form.cleaned_data["seed"], now=clock.now()
        ),
        success=_("Drawn. The units and inspectors are told."),
        back_address=reverse("draw", args=[public_id]),
        form=form,
    )
