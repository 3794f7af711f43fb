"""Which bookings and usage a viewer may see."""

from typing import TYPE_CHECKING

from django.db.models import Q

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

OVERSEERS = frozenset({Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER})
"""They supervise, check and trace: every booking and every log."""


def visible(viewer: "Viewer") -> Q | None:
    """The condition for the viewer's rows: one's own, one's organization's as its administrator, one's
    instruments' as keeper or unit manager, everything for overseers. None for visitors, who see nothing.
    """
    if viewer.is_anonymous:
        return None
    if standing(viewer).roles & OVERSEERS:
        return Q()
    paid_by = standing(viewer).organization_ids(Role.ORG_ADMIN)
    return Q(user=viewer) | Q(payer_organization__in=paid_by) | answers_for(viewer)


def answers_for(viewer: "Viewer") -> Q:
    """The condition for rows on instruments that the viewer keeps or whose unit they manage."""
    if viewer.is_anonymous:
        return Q(pk__in=[])
    own = standing(viewer)
    kept = viewer.kept_instruments.filter(organization__in=own.organization_ids(Role.KEEPER))
    return Q(instrument__in=kept.values("pk")) | Q(
        instrument__organization__in=own.organization_ids(Role.UNIT_MANAGER)
    )
