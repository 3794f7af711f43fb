"""Extending a booking under way."""

from django.utils.translation import gettext as _

from bookings.groups.forms import ExtendForm
from bookings.groups.selectors.extension import get_later_ends
from bookings.groups.services.extension import booking_extend
from bookings.requests.domain.errors import NoLaterEnd
from bookings.requests.selectors.bookings import get_booking
from bookings.requests.selectors.companions import get_companions
from bookings.requests.views.common import get_booking_address, get_desk
from instrument_share.accounts.permissions import require
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, in_english, timerange, yuan


@confirmation_view
def extend(request: SignedInRequest, public_id: str) -> Confirmation:
    """Choose a later end from those that would be granted, each with the price of the whole."""
    now = clock.now()
    booking = get_booking(request.user, public_id)
    require(request.user, "bookings.extend", booking)
    ends = get_later_ends(request.user, booking, now)
    if not ends:
        raise NoLaterEnd
    form = ExtendForm(request.POST if request.method == "POST" else None, ends=ends)
    companions = get_companions(booking)
    names = (", " if in_english() else "、").join(bilingual(one.instrument, "name") for one in companions)
    agreed = sum((one.quoted_yuan for one in companions), booking.quoted_yuan)
    is_mine = booking.user_id == request.user.pk
    together = _("What was booked with it is extended too: {instruments}.")
    return Confirmation(
        heading=_("Extend this booking?"),
        consequences=[
            _("Now it is booked {time}, for {amount}.").format(
                time=timerange(Interval(booking.starts_at, booking.ends_at)), amount=yuan(agreed)
            ),
            *([together.format(instruments=names)] if names else []),
            _("You can choose one of the ends below; each shows the price of the whole booking."),
            _("The keeper is told.") if is_mine else _("{user} is told.").format(user=booking.user.name),
            _("The charge follows the hours used."),
        ],
        action=_("Extend the booking"),
        perform=lambda: booking_extend(
            actor=request.user, booking_id=booking.pk, ends_at=form.cleaned_data["ends_at"], now=now
        ),
        success=lambda: _("Extended to {time}. Everybody concerned is told.").format(
            time=timerange(Interval(booking.starts_at, form.cleaned_data["ends_at"]))
        ),
        back_address=get_booking_address(public_id),
        form=form,
        extra_context={"here": get_desk(request.user, booking)},
    )
