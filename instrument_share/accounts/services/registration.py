"""Writers of registrations: an organization registers itself, and corrects that until it is admitted."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import (
    MembershipState,
    OrganizationKind,
    OrganizationState,
    Role,
    SizeClass,
)
from instrument_share.accounts.domain import registration as rules
from instrument_share.accounts.domain.registration import Registration
from instrument_share.accounts.models import (
    Membership,
    Organization,
    OrganizationDocument,
    User,
)
from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.accounts.services._common import (
    grant_implied_role,
    record_change,
    record_membership,
    tell_officers,
)
from instrument_share.accounts.services.documents import CheckedUpload, Upload, add_documents, check_uploads
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import Conflict, Invalid, Problem, gettext_noop
from instrument_share.kernel.wording import Bilingual

REGISTERED = gettext_noop("“{name}” has registered and waits for admission.")
HANDED_IN_AGAIN = gettext_noop("“{name}” has corrected its registration and waits for admission.")
GIVEN_WAY = gettext_noop(
    "Somebody else has registered an organization with the code {uscc}. The refused registration of “{name}” "
    "is void, and your role or request in it has ended. If it is your organization, ask to be admitted; "
    "otherwise register yours with its own code."
)

USCC_TAKEN = "organization.uscc_taken"
TAKEN = Problem(
    USCC_TAKEN,
    gettext_noop("An organization with this code is registered already. Ask to be admitted to it."),
    field="uscc",
)
TAKEN_BY_SUSPENDED = Problem(
    "organization.uscc_suspended",
    gettext_noop(
        "The organization with this code is suspended and admits nobody now. Ask its administrator."
    ),
    field="uscc",
)
TAKEN_BY_REFUSED = Problem(
    "organization.uscc_refused",
    gettext_noop(
        "Another registration with this code was refused. Register your organization anew with this code "
        "instead of correcting this registration."
    ),
    field="uscc",
)


AUTHORITY = Problem(
    "organization.authority",
    gettext_noop("Authorities are entered by the system administrator."),
    field="kind",
)

TOO_MANY = gettext_noop(
    "{most} organizations that you registered wait for the bureau, or were handed in and refused within a "
    "day. Wait for its decisions, or correct one of these registrations."
)
DAY = timedelta(days=1)


class NothingCorrected(Conflict):
    code = "organization.nothing_corrected"
    message = gettext_noop(
        "Nothing has changed since it was submitted. Correct what the bureau has named, or add the "
        "document that it asks for."
    )


class NotCorrectable(Conflict):
    code = "organization.not_correctable"
    message = gettext_noop(
        "The organization is admitted. What the bureau has checked is changed by the bureau; contact and "
        "English name by its administrator."
    )


@transaction.atomic
def organization_register(
    *, actor: User | None, registration: Registration, now: datetime, documents: Iterable[Upload] = ()
) -> Organization:
    """Enter a body by its USCC (GB 32100); it waits for the bureau's admission.

    Who registers it becomes its first administrator, and manager where it owns instruments; both take effect
    with the admission. A refused registration does not keep its code from somebody else, nor a waiting one
    from the site itself, which enters its authorities: theirs takes its place. One person has
    `MAX_REGISTRATIONS` at most that wait, or were made and refused within 24 hours. Raises Invalid with every
    problem.
    """
    require_unless_system(actor, "accounts.register_organization")
    facts = registration.normalized()
    refused = Organization.objects.select_for_update(no_key=True).filter(uscc=facts.uscc).first()
    if actor is not None:
        selectors.oneself_lock(actor)  # of two registrations at once the second counts the first
    superior = superior_of(facts)
    good, unusable = check_uploads(documents)
    problems = [
        *find_registration_problems(facts, is_authority_allowed=actor is None),
        *_find_too_many(actor, now),
        *unusable,
    ]
    if problems:
        raise Invalid(problems=problems)
    if refused is not None:
        _give_way(refused, actor, now)
    organization = refused or Organization()
    organization.created_at, organization.registered_by = now, actor
    _hand_in(organization, facts, superior, now)
    record_change(actor, "organization.registered", organization, now)
    if actor is not None:
        _give_first_roles(organization, actor, now)
        add_documents(organization, good, actor, now)
        tell_officers(organization, REGISTERED, now)
    return organization


@transaction.atomic
def organization_correct(
    *,
    actor: User,
    organization_id: int,
    registration: Registration,
    now: datetime,
    documents: Iterable[Upload] = (),
) -> Organization:
    """Correct what waits for admission, or hand in again what was refused; for who registered it.

    Raises NotCorrectable once it is admitted, Invalid with every problem, and NothingCorrected where neither
    facts nor documents have changed.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.correct_organization", organization)
    if organization.state not in {OrganizationState.PENDING, OrganizationState.REFUSED}:
        raise NotCorrectable
    facts = registration.normalized()
    superior = superior_of(facts)
    good, unusable = check_uploads(documents)
    problems = [*find_registration_problems(facts, organization), *unusable]
    if problems:
        raise Invalid(problems=problems)
    before, after = find_differences(organization, columns_of(facts, superior))
    if not after and not _have_documents_changed(organization, good):
        raise NothingCorrected
    was_refused = organization.state == OrganizationState.REFUSED
    _hand_in(organization, facts, superior, now)
    record_change(actor, "organization.corrected", organization, now, before=before, after=after)
    _give_first_roles(organization, actor, now)
    add_documents(organization, good, actor, now)
    if was_refused:
        tell_officers(organization, HANDED_IN_AGAIN, now)
    return organization


