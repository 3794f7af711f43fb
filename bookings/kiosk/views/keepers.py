"""The kiosks of an instrument, for its keepers and the unit's managers."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from rules import has_perm

from bookings.feeds.selectors.external_calendars import count_calendars_by_maker
from bookings.kiosk.domain import MOST_KIOSKS, TooManyKiosks
from bookings.kiosk.forms import KioskForm
from bookings.kiosk.selectors import count_keys_by_maker, count_kiosks, kiosk_acts, kiosks
from bookings.kiosk.services.kiosks import kiosk_end, kiosk_make
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock, cursor
from instrument_share.web.idempotency import derive_secret
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from instrument_share.accounts.models import User
    from providers.models import Instrument

SHOWN = 50
KIOSK_TAB = providers.InstrumentTab(46, "instrument_kiosks", gettext_lazy("Kiosks"))


def tell_what_stops(instrument: "Instrument", keepers: "Iterable[User]") -> list[str]:
    """Return what stops of what each of these keepers has set up, if removed; not of who manages the unit."""
    keys, calendars = count_keys_by_maker(instrument), count_calendars_by_maker(instrument)
    managers = set(accounts.people_with_role(Role.UNIT_MANAGER, instrument.organization_id))
    found = []
    for person in keepers:
        if person in managers:
            continue
        of_keys = ngettext(
            "If {name} is removed, {count} device or kiosk stops, as its key is theirs: make a new one.",
            "If {name} is removed, {count} devices and kiosks stop, as their keys are theirs: make new ones.",
            keys[person.pk],
        )
        of_calendars = ngettext(
            "If {name} is removed, {count} external calendar is no longer followed: somebody else connects "
            "it.",
            "If {name} is removed, {count} external calendars are no longer followed: somebody else connects "
            "them.",
            calendars[person.pk],
        )
        for sentence, count in ((of_keys, keys[person.pk]), (of_calendars, calendars[person.pk])):
            if count:
                found.append(sentence.format(name=person.name, count=count))
    return found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_list(request: SignedInRequest, public_id: str) -> HttpResponse:
    """List the kiosks and what was done at them, or make one; never cached, since its key is shown once."""
    instrument = providers.own_instrument(request, public_id, "bookings.manage_device")
    is_sent = request.method == "POST"
    form = KioskForm(request.POST if is_sent else None)
    made = is_sent and run_service(
        form,
        lambda: kiosk_make(
            actor=request.user,
            instrument_id=instrument.pk,
            name=form.cleaned_data["name"],
            key=derive_secret(request),
            now=clock.now(),
        ),
    )
    kiosk, key = made or (None, "")
    context = {
        "instrument": instrument,
        "made": kiosk,
        "address": settings.SITE_URL + reverse("kiosk_enter", args=[key]) if key else "",
        "form": KioskForm() if made else form,
        "most": MOST_KIOSKS,
        "full": told(TooManyKiosks.message, {"most": MOST_KIOSKS}),
        "is_full": count_kiosks(instrument) >= MOST_KIOSKS,
        "kiosks": read_queue(
            request, kiosks(request.user, instrument), "kiosks", "-made_at", "-id", limit=SHOWN
        ),
        "acts": cursor.page(
            kiosk_acts(request.user, instrument),
            ordering=("-received_at", "-id"),
            cursor=request.GET.get("acts"),
            limit=SHOWN,
        ),
        "is_manager": has_perm("providers.edit_instrument", request.user, instrument),
    }
    status = 201 if made else 422 if is_sent else 200
    return render(request, "bookings/kiosk/kiosks.html", context, status=status)


@confirmation_view
def end(request: SignedInRequest, public_id: str, kiosk_id: str) -> Confirmation:
    """Confirm ending a kiosk."""
    instrument = providers.own_instrument(request, public_id, "bookings.manage_device")
    kiosk = require_found(kiosks(request.user, instrument).filter(public_id=kiosk_id).first())
    return Confirmation(
        heading=_("End the kiosk “{name}”?").format(name=kiosk.name),
        consequences=[
            _("Its screen is locked at once, and nothing more is accepted from it."),
            _("Actions that it holds because it is offline are lost. Keepers record them by hand."),
        ],
        action=_("End the kiosk"),
        perform=lambda: kiosk_end(actor=request.user, kiosk_id=kiosk.pk, now=clock.now()),
        success=_("The kiosk has been ended."),
        back_address=reverse("instrument_kiosks", args=[public_id]),
        tone="danger",
    )
