"""Reads of organizations, their documents and relations."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from instrument_share.accounts.domain import (
    MembershipState,
    OrganizationKind,
    OrganizationState,
    Role,
    SizeClass,
)
from instrument_share.accounts.domain.registration import Registration
from instrument_share.accounts.domain.roles import MANAGING_ROLES
from instrument_share.accounts.models import (
    District,
    Membership,
    Organization,
    OrganizationDocument,
    OrganizationRelation,
    User,
)
from instrument_share.accounts.selectors.standing import region_of, standing
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import NotFound, require_found
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.uscc import normalize

if TYPE_CHECKING:
    from instrument_share.accounts.selectors.standing import Viewer

REGISTERED, REFUSED = "organization.registered", "organization.refused"
CORRECTED = "organization.corrected"
SUSPENDED, REINSTATED = "organization.suspended", "organization.reinstated"
FOUND_AT_MOST = 20
SHORTEST_SEARCH = 2
NOT_ADMITTED_YET = (OrganizationState.PENDING, OrganizationState.REFUSED)


def registration_of(organization: Organization) -> Registration:
    """Return the facts of an organization as they stand."""
    return Registration(
        uscc=organization.uscc,
        name_zh=organization.name_zh,
        kind=OrganizationKind(organization.kind),
        name_en=organization.name_en,
        size_class=SizeClass(organization.size_class),
        district=organization.district,
        in_region=organization.in_region,
        parent_uscc=organization.parent.uscc if organization.parent else "",
        owns_instruments=organization.owns_instruments,
        contact=organization.contact,
        phone=organization.phone,
    )


def city_bureaus() -> QuerySet[Organization]:
    """Return the bureaus that answer for the whole city; whoever needs help turns to them."""
    return Organization.objects.filter(
        kind=OrganizationKind.BUREAU, state=OrganizationState.ADMITTED, region__isnull=True
    ).order_by("pk")


def organization_lock(organization_id: int) -> Organization:
    """Return the organization, locked until the transaction ends."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def organization_locks(organization_ids: Iterable[int]) -> list[Organization]:
    """Return these organizations in order of id, locked until the transaction ends."""
    rows = Organization.objects.select_for_update(no_key=True).filter(pk__in=set(organization_ids))
    return list(rows.order_by("pk"))


def organization_lock_for(organization_id: int, *roles: Role) -> Organization:
    """Return the organization, locked to give or to end these roles there until the transaction ends.

    The role of a system administrator counts in the whole site, which keeps one: for it the organizations of
    all administrators are locked, in order of id, so before any other lock.
    """
    ids = {organization_id, *(sysadmin_organization_ids() if Role.SYSADMIN in roles else ())}
    return next(one for one in organization_locks(ids) if one.pk == organization_id)


def sysadmin_organization_ids() -> set[int]:
    """Return the organizations, whatever their state, in which somebody is a system administrator."""
    seats = Membership.objects.filter(role=Role.SYSADMIN.value, state=MembershipState.ACTIVE)
    return set(seats.values_list("organization_id", flat=True))


def has_all_sysadmins(organization: Organization) -> bool:
    """Return whether the site's system administrators are people of this organization, and of no other.

    Such an organization isn't suspended: nobody could maintain the accounts of the site.
    """
    seats = Membership.objects.filter(
        role=Role.SYSADMIN.value,
        state=MembershipState.ACTIVE,
        user__is_active=True,
        organization__state=OrganizationState.ADMITTED,
    )
    places = set(seats.values_list("organization_id", flat=True))
    return places == {organization.pk}


def organizations(viewer: "Viewer") -> QuerySet[Organization]:
    """Return admitted organizations, which are public, and a member's own before admission."""
    own = standing(viewer).organization_ids()
    return Organization.objects.filter(Q(state=OrganizationState.ADMITTED) | Q(pk__in=own)).select_related(
        "district"
    )


def organization(viewer: "Viewer", public_id: str) -> Organization:
    """Return one visible organization by public id. Raises NotFound."""
    for membership in standing(viewer).memberships:  # read already; who pays is mostly one's own
        if membership.organization.public_id == public_id:
            return membership.organization
    return require_found(organizations(viewer).filter(public_id=public_id).first())


