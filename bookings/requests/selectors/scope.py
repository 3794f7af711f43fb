"""Conditions for rows that a viewer may see, and for those that people who left have made."""

from typing import TYPE_CHECKING

from django.db.models import F, Q

from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer

NOTHING = Q(pk__in=[])
OVERSEER_ROLES = (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER)
"""They supervise, check and trace: every booking and every log on instruments of their region."""
PAYING_ROLES = (Role.ORG_ADMIN, Role.UNIT_MANAGER)
"""Who answers for what an organization pays; an owning unit may be another's user too."""


def get_visible_condition(viewer: "Viewer") -> Q:
    """Return the condition for rows visible to the viewer; visitors see nothing.

    Visible are one's own rows, those paid by organizations for which one answers, those on instruments one
    keeps or manages, and for overseers those of their region.
    """
    if viewer.is_anonymous:
        return NOTHING
    region = region_of(viewer, *OVERSEER_ROLES)
    if region.whole:
        return Q()
    paid_by = standing(viewer).organization_ids(*PAYING_ROLES)
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


def get_answered_condition(maker: str) -> Q:
    """Return the condition for rows whose maker, by the name of the field, still looks after the instrument.

    As `bookings.manage_device` and `providers.close_instrument` say, but while a unit is suspended its people
    stay its people: what they made works again when it is back.
    """
    in_unit = {
        f"{maker}__is_active": True,
        f"{maker}__memberships__state": MembershipState.ACTIVE,
        f"{maker}__memberships__organization": F("instrument__organization"),
    }
    manages = {f"{maker}__memberships__role": Role.UNIT_MANAGER}
    keeps = {f"{maker}__memberships__role": Role.KEEPER, "instrument__keeper_links__user": F(maker)}
    return Q(**in_unit) & (Q(**manages) | Q(**keeps))


def get_ending_condition(maker: str, person: "User", organization: "Organization", *roles_left: Role) -> Q:
    """Return the condition for rows of a unit that end where their maker keeps only these roles in it."""
    if Role.UNIT_MANAGER in roles_left:
        return NOTHING
    kept = Q(instrument__keeper_links__user=person) if Role.KEEPER in roles_left else NOTHING
    return Q(**{maker: person, "instrument__organization": organization}) & ~kept
