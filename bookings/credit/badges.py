"""Labels, tones and icons of the states of credit events."""

from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "credit.counts": Label(_("Counting"), "bad", "alert"),
    "credit.over": Label(_("Counts no longer"), "quiet", "minus"),
    "credit.lifted": Label(_("Lifted"), "good", "check"),
}
