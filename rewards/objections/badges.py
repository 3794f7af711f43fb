"""Labels of where an objection stands."""

from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "objection.received": Label(_("Being examined"), "waiting", "clock"),
    "objection.upheld": Label(_("Objection upheld"), "active", "check"),
    "objection.not_upheld": Label(_("Objection not upheld"), "quiet", "minus"),
}
