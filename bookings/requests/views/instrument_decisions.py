"""Suspend, resume or retire an instrument, revoke a qualification, and settle affected bookings."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.requests.forms.outcomes import CANCEL, KEEP, MOVE
from bookings.requests.registry import tell_claims, tell_companion_claims, tell_ends, tell_grant_changes
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.affected import (
    find_depending,
    find_freed_and_bound,
    get_qualification_condition,
    get_upcoming_condition,
    has_companions_in_service,
)
from bookings.requests.selectors.granting import get_link_changes
from bookings.requests.services import instrument_decisions
from bookings.requests.services.instrument_decisions import (
    instrument_resume,
    instrument_retire,
    instrument_suspend,
)
from bookings.requests.views.outcomes import ask_outcomes
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import gettext_noop, require_found
from instrument_share.kernel.wording import Bilingual, Words, word
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers import public as providers
from providers.domain import REFUSING, InstrumentState

if TYPE_CHECKING:
    from providers.models import Instrument

NEED_IT = gettext_noop(
    "Instruments that can only be booked together with it can't be booked either: {names}."
)
STILL_LACKS = gettext_noop("It still can't be booked: {gaps}.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def suspend(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Suspend an instrument, also for the bureau what the unit has suspended."""
    now = clock.now()
    instrument = _instrument(request, public_id, "providers.suspend_instrument")
    takes_over = providers.can_take_suspension_over(request.user, instrument)
    return _settle(
        request,
        partial(instrument_suspend, actor=request.user, instrument_id=instrument.pk, now=now),
        heading=_("Take “{name}” out of service for a time").format(name=bilingual(instrument, "name")),
        consequences=[
            *_tell_taking_over(takes_over),
            _("Nobody can book it until it is put back into service. Everybody can see this and the reason."),
            _("Uses that are under way go on."),
            *_tell_what_needs_it(request, instrument),
            *(_tell_who_hears_of_break(instrument) if is_in_service(instrument) else ()),
        ],
        action=_("Suspend with this reason"),
        condition=get_upcoming_condition(instrument.pk, now),
        choices=(KEEP, CANCEL) if takes_over else (KEEP, CANCEL, MOVE),
        home=_home(request, instrument),
        afterwards=_("Suspended. It is no longer offered for booking."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def retire(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Retire an instrument."""
    now = clock.now()
    instrument = _instrument(request, public_id, "providers.edit_instrument")
    return _settle(
        request,
        partial(instrument_retire, actor=request.user, instrument_id=instrument.pk, now=now),
        heading=_("Retire “{name}” for good").format(name=bilingual(instrument, "name")),
        consequences=[
            _("It leaves the catalogue and can never be booked again; its records stay."),
            _("Its open time ends now."),
            *_tell_what_needs_it(request, instrument),
            *_tell_waiting_changes(instrument),
            *tell_ends(instrument.pk),
            _("This can't be undone."),
        ],
        action=_("Retire for good"),
        condition=get_upcoming_condition(instrument.pk, now),
        choices=(CANCEL,),
        home=_home(request, instrument),
        afterwards=_("Retired. Its records stay in the unit's list."),
    )


def _tell_taking_over(takes_over: bool) -> list[str]:
    text = _("The unit has suspended it already; from now on only the bureau puts it back into service.")
    return [text] if takes_over else []


def _tell_what_needs_it(request: SignedInRequest, instrument: "Instrument") -> list[str]:
    """Return a sentence that names the instruments of which a booking takes this one along, if any."""
    found = providers.linked_instruments(request.user, providers.linking_ids(instrument.pk))
    bookable = found.filter(state=InstrumentState.PUBLISHED)
    names = tuple(Bilingual(one.name_zh, one.name_en) for one in bookable)
    return [told(NEED_IT, {"names": names})] if names else []


def tell_hindrances(instrument: "Instrument", now: datetime) -> list[str]:
    """Return why nobody can book the instrument, apart from closures and from its own suspension."""
    if instrument.organization.state != OrganizationState.ADMITTED:
        return [_("Its unit is suspended: nobody can book it until the unit is reinstated.")]
    gaps = providers.booking_gaps([instrument.pk], now)[instrument.pk]
    named = tuple(Words(word(gap)) for gap in gaps if gap in REFUSING)
    return [told(STILL_LACKS, {"gaps": named})] if named else []


def _tell_who_hears_of_break(instrument: "Instrument") -> list[str]:
    return [*tell_claims(instrument.pk), *_tell_claims_beside(instrument)]


def describe_link_changes(
    former_needs: Mapping[int, Collection[int]], needs: Mapping[int, Collection[int]], now: datetime
) -> list[str]:
    """Return whom it hits that instruments are booked with others than before, as sentences."""
    _freed, bound = find_freed_and_bound(former_needs, needs)
    return [
        *tell_companion_claims([one.pk for one, _companion in bound]),
        *tell_grant_changes(get_link_changes(former_needs, needs, now), now),
    ]


def _tell_who_hears_of_return(instrument: "Instrument") -> list[str]:
    if has_companions_in_service(instrument.pk):
        text = _("Who waits for it, or has an open sample order for it, is told.")
    else:
        text = _(
            "Those who wait for it, or for a time for their samples, are told once the instruments booked "
            "with it are back; users with other open sample orders are told now."
        )
    beside = _(
        "Who waits for an instrument that can only be booked together with it, or has an open sample order "
        "for one, is told."
    )
    return [
        *([text] if tell_claims(instrument.pk) else []),
        *([beside] if _tell_claims_beside(instrument) else []),
    ]


def _tell_claims_beside(instrument: "Instrument") -> list[str]:
    return tell_companion_claims([one.pk for one in find_depending(instrument.pk)])


def _tell_waiting_changes(instrument: "Instrument") -> list[str]:
    text = _("Its changes that wait for the bureau’s review are dropped.")
    return [text] if instrument.pending_values else []


@confirmation_view
def resume(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm putting an instrument back into service."""
    instrument = _instrument(request, public_id, "providers.suspend_instrument")
    providers.require_resumable(request.user, instrument)
    home = _home(request, instrument)
    hindrances = tell_hindrances(instrument, clock.now())
    is_back = instrument.organization.state == OrganizationState.ADMITTED
    return Confirmation(
        heading=_("Put “{name}” back into service").format(name=bilingual(instrument, "name")),
        consequences=[
            *(hindrances or [_("It can be booked again at once, by the rule in force.")]),
            *(_tell_who_hears_of_return(instrument) if is_back else ()),
        ],
        action=_("Put back into service"),
        perform=lambda: instrument_resume(actor=request.user, instrument_id=instrument.pk, now=clock.now()),
        success=_("It is back in service.") if hindrances else _("It can be booked again."),
        back_address=home,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def qualification_revoke(request: SignedInRequest, public_id: str, qualification_id: int) -> HttpResponse:
    """Revoke a qualification to operate an instrument."""
    now = clock.now()
    instrument = _instrument(request, public_id, "providers.qualify_user")
    found = require_found(
        providers.qualifications_of([instrument.pk], now).filter(pk=qualification_id).first()
    )
    return _settle(
        request,
        partial(
            instrument_decisions.qualification_revoke,
            actor=request.user,
            qualification_id=found.pk,
            now=now,
        ),
        heading=_("End the right of {name} to operate “{instrument}”").format(
            name=found.user.name, instrument=bilingual(instrument, "name")
        ),
        consequences=[
            _("{name} can no longer book it to operate it themselves, and is told at once.").format(
                name=found.user.name
            )
        ],
        action=_("End this qualification"),
        condition=get_qualification_condition(found, now),
        choices=(KEEP, CANCEL),
        home=reverse("instrument_people", args=[public_id]),
        afterwards=_("The qualification has ended, and the person has been told."),
    )


def _settle(
    request: SignedInRequest, act: Callable[..., Any], *, afterwards: str, home: str, **asked: Any
) -> HttpResponse:
    """Ask for the reason and the outcome of each affected booking, then act."""
    form = ReasonForm(
        request.POST if request.method == "POST" else None, help_text=_("Everybody concerned can read it.")
    )

    def decide(outcomes: Mapping[str, Any]) -> str:
        act(reason=form.cleaned_data["reason"], outcomes=outcomes)
        return afterwards

    return ask_outcomes(
        request,
        "bookings/requests/settle.html",
        form,
        decide=decide,
        next_address=home,
        back_address=home,
        **asked,
    )


def _instrument(request: SignedInRequest, public_id: str, permission: str) -> "Instrument":
    """Return the instrument if the viewer has the permission on it. Raises NotFound and Forbidden."""
    instrument = providers.instrument(request.user, public_id)
    require(request.user, permission, instrument)
    return instrument


def _home(request: SignedInRequest, instrument: "Instrument") -> str:
    """Return the editor's address for those who may edit, else the public page's."""
    may_edit = rules.has_perm("providers.edit_instrument", request.user, instrument)
    return reverse("instrument_edit" if may_edit else "instrument", args=[instrument.public_id])
