"""The page on which a unit waives a charge."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.credit.selectors import is_counted
from bookings.requests.selectors.bookings import get_booking
from bookings.requests.views.common import get_booking_address, get_desk
from bookings.statements.domain.errors import NothingToWaive
from bookings.statements.selectors.statements import can_be_waived
from bookings.statements.services.waiving import charge_waive
from instrument_share.accounts.permissions import require
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, timerange, yuan

if TYPE_CHECKING:
    from datetime import datetime

    from bookings.requests.models import Booking


@confirmation_view
def waive(request: SignedInRequest, public_id: str) -> Confirmation:
    """Ask for the reason with which the charge of a booking is waived."""
    booking = get_booking(request.user, public_id)
    require(request.user, "bookings.waive_charge", booking)
    if not can_be_waived(booking):
        raise NothingToWaive
    now = clock.now()
    form = ReasonForm(
        request.POST if request.method == "POST" else None, help_text=_("The user can read it.")
    )
    time = timerange(Interval(booking.starts_at, booking.ends_at))
    return Confirmation(
        heading=_("Waive the charge of {amount}?").format(amount=yuan(booking.charged_yuan)),
        consequences=[
            " · ".join((bilingual(booking.instrument, "name"), time, booking.user.name)),
            _("It leaves a draft at once. Of a statement that was sent, the next one gives it back."),
            *_tell_of_credit(booking, now),
            _("It can’t be charged again."),
        ],
        action=pgettext("charge", "Waive"),
        perform=lambda: charge_waive(actor=request.user, booking_id=booking.pk, now=now, **form.cleaned_data),
        success=_("The charge is waived. {user} is told.").format(user=booking.user.name),
        back_address=get_booking_address(public_id),
        form=form,
        extra_context={"here": get_desk(request.user, booking)},
    )


def _tell_of_credit(booking: "Booking", now: "datetime") -> list[str]:
    if not is_counted(booking, now):
        return []
    words = _("That the booking was missed or cancelled late still counts on the credit of {user}.")
    return [words.format(user=booking.user.name)]