def is_database_empty() -> bool:
    """Return whether the database holds neither people nor organizations."""
    return not (User.objects.exists() or Organization.objects.exists())


def organization_by_uscc(uscc: str) -> Organization | None:
    """Return the organization with this code, in whatever state it is."""
    return Organization.objects.filter(uscc=uscc).first()


def organization_ids(public_ids: Iterable[str]) -> dict[str, int]:
    """Return primary keys by public id, in whatever state the organizations are."""
    return dict(Organization.objects.filter(public_id__in=set(public_ids)).values_list("public_id", "pk"))


def organization_ids_by_uscc(usccs: Iterable[str]) -> dict[str, int]:
    """Return primary keys by USCC, in whatever state the organizations are."""
    return dict(Organization.objects.filter(uscc__in=set(usccs)).values_list("uscc", "pk"))


def organization_ids_by_public_id(public_ids: Iterable[str]) -> dict[str, int]:
    """Return primary keys by public id, in whatever state the organizations are."""
    rows = Organization.objects.filter(public_id__in=set(public_ids))
    return dict(rows.values_list("public_id", "pk"))


def organizations_by_id(ids: Iterable[int]) -> dict[int, Organization]:
    """Return organizations of any state by id, for services that have been given ids."""
    return Organization.objects.in_bulk(list(ids))


def organizations_of_any_state() -> QuerySet[Organization]:
    """Return every organization, for figures that name none."""
    return Organization.objects.all()


def owning_organizations() -> dict[int, Organization]:
    """Return every admitted organization that owns instruments, by id; for the system's own work."""
    rows = Organization.objects.filter(owns_instruments=True, state=OrganizationState.ADMITTED)
    return {row.pk: row for row in rows.order_by("pk")}


def related_ids(organization_id: int) -> frozenset[int]:
    """Return the ids related to this one: itself, same parent, parent and child, declared related."""
    return related_ids_of_each([organization_id])[organization_id]


