"""Labels, tones and icons of the states of sample orders.

Their codes carry the kind, since statements are confirmed and closed in other words.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "bookings.sample_order.submitted": Label(_("Waiting for a quote"), "waiting", "clock"),
    "bookings.sample_order.quoted": Label(_("Quoted, awaiting acceptance"), "waiting", "clock"),
    "bookings.sample_order.accepted": Label(_("Accepted, awaiting samples"), "active", "check"),
    "bookings.sample_order.received": Label(_("Samples received"), "active", "play"),
    "bookings.sample_order.reported": Label(_("Report delivered"), "good", "paper"),
    "bookings.sample_order.closed": Label(_("Finished"), "good", "check"),
    "bookings.sample_order.rejected": Label(_("Declined by the unit"), "bad", "cross"),
    "bookings.sample_order.cancelled": Label(_("Withdrawn"), "quiet", "minus"),
    "bookings.sample_order.lapsed": Label(_("Lapsed"), "quiet", "minus"),
}

MOVES: dict[str, str | Promise] = {
    "sample_order.quote": _("quote"),
    "sample_order.accept": _("accept the quote"),
    "sample_order.reject": _("decline the order"),
    "sample_order.cancel": _("withdraw"),
    "sample_order.lapse": _("let lapse"),
    "sample_order.receive": _("receive the samples"),
    "sample_order.plan": _("plan a time"),
    "sample_order.report": _("deliver the report"),
    "sample_order.add_photos": _("add photos"),
    "sample_order.close": _("give the samples back"),
}
