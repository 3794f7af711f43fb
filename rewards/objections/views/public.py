"""Public pages of objections: how to object, the form, what became of it."""

from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.kernel.errors import NotFound
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.text.formats import in_english
from rewards.objections.domain.choices import AnswerEffect, InNameOf
from rewards.objections.forms import ObjectionForm
from rewards.objections.reports import get_objector
from rewards.objections.selectors import objections as selectors
from rewards.objections.services.objections import objection_raise

LIMITS = {"objection": "10/h/ip"}
"""More than anybody has to say in an hour."""


@require_safe
def objections(request: HttpRequest, year: int) -> HttpResponse:
    """List the objections to a year's results, with the answers given."""
    cycle = selectors.get_announced_cycle(year)
    rows = selectors.objections_of(cycle)
    opens = selectors.viewable_ids(request.user, cycle)
    context = {
        "cycle": cycle,
        "rows": [_row(each, opens) for each in rows],
        "takes": selectors.takes_objections(cycle, clock.now()),
        "is_withdrawn": selectors.is_notice_withdrawn(cycle),
    }
    return render(request, "rewards/objections/objections.html", context)


def _row(objection: Any, opens: frozenset[str]) -> dict[str, Any]:
    """Return what everybody may read: who objected, masked, and all that was typed with the answer only."""
    answer = getattr(objection, "answer", None)
    return {
        "number": objection.number,
        "raised_at": objection.raised_at,
        "objector": describe_objector(objection),
        "subject": objection.subject if answer else "",
        "answer": answer,
        "effect": AnswerEffect(answer.effect) if answer else None,
        "state": get_state(objection),
        "public_id": objection.public_id if objection.public_id in opens else "",
    }


def describe_objector(objection: Any) -> str:
    """Return who objected as the public and the unit read it; the name of an organization with the answer."""
    if objection.in_name_of == InNameOf.ORGANIZATION and not hasattr(objection, "answer"):
        return _("An organization")
    return get_objector(objection)


def get_state(objection: Any) -> str:
    """Return where an objection stands, as the label of its state."""
    answer = getattr(objection, "answer", None)
    if answer is None:
        return "received"
    return "not_upheld" if answer.effect == AnswerEffect.NOT_UPHELD else "upheld"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def objection_new(request: HttpRequest, year: int) -> HttpResponse:
    """Object to the results of a year. What is sent after the notice is refused with what was typed."""
    cycle = selectors.get_announced_cycle(year)
    now = clock.now()
    if request.method != "POST" and not selectors.takes_objections(cycle, now):
        raise NotFound
    units = [
        (public_id, (en if in_english() and en else zh))
        for public_id, (zh, en) in selectors.units_in_notice(cycle).items()
    ]
    form = ObjectionForm(request.POST or None, request.FILES or None, units=units, initial=_known(request))
    context = {"form": form, "cycle": cycle}
    if (
        form.is_bound
        and form.is_valid()
        and not ratelimit.consume(request, action="objection", config=LIMITS, app=__name__)
    ):
        form.add_error(None, _("Too many objections from your network within an hour. Send it again later."))
        return render(request, "rewards/objections/objection_new.html", context, status=429)

    def respond(objection: Any) -> HttpResponse:
        sentence = _(
            "Your objection has arrived as no. {number}. The answer comes by mail, and will be shown here."
        )
        address = reverse("objection_status", args=[selectors.sign_objection(objection)])
        return redirect_with_message(request, sentence.format(number=objection.number), address)

    return answer_form(
        request,
        form,
        save=lambda: objection_raise(
            actor=request.user,
            cycle_id=cycle.pk,
            objector=form.objector,
            about=form.cleaned_data["about"],
            subject=form.cleaned_data["subject"],
            text=form.cleaned_data["text"],
            uploads=form.cleaned_data["documents"],
            language=get_language() or "zh-hans",
            now=now,
        ),
        respond=respond,
        template="rewards/objections/objection_new.html",
        context=lambda: context,
    )


def _known(request: HttpRequest) -> dict[str, str]:
    """Return what the account says of who is logged in."""
    if not request.user.is_authenticated:
        return {}
    return {"name": request.user.get_full_name(), "email": request.user.email}


@never_cache
@require_safe
def objection_status(request: HttpRequest, token: str) -> HttpResponse:
    """Show who objected, by the link of the mail, what he or she wrote and what became of it."""
    objection = selectors.get_signed(token)
    selectors.name_unit_as_frozen(objection)
    answer = getattr(objection, "answer", None)
    context = {
        "objection": objection,
        "cycle": objection.cycle,
        "state": get_state(objection),
        "answer": answer,
        "effect": AnswerEffect(answer.effect) if answer else None,
        "files": objection.files.order_by("id"),
    }
    return render(request, "rewards/objections/objection_status.html", context)