def related_ids_of_each(organization_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the `related_ids` of each of these. Takes three statements, however many they are."""
    found = Organization.objects.filter(pk__in=organization_ids, parent__isnull=False)
    parents = dict(found.values_list("pk", "parent_id"))
    children: dict[int, set[int]] = defaultdict(set)
    below = Organization.objects.filter(parent_id__in={*organization_ids, *parents.values()})
    for pk, parent_id in below.values_list("pk", "parent_id"):
        children[parent_id].add(pk)
    declared: dict[int, set[int]] = defaultdict(set)
    for first, second in OrganizationRelation.objects.filter(
        Q(first_id__in=organization_ids) | Q(second_id__in=organization_ids), ended_at__isnull=True
    ).values_list("first_id", "second_id"):
        declared[first].add(second)
        declared[second].add(first)
    related = {}
    for one in organization_ids:
        heads = {one, parents.get(one, one)}
        related[one] = frozenset(heads.union(declared[one], *(children[head] for head in heads)))
    return related


def times_of_former_relations(organization_id: int) -> list[tuple[int, Interval]]:
    """Return the ids of organizations that were declared related to this one, each with the time of it.

    Relations that have ended; one statement.
    """
    rows = OrganizationRelation.objects.filter(
        Q(first_id=organization_id) | Q(second_id=organization_id), declared_at__lt=F("ended_at")
    )
    return [
        (second if first == organization_id else first, Interval(begin, end))
        for first, second, begin, end in rows.values_list("first_id", "second_id", "declared_at", "ended_at")
        if end is not None
    ]


@dataclass(frozen=True)
class Resubmission:
    """Why a registration was refused, and the columns that have been corrected since: before and after."""

    reason: str
    changes: dict[str, tuple[str, str]]


def resubmission_of(organization: Organization) -> Resubmission | None:
    """Return what was corrected since the last refusal, while the registration waits for admission.

    What was refused to somebody else, whose registration has given way, is none of its history. The caller
    has checked that the viewer may read the organization's own page.
    """
    if organization.state != OrganizationState.PENDING:
        return None
    entries = list(journal.history(organization).filter(action__in=(REGISTERED, REFUSED, CORRECTED)))
    last = max((i for i, entry in enumerate(entries) if entry.action != CORRECTED), default=None)
    if last is None or entries[last].action == REGISTERED:
        return None
    changes: dict[str, tuple[str, str]] = {}
    for entry in entries[last + 1 :]:
        for name, after in entry.details.get("after", {}).items():
            first, _then = changes.get(name, (entry.details["before"][name], ""))
            changes[name] = (first, after)
    return Resubmission(entries[last].details["reason"], changes)


def districts() -> QuerySet[District]:
    return District.objects.order_by("code")


def organizations_pending(viewer: "Viewer") -> QuerySet[Organization]:
    """Return the region's organizations that wait for admission, longest first; none for who can't admit.

    Page them by ("waiting_since", "id").
    """
    region = region_of(viewer, Role.BUREAU_OFFICER)
    found = Organization.objects.annotate(waiting_since=Coalesce("submitted_at", "created_at"))
    if not region:
        return found.none()
    return (
        found.filter(region.within(), state=OrganizationState.PENDING)
        .select_related("district", "parent", "registered_by")
        .order_by("waiting_since", "id")
    )


def organizations_supervised(
    viewer: "Viewer", *, state: str = "", text: str = "", kind: str = ""
) -> QuerySet[Organization]:
    """Return organizations of any state in the region of the bureau's people.

    All for a system administrator, none for others. Page them by ("name_zh", "id"), or by `district_code`,
    which is never null.
    """
    found = Organization.objects.filter(_overseen(viewer)).select_related("district", "region", "parent")
    found = found.annotate(district_code=Coalesce("district__code", Value("")))
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if text.strip():
        found = found.filter(_named(text))
    return found


def _overseen(viewer: "Viewer") -> Q:
    if standing(viewer).holds(Role.SYSADMIN):
        return Q()
    region = region_of(viewer)
    return region.within() if region else Q(pk__in=())


def _named(text: str) -> Q:
    wanted = text.strip()
    return Q(name_zh__icontains=wanted) | Q(name_en__icontains=wanted) | Q(uscc=normalize(wanted))


def organization_inside(viewer: "Viewer", public_id: str) -> Organization:
    """Return one organization of any state, for who may read its own page. Raises NotFound.

    Those are its members, who supervises it, system administrators and, before admission, who registered it.
    """
    found = (
        Organization.objects.filter(public_id=public_id)
        .select_related("district", "region", "parent", "registered_by")
        .first()
    )
    if found is None or not can_see_inside(viewer, found):
        raise NotFound
    return found


def can_see_inside(viewer: "Viewer", organization: Organization) -> bool:
    """Return whether the viewer may read an organization's own page."""
    if not isinstance(viewer, User):
        return False
    return (
        (organization.registered_by_id == viewer.pk and organization.state in NOT_ADMITTED_YET)
        or organization.memberships.filter(user=viewer, state="active").exists()
        or region_of(viewer).covers(organization)
        or standing(viewer).holds(Role.SYSADMIN)
    )


@dataclass(frozen=True)
class Suspension:
    """A suspended organization of a person, and the bureau to ask about it."""

    organization: Organization
    bureau: Organization | None


def suspensions(viewer: "Viewer", ordering: Sequence[str]) -> list[Suspension]:
    """Return the suspended organizations that the viewer has a role in, in the order of these columns.

    One statement where there is none.
    """
    if not isinstance(viewer, User):
        return []
    held = Membership.objects.filter(user=viewer, state=MembershipState.ACTIVE)
    suspended = Organization.objects.filter(
        state=OrganizationState.SUSPENDED, pk__in=held.values("organization")
    )
    return [found for one in suspended.order_by(*ordering, "id") for found in suspension_of(one)]


def suspension_of(organization: Organization) -> list[Suspension]:
    """Return the organization's suspension; nothing where it is not suspended."""
    is_suspended = organization.state == OrganizationState.SUSPENDED
    return [Suspension(organization, supervising_bureau(organization))] if is_suspended else []


def suspended_times(until: datetime) -> dict[int, list[Interval]]:
    """Return the times before an instant in which organizations were suspended, by id, by the journal."""
    acts = journal.entries().filter(action__in=(SUSPENDED, REINSTATED), at__lt=until)
    rows: Any = acts.order_by("organization_id", "id").values_list("organization_id", "action", "at")
    found: dict[int, list[Interval]] = defaultdict(list)
    for (pk, action, begin), later in pairwise([*rows, None]):
        end = later[2] if later and later[0] == pk else until
        if action == SUSPENDED and pk is not None and begin < end:
            found[pk].append(Interval(begin, end))
    return found


def supervising_bureau(organization: Organization) -> Organization | None:
    """Return the bureau that answers for the organization: its district's, else the city's."""
    answering = Q(region__isnull=True) | Q(region=organization.district_id, region__isnull=False)
    return (
        Organization.objects.filter(answering, kind=OrganizationKind.BUREAU, state=OrganizationState.ADMITTED)
        .order_by(F("region").desc(nulls_last=True), "id")
        .first()
    )


def organizations_to_join(_viewer: "Viewer", text: str, ordering: Sequence[str]) -> list[Organization]:
    """Return organizations that a person may ask to be admitted to: the first twenty by these columns.

    Admitted ones by a part of their name, and by the whole USCC also one that waits for admission; none for
    less than two characters.
    """
    wanted = text.strip()
    if len(wanted) < SHORTEST_SEARCH:
        return []
    known = Q(state=OrganizationState.ADMITTED) & _named(wanted)
    waiting = Q(state=OrganizationState.PENDING, uscc=normalize(wanted))
    found = Organization.objects.filter(known | waiting).select_related("district")
    return list(found.order_by(*ordering, "id")[:FOUND_AT_MOST])


def is_suspended_by_uscc(text: str) -> bool:
    """Return whether the text is the whole USCC of a suspended organization, which nobody can join now."""
    found = organization_by_uscc(normalize(text))
    return found is not None and found.state == OrganizationState.SUSPENDED


def organization_joinable(_viewer: "Viewer", public_id: str) -> Organization:
    """Return one organization that a person may ask to be admitted to. Raises NotFound."""
    open_to_requests = (OrganizationState.ADMITTED, OrganizationState.PENDING)
    return require_found(Organization.objects.filter(public_id=public_id, state__in=open_to_requests).first())


def documents(viewer: "Viewer", organization: Organization) -> QuerySet[OrganizationDocument]:
    """Return the organization's documents that the viewer may read.

    One's own uploads; all of them for who manages it and for the bureau that supervises it.
    """
    held = OrganizationDocument.objects.filter(organization=organization, removed_at__isnull=True)
    ordered = held.select_related("uploaded_by").order_by("id")
    own = standing(viewer)
    manages = any(own.holds(role, organization.pk) for role in MANAGING_ROLES)
    if manages or region_of(viewer).covers(organization):
        return ordered
    return ordered.filter(uploaded_by=viewer) if isinstance(viewer, User) else ordered.none()


def document(viewer: "Viewer", organization: Organization, public_id: str) -> OrganizationDocument:
    """Return one readable document of the organization. Raises NotFound."""
    return require_found(documents(viewer, organization).filter(public_id=public_id).first())


@dataclass(frozen=True)
class Related:
    """An organization that is related to another: why, since when, and until when if it has ended."""

    organization: Organization
    kinship: str
    since: datetime | None = None
    until: datetime | None = None
    end_reason: str = ""

    @property
    def is_declared(self) -> bool:
        return self.kinship == "declared"


def related_to(organization: Organization) -> list[Related]:
    """Parent, children, children of the same parent, and declared relations, ended ones last.

    Two statements.
    """
    family = Q(parent_id=organization.pk)
    if organization.parent_id is not None:
        family |= Q(pk=organization.parent_id) | Q(parent_id=organization.parent_id)
    rows = Organization.objects.filter(family).exclude(pk=organization.pk).order_by("name_zh", "id")
    kin = [Related(row, _kinship(organization, row)) for row in rows]
    declared = (
        OrganizationRelation.objects.filter(Q(first=organization) | Q(second=organization))
        .select_related("first", "second")
        .order_by("-ended_at", "declared_at", "id")
    )
    said = [
        Related(
            one.second if one.first_id == organization.pk else one.first,
            "declared",
            one.declared_at,
            one.ended_at,
            one.end_reason,
        )
        for one in declared
    ]
    return kin + sorted(said, key=lambda one: one.until is not None)


def _kinship(organization: Organization, other: Organization) -> str:
    if other.pk == organization.parent_id:
        return "parent"
    return "child" if other.parent_id == organization.pk else "same_parent"
