"""Labels, tones and icons of the states of a project."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "project.open": Label(pgettext_lazy("project", "Open"), "good", "check"),
    "project.closed": Label(pgettext_lazy("project", "Closed"), "quiet", "minus"),
}
MOVES: dict[str, str | Promise] = {"project.close": _("close"), "project.reopen": _("open again")}
