"""Pages of closures: list, close and reopen."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.requests.forms.closures import ClosureForm
from bookings.requests.forms.outcomes import CANCEL, MOVE, OutcomesForm
from bookings.requests.selectors.affected import get_overlap_condition
from bookings.requests.selectors.bookings import get_date_interval
from bookings.requests.selectors.rule_effects import find_starts_around_closure
from bookings.requests.selectors.scope import NOTHING
from bookings.requests.services import instrument_decisions
from bookings.requests.services.closures import closure_place
from bookings.requests.views.common import responsible_instruments
from bookings.requests.views.instrument_decisions import tell_hindrances
from bookings.requests.views.outcomes import ask_outcomes
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock, cursor
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, timerange
from providers import public as providers
from providers.domain import InstrumentState

if TYPE_CHECKING:
    from providers.models import Closure, Instrument

PAST_PER_PAGE = 30


@login_required
@require_safe
def closures(request: SignedInRequest) -> HttpResponse:
    """List running, planned and past closures of the viewer's instruments."""
    now = clock.now()
    ids = [one.pk for one in responsible_instruments(request.user)]
    found = providers.closures_of(ids)
    coming = list(found.filter(ends_at__gt=now, lifted_at__isnull=True).order_by("starts_at", "id"))
    over = found.exclude(ends_at__gt=now, lifted_at__isnull=True)
    context = {
        "running": [one for one in coming if one.starts_at <= now],
        "planned": [one for one in coming if one.starts_at > now],
        "past": cursor.page(
            over, ordering=("-starts_at", "-id"), cursor=request.GET.get("past"), limit=PAST_PER_PAGE
        ),
        "has_instruments": bool(ids),
    }
    return render(request, "bookings/requests/closures.html", context)


@confirmation_view
def closure_lift(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm ending a closure early."""
    closure = providers.closure(request.user, public_id)
    require(request.user, "providers.close_instrument", closure.instrument)
    now = clock.now()
    name = bilingual(closure.instrument, "name")
    remaining = _tell_what_remains(closure, now)
    return Confirmation(
        heading=_("Lift the closure of “{name}”?").format(name=name),
        consequences=[
            *(remaining or [_lifted(closure, now)]),
            _("Bookings that were moved or cancelled for it stay as they are."),
        ],
        action=_("Lift the closure"),
        perform=lambda: instrument_decisions.closure_lift(actor=request.user, closure_id=closure.pk, now=now),
        success=_("The closure is lifted.")
        if remaining
        else _("The closure is lifted. {name} can be booked again.").format(name=name),
        back_address=reverse("closures"),
    )


def _propose_repair(now: datetime) -> dict[str, Any]:
    """Return what is filled in for an instrument that has broken: closed from now until midnight."""
    with translation.override("zh-hans"):
        reason_zh = translation.gettext("Broken; it is being repaired.")
    return {
        "starts_at": now.replace(second=0, microsecond=0),
        "ends_at": get_date_interval(now.astimezone(CITY_TIME).date()).end,
        "reason_zh": reason_zh,
        "reason_en": "Broken; it is being repaired.",
    }


def _tell_what_remains(closure: "Closure", now: datetime) -> list[str]:
    """Return what keeps people from booking the time once the closure is lifted."""
    instrument = closure.instrument
    in_that_time = providers.closure_rows([instrument.pk], Interval(closure.starts_at, closure.ends_at))
    others = [
        _("Another closure remains: {time}.").format(time=timerange(Interval(one.starts_at, one.ends_at)))
        for one in in_that_time.filter(ends_at__gt=now).exclude(pk=closure.pk)
    ]
    return [*_tell_what_state_hinders(instrument, now), *others]


def _tell_what_state_hinders(instrument: "Instrument", now: datetime) -> list[str]:
    match InstrumentState(instrument.state):
        case InstrumentState.PUBLISHED:
            return tell_hindrances(instrument, now)
        case InstrumentState.SUSPENDED:
            text = _("The instrument stays suspended: nobody can book it until it is put back into service.")
        case InstrumentState.RETIRED:
            text = _("The instrument is retired: nobody can book it any more.")
        case _:
            text = _("The instrument is not published: nobody can book it yet.")
    return [text]


def _lifted(closure: "Closure", now: Any) -> str:
    time = timerange(Interval(closure.starts_at, closure.ends_at))
    if closure.starts_at > now:
        return _("{time} can be booked again.").format(time=time)
    return _("What is left of {time} can be booked again.").format(time=time)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def closure_new(request: SignedInRequest) -> HttpResponse:
    """Close an instrument, after asking for the outcome of each booking in that time.

    `?broken` fills in the rest of the day and the reason.
    """
    form = ClosureForm(
        request.POST if request.method == "POST" else None,
        instruments=responsible_instruments(request.user),
        initial={
            "instrument": request.GET.get("instrument", ""),
            **(_propose_repair(clock.now()) if "broken" in request.GET else {}),
        },
    )

    def close(outcomes: Mapping[str, Any]) -> str:
        closure_place(
            actor=request.user,
            instrument_id=form.chosen.pk,
            interval=form.interval,
            reason_zh=form.cleaned_data["reason_zh"],
            reason_en=form.cleaned_data["reason_en"],
            outcomes=outcomes,
            now=clock.now(),
        )
        if outcomes:
            sentence = _("Closed {time}. Everybody whose booking lay in it has been told.")
        else:
            sentence = _("Closed {time}. No booking lay in it.")
        return sentence.format(time=timerange(form.interval))

    is_complete = form.is_valid()
    return ask_outcomes(
        request,
        "bookings/requests/closure.html",
        form,
        condition=get_overlap_condition(form.chosen.pk, form.interval) if is_complete else NOTHING,
        choices=(CANCEL, MOVE),
        decide=close,
        next_address=reverse("closures"),
        build_form=partial(
            OutcomesForm,
            find_starts=partial(find_starts_around_closure, form.chosen, form.interval, now=clock.now()),
        )
        if is_complete
        else OutcomesForm,
    )
