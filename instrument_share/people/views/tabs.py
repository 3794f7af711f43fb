"""Tabs of a person's own pages."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.journal.addresses import page_address
from instrument_share.web.text.formats import bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


def build_my_tabs(viewer: "User", current: str) -> list[tuple[Any, ...]]:
    """Return the tabs of one's own desk, with an organization's for its administrator."""
    parts = [
        ("me", _("Overview"), page_address("me")),
        ("my_waiting", _("Waiting list"), page_address("my_waiting")),
        ("my_usage", _("Usage and costs"), page_address("my_usage")),
        ("my_credit", _("Credit"), page_address("my_credit")),
        ("my_samples", _("Samples sent in"), page_address("my_samples")),
        ("my_statements", _("Statements"), page_address("my_statements")),
        *(
            (row.public_id, bilingual(row, "name"), page_address("my_organization", row.public_id))
            for row in get_administered_organizations(viewer)
        ),
        ("my_organizations", _("My organizations"), reverse("my_organizations")),
        ("inbox", _("Notifications"), reverse("inbox")),
        ("my_calendars", _("Calendars"), reverse("my_calendars")),
        ("tokens", _("API tokens"), reverse("tokens")),
        ("settings", _("Settings"), reverse("settings")),
    ]
    return [(text, address, key == current) for key, text, address in parts]


def get_administered_organizations(viewer: "User") -> "list[Organization]":
    """Return the organizations that the person administers."""
    return [one.organization for one in standing(viewer).memberships if one.role == Role.ORG_ADMIN]