def find_registration_problems(
    facts: Registration, corrected: Organization | None = None, *, is_authority_allowed: bool = False
) -> list[Problem]:
    """Return everything that is wrong with the facts; `corrected` is the organization that has them already.

    A refused registration does not keep its code from somebody else, only from a correction; a waiting one
    does not keep it from the site itself, which may enter authorities.
    """
    problems = [
        *rules.find_problems(facts),
        *rules.find_phone_problems(facts.phone),
        *superior_missing(facts, superior_of(facts)),
    ]
    if facts.kind in rules.AUTHORITIES and not is_authority_allowed:
        problems.append(AUTHORITY)
    holder = selectors.organization_by_uscc(facts.uscc)
    if holder is not None and holder != corrected:
        problems += _find_taken(holder, corrected, is_authority_allowed)
    return problems


def _find_taken(
    holder: Organization, corrected: Organization | None, is_authority_allowed: bool
) -> list[Problem]:
    """Return the problem of a code that another organization has, unless that gives way."""
    if holder.state == OrganizationState.SUSPENDED:
        return [TAKEN_BY_SUSPENDED]
    if holder.state == OrganizationState.REFUSED:
        return [TAKEN_BY_REFUSED] if corrected else []
    return [] if is_authority_allowed and holder.state == OrganizationState.PENDING else [TAKEN]


def _find_too_many(actor: User | None, now: datetime) -> list[Problem]:
    """Return the problem of who has as many registrations as one person may; each keeps officers busy."""
    refused_today = Q(state=OrganizationState.REFUSED, created_at__gt=now - DAY)
    counted = Organization.objects.filter(
        refused_today | Q(state=OrganizationState.PENDING), registered_by=actor
    )
    if actor is None or counted.count() < rules.MAX_REGISTRATIONS:
        return []
    return [Problem("organization.too_many", TOO_MANY, {"most": rules.MAX_REGISTRATIONS})]


