"""The screen beside an instrument: opened by the kiosk's own key, whoever is logged in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.kiosk.domain import Act, ActKind
from bookings.kiosk.forms import CheckOutForm, CodeForm, FaultForm, KeptActForm
from bookings.kiosk.selectors import find_kiosk, find_presented, get_screen, require_attempts_left
from bookings.kiosk.services.acts import kiosk_act_receive
from bookings.requests.domain.states import BookingState
from bookings.usage.registry import describe_frozen_year
from bookings.usage.selectors.amounts import calculate_use, propose_end_of
from instrument_share.kernel.errors import DomainError, NotFound
from instrument_share.kernel.names import mask_name
from instrument_share.web import clock
from instrument_share.web.idempotency import new_key
from instrument_share.web.responses.outcomes import posted_from, redirect_with_message, run_service
from instrument_share.web.responses.problem import body_of, status_of, told
from instrument_share.web.text.formats import clock_time, hours, yuan

if TYPE_CHECKING:
    from django import forms

    from bookings.kiosk.models import Kiosk, KioskAct
    from bookings.requests.models import Booking
    from bookings.usage.selectors.amounts import Use

COOKIE = settings.KIOSK_COOKIE_NAME
COOKIE_AGE = timedelta(days=400)
"""The longest that browsers keep a cookie; every page begins it anew."""
LIMITS = {"kiosk_key": "30/15m/ip"}
P = ParamSpec("P")


def kiosk_view(view: Callable[Concatenate[HttpRequest, "Kiosk", P], HttpResponse]) -> Callable[..., Any]:
    """Make a view of one that is given the kiosk which the tablet's cookie opens."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = request.COOKIES.get(COOKIE, "")
        kiosk = find_kiosk(key) if key else None
        if kiosk is None:
            return _answer_locked(request)
        answer = view(request, kiosk, *args, **kwargs)
        _keep_key(answer, key)
        return answer

    return opened


def _answer_locked(request: HttpRequest) -> HttpResponse:
    """Say that nothing opens here; whoever tries key after key is asked to wait."""
    if request.COOKIES.get(COOKIE) and not _may_try(request):
        return render(request, "429.html", status=429)
    answer = render(request, "bookings/kiosk/locked.html", status=403)
    answer.delete_cookie(COOKIE, path=reverse("kiosk"), samesite="Strict")
    return answer


def _may_try(request: HttpRequest) -> bool:
    tried = ratelimit.consume(request, action="kiosk_key", config=LIMITS, app=__name__, limit_get=True)
    return tried is not None


