"""Tabs of the administrator's desk."""

from django.urls import reverse
from django.utils.translation import gettext as _


def build_system_tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return the parts of the desk, with the one that is shown."""
    parts = [
        ("system", _("Overview")),
        ("system_accounts", _("Accounts")),
        ("system_mails", _("Mail")),
        ("system_jobs", _("Jobs")),
        ("journal", _("Audit log")),
        ("organizations", _("Organizations")),
    ]
    return [(text, reverse(name), name == current) for name, text in parts]
