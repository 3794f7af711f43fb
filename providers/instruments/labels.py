"""Labels, tones and icons of the states of instruments, and labels of transitions."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.labels import Label

STATES: dict[str, Label] = {
    "instrument.draft": Label(_("Draft"), "quiet", "pencil"),
    "instrument.submitted": Label(_("In review"), "waiting", "clock"),
    "instrument.published": Label(_("Published"), "good", "check"),
    "instrument.suspended": Label(_("Suspended"), "bad", "pause"),
    "instrument.retired": Label(_("Retired"), "quiet", "minus"),
}

MOVES: dict[str, str | Promise] = {
    "submit": _("submit for review"),
    "return": _("return with a reason"),
    "suspend": _("suspend"),
    "resume": _("resume"),
    "retire": _("retire"),
}
