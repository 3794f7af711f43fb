"""Page for recording a use without a booking."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from rules import has_perm

from bookings.requests.views.common import responsible_instruments
from bookings.usage.domain.errors import AmountUnread
from bookings.usage.forms.by_hand import ByHandForm
from bookings.usage.selectors.usage import find_overlapping_times
from bookings.usage.services.notifications import is_recorded_by_user
from bookings.usage.services.usage import usage_log_by_hand
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.usage.models import UsageLog
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument


def instruments_to_log(viewer: "User") -> "QuerySet[Instrument]":
    """Return the instruments of which the person may record hours by hand. Raises Forbidden.

    Hours before an instrument was published don't count, so that one that never was is not among them.
    """
    return responsible_instruments(viewer).filter(published_at__isnull=False)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def usage_by_hand(request: SignedInRequest) -> HttpResponse:
    """Record a use without a booking, once what is recorded and its amount have been shown."""
    use, asked = None, ""
    form = ByHandForm(
        request.POST if request.method == "POST" else None,
        instruments=instruments_to_log(request.user),
        initial={"instrument": request.GET.get("instrument", "")},
    )
    try:
        log = run_service(form, lambda: _write(request, form), reraise=AmountUnread)
    except AmountUnread as unread:
        log, use, asked = None, unread.params["use"], told(unread.message, unread.params)
    if log is not None:
        sentence = (
            _("Recorded. Somebody else at the unit confirms it.")
            if is_recorded_by_user(log)
            else _("Recorded. {user} is asked to confirm it.").format(user=log.user.name)
        )
        return redirect_with_message(request, sentence, reverse("usage_log", args=[log.public_id]))
    return render(
        request,
        "bookings/usage/by_hand.html",
        {
            "form": form,
            "use": use,
            "asked": asked,
            "shown": use and use.to_text(),
            "overlapping": _find_overlapping(form),
            "units": _get_units(request),
            "limit_days": settings.MANUAL_ENTRY_LIMIT_DAYS,
            "earliest": clock.now() - timedelta(days=settings.MANUAL_ENTRY_LIMIT_DAYS),
        },
        status=422 if form.errors else 200,
    )


def _write(request: SignedInRequest, form: ByHandForm) -> "UsageLog":
    return usage_log_by_hand(
        actor=request.user, now=clock.now(), shown=request.POST.get("shown", ""), **form.facts
    )


def _get_units(request: SignedInRequest) -> "list[Organization]":
    """Return the units into which the reader may import a sheet of hours."""
    theirs = {one.organization_id: one.organization for one in standing(request.user).memberships}
    return [unit for unit in theirs.values() if has_perm("bookings.log_by_sheet", request.user, unit)]


def _find_overlapping(form: ByHandForm) -> dict[str, Interval]:
    """Return the uses that the time entered overlaps, once there is one."""
    entered = form.cleaned_data if form.is_bound else {}
    if not entered.keys() >= {"instrument", "starts_at", "ends_at"}:
        return {}
    return find_overlapping_times(form.chosen.pk, form.interval)
