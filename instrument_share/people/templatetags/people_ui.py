"""People, organizations and notifications in pages."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from instrument_share.web.responses.problem import told
from instrument_share.web.text.labels import KINDS

register = template.Library()


KINSHIP = {
    "parent": lambda: _("superior organization"),
    "child": lambda: _("subordinate organization"),
    "same_parent": lambda: _("same superior organization"),
    "declared": lambda: _("declared related"),
}


@register.filter
def kinship(code: str) -> str:
    """How one organization is related to another."""
    return KINSHIP[code]()


@register.filter
def organization_kind(code: str) -> str:
    return str(KINDS.get(code, code))


@register.filter
def notification_text(notification: Any) -> str:
    """A notification in the reader's language."""
    return told(notification.message, notification.params)


@register.filter
def notification_lines(notification: Any) -> list[str]:
    """What stands below a notification, line by line."""
    return [told(line["message"], line["params"]) for line in notification.lines]