def find_differences(
    organization: Organization, columns: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns that differ from the organization's, before and after, as the journal has them."""
    changed = {name: value for name, value in columns.items() if getattr(organization, name) != value}
    before = {name: _as_text(getattr(organization, name)) for name in changed}
    return before, {name: _as_text(value) for name, value in changed.items()}


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _have_documents_changed(organization: Organization, added: Iterable[CheckedUpload]) -> bool:
    """Return whether documents are added, or were added or removed since the registration was handed in."""
    rows = OrganizationDocument.objects.filter(organization=organization)
    kept = set(rows.filter(removed_at__isnull=True).values_list("sha256", flat=True))
    if any(one.sha256 not in kept for one in added):
        return True
    since = organization.submitted_at or organization.created_at
    return rows.filter(Q(uploaded_at__gt=since) | Q(removed_at__gt=since)).exists()


def superior_of(facts: Registration) -> Organization | None:
    """Return the organization that the facts name as the superior one, if it is registered here."""
    return Organization.objects.filter(uscc=facts.parent_uscc).first() if facts.parent_uscc else None


def superior_missing(facts: Registration, superior: Organization | None) -> list[Problem]:
    """Return the problem of a superior organization that is named but not registered here."""
    if not facts.parent_uscc or superior is not None:
        return []
    message = gettext_noop("No organization with this code is registered here. Leave it empty for now.")
    return [Problem("organization.parent_unknown", message, field="parent_uscc")]


def columns_of(facts: Registration, superior: Organization | None) -> dict[str, Any]:
    """Return the columns of an organization with these facts; only an enterprise has a size."""
    is_enterprise = facts.kind is OrganizationKind.ENTERPRISE
    values = {
        field.name: getattr(facts, field.name) for field in fields(facts) if field.name != "parent_uscc"
    }
    return {
        **values,
        "kind": facts.kind.value,
        "size_class": (facts.size_class if is_enterprise else SizeClass.NONE).value,
        "parent": superior,
    }


def _hand_in(
    organization: Organization, facts: Registration, superior: Organization | None, now: datetime
) -> None:
    """Save the facts, to be decided on by the bureau. Raises Invalid where the code was taken meanwhile."""
    for name, value in columns_of(facts, superior).items():
        setattr(organization, name, value)
    organization.state, organization.reason = OrganizationState.PENDING.value, ""
    organization.submitted_at = now
    organization.full_clean(exclude=["district", "parent", "region", "registered_by"])
    with raise_when_taken(Invalid(problems=[TAKEN]), Organization, "uscc"):
        organization.save()


def _give_way(refused: Organization, actor: User | None, now: datetime) -> None:
    """Free the code of what is not admitted: its roles end, who had them is told, documents are removed."""
    people = _end_roles(Q(organization=refused), actor, now)
    OrganizationDocument.objects.filter(organization=refused, removed_at__isnull=True).update(removed_at=now)
    record_change(actor, "organization.given_way", refused, now)
    notify(
        users=people - {actor},
        message=GIVEN_WAY,
        params={"name": Bilingual(refused.name_zh, refused.name_en), "uscc": refused.uscc},
        path=page_address("my_organizations"),
        now=now,
    )


def _end_roles(which: Q, actor: User | None, now: datetime) -> set[User]:
    """End roles that are held or asked for; return whose they were."""
    open_states = [MembershipState.ACTIVE, MembershipState.PENDING]
    ending = list(
        Membership.objects.filter(which, state__in=open_states).select_related("user").order_by("id")
    )
    for membership in ending:
        membership.state, membership.ended_at = MembershipState.ENDED.value, now
        membership.save(update_fields=["state", "ended_at"])
        record_membership(actor, "membership.ended", membership, now)
    return {membership.user for membership in ending}


def _give_first_roles(organization: Organization, registrant: User, now: datetime) -> None:
    """Make who registered it administrator, and manager where it owns instruments."""
    roles = [Role.ORG_ADMIN, *([Role.UNIT_MANAGER] if organization.owns_instruments else [])]
    for role in roles:
        grant_implied_role(organization, registrant, role, actor=registrant, now=now)
    if not organization.owns_instruments:
        managing = Q(organization=organization, user=registrant, role=Role.UNIT_MANAGER)
        _end_roles(managing, registrant, now)
