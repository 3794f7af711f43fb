"""How the states of this room are shown: a label, a tone and an icon."""

from django.utils.translation import gettext_lazy as _

from instrument_share.web.labels import Label

STATES: dict[str, Label] = {
    "report.sent": Label(_("Sent to Finance"), "waiting", "clock"),
    "report.accepted": Label(_("Accepted by Finance"), "good", "check"),
    "report.returned": Label(_("Returned by Finance"), "bad", "back"),
}
