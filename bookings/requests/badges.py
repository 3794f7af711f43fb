"""Labels, tones and icons of the states of bookings."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "booking.offered": Label(_("Time offered"), "waiting", "clock"),
    "booking.requested": Label(_("Waiting for a decision"), "waiting", "clock"),
    "booking.approved": Label(_("Approved"), "active", "check"),
    "booking.in_use": Label(_("In use"), "active", "play"),
    "booking.completed": Label(_("Completed"), "good", "check"),
    "booking.rejected": Label(_("Rejected"), "bad", "cross"),
    "booking.cancelled": Label(_("Cancelled"), "quiet", "minus"),
    "booking.lapsed": Label(_("Lapsed"), "quiet", "minus"),
    "booking.no_show": Label(_("No-show"), "bad", "alert"),
}

MOVES: dict[str, str | Promise] = {
    "approve": _("approve"),
    "reject": _("reject"),
    "cancel": _("cancel"),
    "lapse": _("let lapse"),
    "check_in": _("check in"),
    "check_out": _("check out"),
    "no_show": _("mark as no-show"),
    "accept": _("accept"),
    "decline": _("decline"),
    "accept_for_decision": _("accept"),
    "move_for_decision": _("move to another time"),
    "move": _("move to another time"),
    "agree": _("agree to the time"),
    "hand_over": _("hand over"),
}
