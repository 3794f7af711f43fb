"""Labels, tones and icons of the states of statements.

Their codes carry the kind: other things are sent and confirmed too, and are told in other words.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "bookings.statement.draft": Label(_("Draft"), "quiet", "pencil"),
    "bookings.statement.sent": Label(_("Awaiting confirmation"), "waiting", "clock"),
    "bookings.statement.confirmed": Label(_("Confirmed, awaiting payment"), "active", "check"),
    "bookings.statement.confirmed_credit": Label(_("Confirmed, to be paid back"), "active", "check"),
    "bookings.statement.disputed": Label(_("Disputed"), "bad", "alert"),
    "bookings.statement.settled": Label(_("Settled"), "good", "check"),
}

MOVES: dict[str, str | Promise] = {
    "statement.send": _("send"),
    "statement.confirm": _("confirm"),
    "statement.dispute": _("dispute"),
    "statement.answer": _("answer"),
    "statement.pay": _("record a payment"),
    "statement.settle": _("settle"),
    "statement.reverse": _("reverse a payment"),
}
