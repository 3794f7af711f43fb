"""Labels of where a random inspection stands."""

from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "inspection.waiting": Label(_("To be carried out"), "waiting", "clock"),
    "inspection.no_objection": Label(_("No objection"), "good", "check"),
    "inspection.finding": Label(_("Led to a finding"), "bad", "alert"),
}
