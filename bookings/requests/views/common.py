"""What these pages share: where to go afterwards, and who may do what next with a booking."""

from datetime import datetime
from typing import TYPE_CHECKING

import rules
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from bookings.requests.domain.attendance import check_in_opens_at
from bookings.requests.domain.states import MOVES, BookingState
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import Forbidden
from instrument_share.web.desks import Place, desks, navigation
from providers import public as providers

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.requests.models import Booking
    from bookings.usage.models import UsageLog
    from instrument_share.accounts.models import User
    from providers.models import Instrument

PERMISSIONS = {
    "approve": "bookings.decide",
    "reject": "bookings.decide",
    "check_in": "bookings.attend",
    "check_out": "bookings.attend",
    "cancel": "bookings.cancel",
    "move": "bookings.cancel",
}


def back_address(request: HttpRequest, otherwise: str) -> str:
    """The page of this site that sent the form (`next`), else `otherwise`."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked if is_ours else otherwise


def booking_address(public_id: str) -> str:
    return reverse("booking", args=[public_id])


def desk_of(viewer: "User", subject: "Booking | UsageLog") -> Place:
    """The desk that a booking or a log belongs to for the viewer: one's own, else the one they land on."""
    return navigation().own if subject.user_id == viewer.pk else desks(viewer)[0]


def possible(viewer: "User", booking: "Booking", now: datetime) -> set[str]:
    """What the viewer may do with the booking as it stands now."""
    moves = set(MOVES.get(BookingState(booking.state), {}))
    if "cancel" in moves:
        moves.add("move")
    if now < check_in_opens_at(booking.starts_at):
        moves.discard("check_in")
    return {move for move in moves & PERMISSIONS.keys() if rules.has_perm(PERMISSIONS[move], viewer, booking)}


def _require_keeper(viewer: "User") -> None:
    """Raise Forbidden unless the viewer has the role of keeper in some unit."""
    if not standing(viewer).holds(Role.KEEPER):
        raise Forbidden


def answered_for(viewer: "User") -> "QuerySet[Instrument]":
    """The instruments on which the person may log by hand and place closures: kept, or of a managed unit."""
    if standing(viewer).holds(Role.UNIT_MANAGER):
        units = standing(viewer).organization_ids(Role.UNIT_MANAGER)
        return providers.instruments(viewer).filter(organization_id__in=units).order_by("name_zh", "id")
    _require_keeper(viewer)
    return providers.kept_instruments(viewer)
