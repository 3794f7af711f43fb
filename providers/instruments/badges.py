"""How the states of this room are shown: a label, a tone and an icon."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

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

ACTS: dict[str, str | Promise] = {
    "created": _("entered"),
    "saved": _("saved"),
    "updated": _("changed"),
    "submitted": _("submitted for review"),
    "returned": _("returned with a reason"),
    "confirmed": _("confirmed as up to date"),
    "suspended": _("suspended"),
    "resumed": _("put back into service"),
    "retired": _("retired for good"),
    "changes_accepted": _("accepted the changes"),
    "changes_refused": _("refused the changes"),
    "category_kept": _("kept the category with its new meaning"),
    "assigned": _("named a keeper"),
    "removed": _("removed a keeper"),
    "granted": _("granted a qualification"),
    "revoked": _("ended a qualification"),
    "picture_added": _("added a picture"),
    "picture_described": _("described a picture"),
    "picture_moved": _("changed the order of the pictures"),
    "picture_removed": _("removed a picture"),
    "file_attached": _("attached a file"),
    "file_removed": _("removed a file"),
    "customs_entered": _("entered the customs supervision"),
    "customs_removed": _("removed the customs supervision"),
    "linked": _("set the linked instruments"),
}
"""What was done, as the journal names it after the dot of an action."""
