"""What is done with usage logs, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, str | Promise] = {
    "uses_set": _("named the uses it came from"),
    "history_imported": _("imported earlier hours"),
}
"""What was done, as the journal names it after the dot of an action."""
