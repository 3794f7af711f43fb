"""Jobs and mails in pages."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext, ngettext

from instrument_share.jobs.selectors import Ending
from instrument_share.kernel.names import mask_mail_address
from instrument_share.mails.selectors import state_of
from instrument_share.web.templatetags.ui import badge
from instrument_share.web.text.formats import number

register = template.Library()
register.filter("masked", mask_mail_address)
register.filter("mail_state", state_of)


@register.filter
def period(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: `10 minutes`, `1 hour`, `2 days`."""
    seconds = int(length.total_seconds())
    if seconds % 86400 == 0:
        return ngettext("{count} day", "{count} days", seconds // 86400).format(count=seconds // 86400)
    if seconds % 3600 == 0:
        return ngettext("{count} hour", "{count} hours", seconds // 3600).format(count=seconds // 3600)
    return ngettext("{count} minute", "{count} minutes", seconds // 60).format(count=seconds // 60)


@register.filter
def took(length: timedelta | None) -> str:
    """Return how long a run took, in seconds."""
    if length is None:
        return "—"
    return gettext("{seconds} s").format(seconds=number(round(length.total_seconds(), 1)))


@register.simple_tag
def run_badge(ending: Ending) -> str:
    """Return how the last run of a scheduled job ended, as a badge."""
    words = {
        Ending.NEVER_RAN: (gettext("Has not run yet"), "waiting", "clock"),
        Ending.RUNS: (gettext("Running"), "active", "play"),
        Ending.DONE: (gettext("Done"), "good", "check"),
        Ending.FAILED: (gettext("Failed"), "bad", "cross"),
    }
    return badge(*words[ending])
