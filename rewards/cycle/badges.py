"""Labels, tones and icons of the states of cycles."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "cycle.collecting": Label(_("Collecting"), "active", "play"),
    "cycle.frozen": Label(_("Frozen"), "active", "lock"),
    "cycle.checked": Label(_("Checked"), "active", "check"),
    "cycle.scored": Label(_("Scored"), "active", "check"),
    "cycle.noticed": Label(_("In public notice"), "waiting", "clock"),
    "cycle.approved": Label(pgettext_lazy("cycle", "Approved"), "active", "check"),
    "cycle.reported": Label(_("Sent to Finance"), "waiting", "clock"),
    "cycle.paid": Label(_("Paid"), "good", "check"),
}

MOVES: dict[str, str | Promise] = {
    "freeze": _("freeze"),
    "check": _("check"),
    "score": _("score"),
    "announce": _("put out for notice"),
    "adopt": _("put under another policy"),
    "send": _("send to Finance"),
    "pay": _("record the payment"),
    "reverse": _("reverse a payment"),
    "preview": _("preview the report"),
    "finding": _("open a finding"),
    "comment": _("comment"),
    "answer": _("answer"),
}
