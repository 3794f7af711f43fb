"""Labels, tones and icons of the states of reports."""

from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "report.sent": Label(_("Sent to Finance"), "waiting", "clock"),
    "report.accepted": Label(_("Accepted by Finance"), "good", "check"),
    "report.returned": Label(_("Returned by Finance"), "bad", "back"),
}
