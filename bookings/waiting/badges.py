"""Labels, tones and icons of the states of a wait."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "wait.waiting": Label(pgettext_lazy("waiting list", "Waiting"), "waiting", "clock"),
    "wait.offered": Label(_("Time offered"), "active", "clock"),
    "wait.booked": Label(_("Got a time"), "good", "check"),
    "wait.left": Label(_("Left the list"), "quiet", "minus"),
    "wait.over": Label(_("Ended without a time"), "quiet", "minus"),
}
