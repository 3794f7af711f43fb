"""Labels, tones and icons of the states of units, and labels of transitions."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "publication.draft": Label(_("Draft"), "quiet", "pencil"),
    "publication.scheduled": Label(_("Scheduled"), "waiting", "clock"),
    "publication.published": Label(_("Published"), "good", "check"),
    "publication.withdrawn": Label(_("Taken down"), "bad", "minus"),
    "information.missing": Label(_("Missing"), "bad", "cross"),
    "information.incomplete": Label(_("Incomplete"), "bad", "minus"),
    "information.too_few": Label(_("Too few"), "waiting", "minus"),
    "information.stale": Label(_("Out of date"), "waiting", "clock"),
    "information.complete": Label(_("Complete"), "good", "check"),
    "profile.draft": Label(_("Draft"), "quiet", "pencil"),
    "profile.submitted": Label(_("In review"), "waiting", "clock"),
    "profile.published": Label(_("Published"), "good", "check"),
}

MOVES: dict[str, str | Promise] = {
    "publish": _("publish"),
    "withdraw": _("take down"),
    "schedule": _("schedule"),
    "unschedule": _("cancel the schedule"),
    "discard": _("discard"),
}

ACTS: dict[str, str | Promise] = {
    "drafted": _("began a draft"),
    "scheduled": _("scheduled for later"),
    "unscheduled": _("cancelled the schedule"),
    "discarded": _("discarded the draft"),
    "withdrawn": _("took down"),
    "sent": _("sent"),
    "published": _("published"),
}
"""What was done, as the journal names it after the dot of an action."""
