"""Which bookings and usage a viewer may see."""

from typing import TYPE_CHECKING

from django.db.models import Q

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

OVERSEERS = (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER)
"""They supervise, check and trace: every booking and every log on instruments of their region."""


def visible(viewer: "Viewer") -> Q | None:
    """The condition for the viewer's rows: one's own, one's organization's as its administrator, one's
    instruments' as keeper or unit manager, for overseers everything of their region. None for visitors,
    who see nothing.
    """
    if viewer.is_anonymous:
        return None
    region = region_of(viewer, *OVERSEERS)
    if region.whole:
        return Q()
    paid_by = standing(viewer).organization_ids(Role.ORG_ADMIN)
    own = Q(user=viewer) | Q(payer_organization__in=paid_by) | answers_for(viewer)
    return own | region.within("instrument__organization") if region else own


def answers_for(viewer: "Viewer") -> Q:
    """The condition for rows on instruments that the viewer keeps or whose unit they manage."""
    if viewer.is_anonymous:
        return Q(pk__in=[])
    own = standing(viewer)
    kept = viewer.kept_instruments.filter(organization__in=own.organization_ids(Role.KEEPER))
    return Q(instrument__in=kept.values("pk")) | Q(
        instrument__organization__in=own.organization_ids(Role.UNIT_MANAGER)
    )
