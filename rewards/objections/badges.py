"""Labels of where an objection stands."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "objection.received": Label(_("Being examined"), "waiting", "clock"),
    "objection.answered": Label(pgettext_lazy("objection", "Answered"), "active", "check"),
    "objection.upheld": Label(_("Objection upheld"), "active", "check"),
    "objection.not_upheld": Label(_("Objection not upheld"), "quiet", "minus"),
}
