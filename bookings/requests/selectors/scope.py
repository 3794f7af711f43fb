"""Conditions for the bookings and usage that a viewer may see."""

from typing import TYPE_CHECKING

from django.db.models import Q

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

NOTHING = Q(pk__in=[])
OVERSEER_ROLES = (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER)
"""They supervise, check and trace: every booking and every log on instruments of their region."""


def get_visible_condition(viewer: "Viewer") -> Q:
    """Return the condition for rows visible to the viewer; visitors see nothing.

    Visible are one's own rows, those paid by organizations one administers, those on instruments one keeps or
    manages, and for overseers those of their region.
    """
    if viewer.is_anonymous:
        return NOTHING
    region = region_of(viewer, *OVERSEER_ROLES)
    if region.whole:
        return Q()
    paid_by = standing(viewer).organization_ids(Role.ORG_ADMIN)
    own = Q(user=viewer) | Q(payer_organization__in=paid_by) | get_responsible_condition(viewer)
    return own | region.within("instrument__organization") if region else own


def get_responsible_condition(viewer: "Viewer") -> Q:
    """Return the condition for rows on instruments that the viewer keeps or whose unit they manage."""
    if viewer.is_anonymous:
        return NOTHING
    own = standing(viewer)
    kept = viewer.kept_instruments.filter(organization__in=own.organization_ids(Role.KEEPER))
    return Q(instrument__in=kept.values("pk")) | Q(
        instrument__organization__in=own.organization_ids(Role.UNIT_MANAGER)
    )
