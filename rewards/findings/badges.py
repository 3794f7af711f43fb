"""Labels, tones and icons of the states of findings."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "finding.open": Label(pgettext_lazy("finding", "Open"), "waiting", "clock"),
    "finding.upheld": Label(_("Upheld"), "bad", "cross"),
    "finding.dismissed": Label(_("Dismissed"), "quiet", "minus"),
    "falsification.proposed": Label(_("Proposed"), "waiting", "clock"),
    "falsification.confirmed": Label(_("Confirmed"), "bad", "alert"),
    "falsification.rejected": Label(pgettext_lazy("falsification", "Rejected"), "quiet", "minus"),
}
