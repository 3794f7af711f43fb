"""Owning units and what they publish about themselves."""

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.selectors import region_of, standing
from instrument_share.kernel.errors import NotFound
from providers.domain.publications import PublicationKind
from providers.domain.states import PUBLIC
from providers.domain.words import ProfileState
from providers.models import (
    OpennessStatement,
    Regulation,
    ServiceCase,
    UnitNews,
    UnitProfile,
)

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.models.publications import Publication

MODELS: "dict[PublicationKind, type[Publication]]" = {
    PublicationKind.NEWS: UnitNews,
    PublicationKind.REGULATION: Regulation,
    PublicationKind.CASE: ServiceCase,
    PublicationKind.OPENNESS: OpennessStatement,
}


def units(viewer: "Viewer") -> QuerySet[UnitProfile]:
    """Published profiles of admitted units, with `instrument_count`, the number of published instruments.

    Managers also see their own draft, the bureau also what is in review.
    """
    visible = Q(published_at__isnull=False, organization__state=OrganizationState.ADMITTED)
    mine = standing(viewer)
    visible |= Q(organization_id__in=mine.organization_ids(Role.UNIT_MANAGER))
    if region := region_of(viewer):
        visible |= ~Q(state=ProfileState.DRAFT) & region.within("organization")
    return (
        UnitProfile.objects.filter(visible)
        .select_related("organization__district")
        .annotate(
            instrument_count=Count(
                "organization__instruments", filter=Q(organization__instruments__state__in=PUBLIC)
            )
        )
    )


def unit(viewer: "Viewer", public_id: str) -> UnitProfile:
    """One visible unit by the public id of its profile or of its organization, or NotFound."""
    found = units(viewer).filter(Q(public_id=public_id) | Q(organization__public_id=public_id)).first()
    if found is None:
        raise NotFound
    return found


def unit_of(organization_id: int) -> UnitProfile | None:
    """The profile of an organization, whatever its state; for services and for the unit's own desk."""
    return UnitProfile.objects.select_related("organization").filter(organization_id=organization_id).first()


def publications(
    viewer: "Viewer", kind: PublicationKind, organization_id: int | None = None
) -> QuerySet[Any]:
    """What is published of a kind, newest first; managers and the bureau also see what was withdrawn."""
    visible = Q(withdrawn_at__isnull=True, published_at__isnull=False)
    visible &= Q(organization__state=OrganizationState.ADMITTED)
    mine = standing(viewer)
    visible |= Q(organization_id__in=mine.organization_ids(Role.UNIT_MANAGER))
    if region := region_of(viewer):
        visible |= Q(published_at__isnull=False) & region.within("organization")
    found = MODELS[kind]._default_manager.filter(visible).select_related("organization")
    if organization_id is not None:
        found = found.filter(organization_id=organization_id)
    return found.order_by("-published_at", "-id")


def publication(viewer: "Viewer", kind: PublicationKind, public_id: str) -> "Publication":
    """One visible publication, or NotFound."""
    found = publications(viewer, kind).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
