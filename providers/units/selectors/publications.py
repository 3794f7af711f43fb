"""Read the publications of units and the pictures in their texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.selectors import supervises
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import NotFound, require_found
from providers.instruments.selectors.instruments import managed_or_supervised
from providers.units.domain.choices import ProfileState, PublicationState
from providers.units.domain.publications import PREFIXES, PublicationKind
from providers.units.models import (
    OpennessStatement,
    PublicationPicture,
    Regulation,
    ServiceCase,
    UnitNews,
    UnitProfile,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from providers.units.models import Publication

MODELS: "dict[PublicationKind, type[Publication]]" = {
    PublicationKind.NEWS: UnitNews,
    PublicationKind.REGULATION: Regulation,
    PublicationKind.CASE: ServiceCase,
    PublicationKind.OPENNESS: OpennessStatement,
}
STANDING = Q(published_at__isnull=False, withdrawn_at__isnull=True)
IN_STATE = {
    PublicationState.DRAFT: Q(published_at__isnull=True, scheduled_at__isnull=True),
    PublicationState.SCHEDULED: Q(published_at__isnull=True, scheduled_at__isnull=False),
    PublicationState.PUBLISHED: STANDING,
    PublicationState.WITHDRAWN: Q(withdrawn_at__isnull=False),
}


def publications(
    viewer: "Viewer", kind: PublicationKind, organization_id: int | None = None
) -> QuerySet[Any]:
    """Return published items of a kind, newest first; managers and the bureau also see withdrawn ones.

    Drafts are only in `own_publications`.
    """
    visible = STANDING & Q(organization__state=OrganizationState.ADMITTED)
    visible |= Q(published_at__isnull=False) & managed_or_supervised(viewer)
    found = MODELS[kind]._default_manager.filter(visible).select_related("organization")
    if organization_id is not None:
        found = found.filter(organization_id=organization_id)
    return found.order_by("-published_at", "-id")


def publication(viewer: "Viewer", kind: PublicationKind, public_id: str) -> "Publication":
    """Return one visible publication; managers also see drafts. Raises NotFound."""
    managed = Q(organization_id__in=standing(viewer).organization_ids(Role.UNIT_MANAGER))
    public = STANDING & Q(organization__state=OrganizationState.ADMITTED)
    taken_down = Q(published_at__isnull=False) & managed_or_supervised(viewer)
    rows: Any = MODELS[kind]._default_manager.select_related("organization__district")
    found: Publication = require_found(
        rows.filter(public | taken_down | managed, public_id=public_id).first()
    )
    return found


@dataclass(frozen=True)
class Found:
    """A publication at a public address; if `gone`, the public sees only when it was withdrawn."""

    kind: PublicationKind
    publication: "Publication"
    gone: bool = False


def publication_at(viewer: "Viewer", public_id: str) -> Found:
    """Return the publication of any kind with this public id, even if withdrawn. Raises NotFound."""
    kind = require_found(PREFIXES.get(public_id.partition("-")[0]))
    try:
        return Found(kind, publication(viewer, kind, public_id))
    except NotFound:
        rows: Any = MODELS[kind]._default_manager.filter(IN_STATE[PublicationState.WITHDRAWN])
        rows = rows.filter(organization__state=OrganizationState.ADMITTED).select_related("organization")
        return Found(kind, require_found(rows.filter(public_id=public_id).first()), gone=True)


def own_publications(
    viewer: "Viewer", kind: PublicationKind, organization_id: int, *, state: str = "", text: str = ""
) -> QuerySet[Any]:
    """Return everything of a kind for managers of the unit, drafts too, with `shown_at`.

    `shown_at` is the instant of publication, planned or past, or that of the draft. Page by ("-shown_at",
    "-id").
    """
    model = MODELS[kind]
    if organization_id not in standing(viewer).organization_ids(Role.UNIT_MANAGER):
        return model._default_manager.none()
    found = model._default_manager.filter(organization_id=organization_id)
    if state in IN_STATE:
        found = found.filter(IN_STATE[PublicationState(state)])
    for term in text.split():
        found = found.filter(Q(title_zh__icontains=term) | Q(title_en__icontains=term))
    return found.annotate(shown_at=Coalesce("published_at", "scheduled_at", "created_at"))


def own_publication_counts(
    viewer: "Viewer", kind: PublicationKind, organization_id: int
) -> Mapping[PublicationState, int]:
    """Return the number of items of a kind by state; one query."""
    counts = {state.value: Count("pk", filter=which) for state, which in IN_STATE.items()}
    found = own_publications(viewer, kind, organization_id).order_by().aggregate(**counts)
    return {state: found[state.value] for state in IN_STATE}


def statements_by_year(organization_id: int) -> Mapping[int, OpennessStatement]:
    """Return a unit's statements and drafts by year, newest first, without withdrawn ones.

    The caller checks the viewer.
    """
    rows = OpennessStatement.objects.filter(organization_id=organization_id, withdrawn_at__isnull=True)
    return {row.year: row for row in rows.order_by("-year")}


def case_lock(case_id: int) -> ServiceCase:
    """Lock and return a case until the transaction ends. Raises NotFound."""
    return require_found(ServiceCase.objects.select_for_update().filter(pk=case_id).first())


def pictures(viewer: "Viewer", organization_id: int) -> QuerySet[PublicationPicture]:
    """Return a unit's pictures for its managers, newest first."""
    if organization_id not in standing(viewer).organization_ids(Role.UNIT_MANAGER):
        return PublicationPicture.objects.none()
    return PublicationPicture.objects.filter(organization_id=organization_id).order_by("-created_at", "-id")


def publication_picture(viewer: "Viewer", public_id: str) -> PublicationPicture:
    """Return a picture of a public text or of the viewer's own unit. Raises NotFound.

    The bureau sees all pictures of its region, as it sees withdrawn texts and profiles in review there.
    """
    found = PublicationPicture.objects.filter(public_id=public_id).select_related("organization").first()
    if found is None or not (_may_see_all_of(viewer, found.organization) or _is_shown(found)):
        raise NotFound
    return found


def _is_shown(picture: PublicationPicture) -> bool:
    """Return whether something public of its unit shows the picture; one query."""
    if picture.organization.state != OrganizationState.ADMITTED:
        return False
    of_unit = Q(organization_id=picture.organization_id)
    in_text = Q(body_zh__contains=picture.public_id) | Q(body_en__contains=picture.public_id)
    in_parts = Q(pk__in=[])
    for name in ("how", "audience", "charges"):
        in_parts |= Q(**{f"{name}_zh__contains": picture.public_id})
        in_parts |= Q(**{f"{name}_en__contains": picture.public_id})
    in_profile = Q(introduction_zh__contains=picture.public_id)
    in_profile |= Q(introduction_en__contains=picture.public_id)
    profiles = UnitProfile.objects.filter(of_unit & in_profile, state=ProfileState.PUBLISHED)
    found = [
        MODELS[kind]._default_manager.filter(
            of_unit & STANDING & (in_text | in_parts if kind is PublicationKind.OPENNESS else in_text)
        )
        for kind in PublicationKind
    ]
    return profiles.values("pk").union(*(rows.values("pk") for rows in found)).exists()


def _may_see_all_of(viewer: "Viewer", organization: "Organization") -> bool:
    return standing(viewer).holds(Role.UNIT_MANAGER, organization.pk) or supervises(viewer, organization)