def _keep_key(answer: HttpResponse, key: str) -> None:
    answer.set_cookie(
        COOKIE,
        key,
        max_age=COOKIE_AGE,
        path=reverse("kiosk"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether this tablet is to become the kiosk whose key this is, and keep the key on it."""
    kiosk = find_kiosk(key)
    if kiosk is None:
        if not _may_try(request):
            return render(request, "429.html", status=429)
        raise NotFound
    if request.method != "POST":
        former = find_kiosk(request.COOKIES.get(COOKIE, ""))
        context = {"kiosk": kiosk, "former": former if former != kiosk else None}
        return render(request, "bookings/kiosk/enter.html", context)
    answer = HttpResponseRedirect(reverse("kiosk"))
    _keep_key(answer, key)
    return answer


@require_safe
@kiosk_view
def show(request: HttpRequest, kiosk: "Kiosk") -> HttpResponse:
    """Show how the instrument stands, and take the code of who has come."""
    return _render_screen(request, kiosk, CodeForm())


def _render_screen(request: HttpRequest, kiosk: "Kiosk", form: CodeForm) -> HttpResponse:
    now = clock.now()
    context = {
        "kiosk": kiosk,
        "instrument": kiosk.instrument,
        "screen": get_screen(kiosk, now),
        "form": form,
        "key": new_key(),
        "now": now,
    }
    return render(request, "bookings/kiosk/screen.html", context, status=422 if form.errors else 200)


@posted_from("kiosk")
@kiosk_view
def code(request: HttpRequest, kiosk: "Kiosk") -> HttpResponse:
    """Check in whose code this is; who is checked in is shown what a check-out records."""
    form, now = CodeForm(request.POST), clock.now()
    if _may_look_up(kiosk, form, now):
        running = _find_running(kiosk, form, now)
        if running is not None:
            return _show_check_out(request, kiosk, running, form.cleaned_data["code"], now)
        if taken := _take(kiosk, form, lambda: form.to_act(now), now):
            return redirect_with_message(request, _describe(taken), reverse("kiosk"))
    return _render_screen(request, kiosk, form)


def _may_look_up(kiosk: "Kiosk", form: CodeForm, now: datetime) -> bool:
    """Return whether a code was typed and may be looked up; why not stands in the form."""
    run_service(form, lambda: require_attempts_left(kiosk, form.cleaned_data["kind"], now))
    return form.is_valid()


def _find_running(kiosk: "Kiosk", form: CodeForm, now: datetime) -> "Booking | None":
    found = find_presented(kiosk, form.cleaned_data["code"], now)
    return found if found is not None and found.state == BookingState.IN_USE else None


def _take(
    kiosk: "Kiosk", form: "forms.Form", make_act: Callable[[], Act], now: datetime
) -> "KioskAct | None":
    """Take an act whose person is still there; what stands against it is kept, and stands in the form."""
    taken = run_service(form, lambda: kiosk_act_receive(kiosk_id=kiosk.pk, act=make_act(), now=now))
    if taken is not None and taken.refusal:
        form.add_error(None, taken.detail)
        return None
    return taken


def _show_check_out(
    request: HttpRequest, kiosk: "Kiosk", booking: "Booking", typed: str, now: datetime
) -> HttpResponse:
    """Show what a check-out at the proposed end records."""
    ends_at = propose_end_of(booking, now).replace(second=0)
    initial = {"code": typed, "key": new_key(), "ends_at": ends_at, "samples": booking.samples}
    use = calculate_use(booking, now=now, ends_at=ends_at)
    return _render_check_out(request, kiosk, booking, CheckOutForm(initial=initial), use)


def _render_check_out(
    request: HttpRequest, kiosk: "Kiosk", booking: "Booking", form: CheckOutForm, use: "Use | None"
) -> HttpResponse:
    context = {
        "kiosk": kiosk,
        "instrument": kiosk.instrument,
        "booking": booking,
        "name": mask_name(booking.user.name),
        "form": form,
        "use": use,
        "shown": use and use.to_text(),
        "now": clock.now(),
    }
    return render(request, "bookings/kiosk/check_out.html", context, status=422 if form.errors else 200)


@posted_from("kiosk")
@kiosk_view
def check_out(request: HttpRequest, kiosk: "Kiosk") -> HttpResponse:
    """Check a use out once the amount that follows has been shown."""
    typed, form, now = CodeForm(request.POST), CheckOutForm(request.POST), clock.now()
    if not _may_look_up(kiosk, typed, now):
        return _render_screen(request, kiosk, typed)
    running = _find_running(kiosk, typed, now)
    if running is not None:
        use = run_service(form, lambda: calculate_use(running, now=now, **form.times))
        if use is None or use.to_text() != request.POST.get("shown"):
            return _render_check_out(request, kiosk, running, form, use)
    if taken := _take(kiosk, typed, lambda: _build_check_out(typed, form, now), now):
        return redirect_with_message(request, _describe(taken), reverse("kiosk"))
    return _render_screen(request, kiosk, typed)


def _build_check_out(typed: CodeForm, form: CheckOutForm, now: datetime) -> Act:
    """Return the check-out, also where its end is missing: a wrong code counts whatever came with it."""
    if form.is_valid():
        return form.to_act(now)
    return Act(ActKind.CHECK_OUT, typed.cleaned_data["key"], now, code=typed.cleaned_data["code"])


@require_http_methods(["GET", "HEAD", "POST"])
@kiosk_view
def fault(request: HttpRequest, kiosk: "Kiosk") -> HttpResponse:
    """Report what is broken to the keepers."""
    form, now = FaultForm(request.POST or None, initial={"key": new_key()}), clock.now()
    if form.is_bound and (taken := _take(kiosk, form, lambda: form.to_act(now), now)):
        return redirect_with_message(request, _describe(taken), reverse("kiosk"))
    context = {"kiosk": kiosk, "instrument": kiosk.instrument, "form": form, "now": now}
    return render(request, "bookings/kiosk/fault.html", context, status=422 if form.errors else 200)


@require_POST
@kiosk_view
def kept_act(request: HttpRequest, kiosk: "Kiosk") -> HttpResponse:
    """Take an act that the tablet kept while the line was cut, and answer what came of it as JSON."""
    form = KeptActForm(request.POST)
    if not form.is_valid():
        detail = _("The kiosk sent something unreadable. Ask the keeper to record it.")
        return JsonResponse({"is_taken": False, "detail": detail}, status=422)
    try:
        taken = kiosk_act_receive(kiosk_id=kiosk.pk, act=form.to_act(), now=clock.now())
    except DomainError as refusal:
        return JsonResponse(body_of(refusal), status=status_of(refusal))
    detail = taken.detail if taken.refusal else _describe(taken)
    return JsonResponse({"is_taken": not taken.refusal, "detail": detail, "notice": _get_notice(taken)})


def _get_notice(taken: "KioskAct") -> str:
    """Return what a freeze of its year means for a use that was checked out while the line was cut."""
    if taken.booking is None or taken.kind != ActKind.CHECK_OUT:
        return ""
    frozen = describe_frozen_year(taken.booking.usage_log.starts_at)
    return told(frozen.message, frozen.params) if frozen else ""


def _describe(taken: "KioskAct") -> str:
    """Return what was recorded, in a sentence."""
    booking = taken.booking
    if booking is None:
        return _("The keepers have been told. Thank you.")
    if taken.kind == ActKind.CHECK_IN:
        return _("{person} is checked in. The booking ends at {time}.").format(
            person=mask_name(booking.user.name), time=clock_time(booking.ends_at)
        )
    log = booking.usage_log
    return _("{person} is checked out: {hours} effective, {amount}.").format(
        person=mask_name(booking.user.name),
        hours=hours(timedelta(seconds=log.effective_seconds)),
        amount=yuan(log.amount_yuan),
    )
