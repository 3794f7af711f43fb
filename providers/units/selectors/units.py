"""Read owning units and their profiles."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import require_found
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.units.domain.choices import ProfileState
from providers.units.models import UnitProfile

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

IS_PUBLIC = Q(published_at__isnull=False, organization__state=OrganizationState.ADMITTED)
"""The condition for profiles that everybody reads, on the pages of their units."""


def units(viewer: "Viewer") -> QuerySet[UnitProfile]:
    """Return published profiles of admitted units with `instrument_count`, the published instruments.

    Managers also see their own draft, the bureau also profiles in review.
    """
    return (
        _visible_profiles(viewer)
        .select_related("organization__district")
        .annotate(
            instrument_count=Count(
                "organization__instruments",
                filter=Q(organization__instruments__state=InstrumentState.PUBLISHED),
            )
        )
    )


def _visible_profiles(viewer: "Viewer") -> QuerySet[UnitProfile]:
    visible = IS_PUBLIC
    mine = standing(viewer)
    visible |= Q(organization_id__in=mine.organization_ids(Role.UNIT_MANAGER))
    if region := region_of(viewer):
        visible |= ~Q(state=ProfileState.DRAFT) & region.within("organization")
    return UnitProfile.objects.filter(visible)


def has_unit_page(viewer: "Viewer", organization_id: int) -> bool:
    """Return whether the viewer can open the organization's page, which is that of its profile (`unit`)."""
    return _visible_profiles(viewer).filter(organization_id=organization_id).exists()


def find_public_units(organization_ids: Collection[int]) -> set[int]:
    """Return those of the organizations that have a page for everybody. One query."""
    found = UnitProfile.objects.filter(IS_PUBLIC, organization_id__in=list(organization_ids))
    return set(found.values_list("organization_id", flat=True))


def publishing_organizations(viewer: "Viewer") -> "QuerySet[Organization]":
    """Return the admitted organizations of which everybody sees an instrument or the profile."""
    published = Instrument.objects.filter(organization=OuterRef("pk"), state=InstrumentState.PUBLISHED)
    profile = UnitProfile.objects.filter(organization=OuterRef("pk"), published_at__isnull=False)
    admitted = accounts.organizations(viewer).filter(state=OrganizationState.ADMITTED)
    return admitted.filter(Exists(published) | Exists(profile))


def find_units(
    viewer: "Viewer", *, words: str = "", district: str = "", kind: str = ""
) -> QuerySet[UnitProfile]:
    """Return units with a published profile, of a district and a kind, whose name has all the words.

    What is empty does not narrow. Names are those in Chinese and English.
    """
    found = units(viewer).filter(published_at__isnull=False)
    for word in words.split():
        found = found.filter(
            Q(organization__name_zh__icontains=word) | Q(organization__name_en__icontains=word)
        )
    if district:
        found = found.filter(organization__district__code=district)
    return found.filter(organization__kind=kind) if kind else found


def unit(viewer: "Viewer", public_id: str) -> UnitProfile:
    """Return one visible unit by the public id of its profile or organization. Raises NotFound."""
    named = Q(public_id=public_id) | Q(organization__public_id=public_id)
    return require_found(units(viewer).filter(named).first())


def organization_profile(organization_id: int) -> UnitProfile | None:
    """Return the organization's profile in any state, or None; the caller checks the viewer."""
    return UnitProfile.objects.select_related("organization").filter(organization_id=organization_id).first()
