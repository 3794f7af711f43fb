"""The page of an instrument's device, who has come and shows their code, and notes of the day."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rules import has_perm

from bookings.devices.forms import NoteForm
from bookings.devices.selectors import (
    device_events,
    find_arrival,
    get_device,
    get_device_secret,
    get_note,
    get_presented,
    open_notes,
)
from bookings.devices.services import notes as services
from bookings.devices.services.keys import device_key_make, device_key_revoke
from bookings.requests.domain.check_in import get_check_in_opening
from bookings.requests.views.common import (
    get_possible_actions,
    get_return_address,
    get_use_to_end_first,
    require_keeper,
    responsible_instruments,
)
from instrument_share.journal.addresses import page_address
from instrument_share.web import clock, cursor
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

SHOWN = 50
DEVICE_TAB = providers.InstrumentTab(45, "instrument_device", gettext_lazy("Device"))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the device and its events, or make a key; never cached, since a new key is shown once."""
    instrument = providers.own_instrument(request, public_id, "bookings.manage_device")
    is_sent = request.method == "POST"
    if is_sent:
        device_key_make(
            actor=request.user,
            instrument_id=instrument.pk,
            seen_generation=request.POST.get("generation", ""),
            now=clock.now(),
        )
    found = get_device(request.user, instrument)
    context = {
        "instrument": instrument,
        "device": found,
        "secret": get_device_secret(found) if is_sent and found else "",
        "events": found
        and cursor.page(
            device_events(found), ordering=("-sequence",), cursor=request.GET.get("events"), limit=SHOWN
        ),
        "is_manager": has_perm("providers.edit_instrument", request.user, instrument),
    }
    return render(request, "bookings/devices/device.html", context, status=201 if is_sent else 200)


@confirmation_view
def device_revoke(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm revoking the key."""
    instrument = providers.own_instrument(request, public_id, "bookings.manage_device")
    return Confirmation(
        heading=_("Revoke the key of the device?"),
        consequences=[
            _(
                "Nothing more is accepted from the device or sent to it; an interlock no longer lets "
                "anybody start."
            ),
            _("Keepers check users in and out at their desk."),
        ],
        action=_("Revoke the key"),
        perform=lambda: device_key_revoke(actor=request.user, instrument_id=instrument.pk, now=clock.now()),
        success=_("The key is revoked."),
        back_address=reverse("instrument_device", args=[public_id]),
        tone="danger",
    )


@login_required
@require_safe
def arrival(request: SignedInRequest, public_id: str, code: str) -> HttpResponse:
    """Show the keeper who has come, to check them in or out; everybody else is shown the booking."""
    now = clock.now()
    booking = get_presented(request.user, public_id, code)
    if not has_perm("bookings.attend", request.user, booking):
        return redirect("booking", public_id)
    context = {
        "booking": booking,
        "may": get_possible_actions(request.user, booking, now),
        "to_end_first": get_use_to_end_first(request.user, booking, now),
        "opens": get_check_in_opening(booking.starts_at),
        "now": now,
    }
    return render(request, "bookings/devices/arrival.html", context)


@login_required
@require_safe
def arrival_find(request: SignedInRequest) -> HttpResponse:
    """Lead from the code that was typed to the person who has come."""
    require_keeper(request.user)
    code = request.GET.get("code", "").strip().upper()
    found = find_arrival(request.user, code, clock.now())
    if found is None:
        messages.warning(request, _("No booking of today has the code {code}.").format(code=code))
        return redirect(page_address("keeper"))
    return redirect("booking_arrival", found.public_id, code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def notes(request: SignedInRequest) -> HttpResponse:
    """List the open notes of the viewer's instruments and write another."""
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        instruments=responsible_instruments(request.user),
        initial={"instrument": request.GET.get("instrument", "")},
    )
    if request.method == "POST" and form.is_valid():
        services.note_write(
            actor=request.user,
            instrument_id=form.chosen.pk,
            kind=form.cleaned_data["kind"],
            text=form.cleaned_data["text"],
            now=clock.now(),
        )
        return redirect_with_message(request, _("The note is written."), reverse("instrument_notes"))
    notes = read_queue(request, open_notes(request.user), "open-notes", "-written_at", "-id", limit=SHOWN)
    context = {"form": form, "notes": notes}
    return render(request, "bookings/devices/notes.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@idempotent_form
def note_close(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Close a note."""
    found = get_note(request.user, public_id)
    services.note_close(actor=request.user, note_id=found.pk, now=clock.now())
    return redirect_with_message(
        request, _("The note is closed."), get_return_address(request, reverse("instrument_notes"))
    )
