"""Writers of registrations: a body enters itself by its code, and corrects that until it is admitted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

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
    District,
    Membership,
    Organization,
    OrganizationDocument,
    User,
)
from instrument_share.accounts.permissions import allowed, require
from instrument_share.accounts.services._common import record_change, role_comes, tell_officers
from instrument_share.accounts.services.documents import Upload, checked, file
from instrument_share.journal.unique import refused_as
from instrument_share.kernel.errors import DomainError, Invalid, Kind, Problem, gettext_noop
from instrument_share.kernel.uscc import written

REGISTERED = gettext_noop("“{name}” has registered and waits for admission.")
HANDED_IN_AGAIN = gettext_noop("“{name}” has corrected its registration and waits for admission.")

TAKEN = Problem(
    "organization.uscc_taken",
    gettext_noop("An organization with this code is registered already. Ask to be admitted to it."),
    field="uscc",
)


AUTHORITY = Problem(
    "organization.authority",
    gettext_noop("Authorities are entered by the system administrator."),
    field="kind",
)


class NotCorrectable(DomainError):
    code = "organization.not_correctable"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The organization is admitted. What the bureau has checked is changed by the bureau; contact and "
        "English name by its administrator."
    )


@transaction.atomic
def organization_register(
    *,
    actor: User | None,
    uscc: str,
    name_zh: str,
    kind: OrganizationKind,
    now: datetime,
    name_en: str = "",
    size_class: SizeClass = SizeClass.NONE,
    district: District | None = None,
    in_region: bool = True,
    parent_uscc: str = "",
    owns_instruments: bool = False,
    contact: str = "",
    phone: str = "",
    documents: Iterable[Upload] = (),
) -> Organization:
    """Enter a body by its USCC (GB 32100); it waits for the bureau's admission.

    Who registers it becomes its first administrator, and manager where it owns instruments; both take effect
    with the admission. A refused registration does not keep its code from somebody else: theirs takes its
    place. Raises Invalid with every problem.
    """
    allowed(actor, "accounts.register_organization")
    facts = Registration(
        uscc=written(uscc),
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        kind=kind,
        size_class=size_class,
        parent_uscc=written(parent_uscc),
    )
    before = Organization.objects.select_for_update(no_key=True).filter(uscc=facts.uscc).first()
    superior = superior_of(facts)
    good, unusable = checked(documents)
    problems = rules.problems(facts) + superior_missing(facts, superior) + unusable
    if before is not None and before.state != OrganizationState.REFUSED:
        problems.append(TAKEN)
    problems += _authority_claimed(facts) if actor is not None else []
    if problems:
        raise Invalid(problems=problems)
    if before is not None:
        _give_way(before, actor, now)
    organization = before or Organization(created_at=now)
    more = {
        "district": district,
        "in_region": in_region,
        "owns_instruments": owns_instruments,
        "contact": contact.strip(),
        "phone": phone.strip(),
        "registered_by": actor,
    }
    _enter(organization, facts, superior, more, now)
    record_change(actor, "organization.registered", organization, now)
    if actor is not None:
        _first_roles(organization, actor, now)
        file(organization, good, actor, now)
        tell_officers(organization, REGISTERED, now)
    return organization


@transaction.atomic
def organization_correct(
    *,
    actor: User,
    organization_id: int,
    uscc: str,
    name_zh: str,
    kind: OrganizationKind,
    now: datetime,
    name_en: str = "",
    size_class: SizeClass = SizeClass.NONE,
    district: District | None = None,
    in_region: bool = True,
    parent_uscc: str = "",
    owns_instruments: bool = False,
    contact: str = "",
    phone: str = "",
    documents: Iterable[Upload] = (),
) -> Organization:
    """Who registered it corrects what waits for admission, or hands in again what was refused."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.correct_organization", organization)
    if organization.state not in {OrganizationState.PENDING, OrganizationState.REFUSED}:
        raise NotCorrectable
    facts = Registration(
        uscc=written(uscc),
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        kind=kind,
        size_class=size_class,
        parent_uscc=written(parent_uscc),
    )
    superior = superior_of(facts)
    good, unusable = checked(documents)
    problems = rules.problems(facts) + superior_missing(facts, superior) + unusable
    problems += _authority_claimed(facts)
    if Organization.objects.filter(uscc=facts.uscc).exclude(pk=organization.pk).exists():
        problems.append(TAKEN)
    if problems:
        raise Invalid(problems=problems)
    more = {
        "district": district,
        "in_region": in_region,
        "owns_instruments": owns_instruments,
        "contact": contact.strip(),
        "phone": phone.strip(),
    }
    was_refused = organization.state == OrganizationState.REFUSED
    _enter(organization, facts, superior, more, now)
    record_change(actor, "organization.corrected", organization, now)
    _first_roles(organization, actor, now)
    file(organization, good, actor, now)
    if was_refused:
        tell_officers(organization, HANDED_IN_AGAIN, now)
    return organization


def _authority_claimed(facts: Registration) -> list[Problem]:
    """Nobody makes a bureau of their own organization, neither at once nor by a correction."""
    return [AUTHORITY] if facts.kind in rules.AUTHORITIES else []


def superior_of(facts: Registration) -> Organization | None:
    return Organization.objects.filter(uscc=facts.parent_uscc).first() if facts.parent_uscc else None


def superior_missing(facts: Registration, superior: Organization | None) -> list[Problem]:
    if not facts.parent_uscc or superior is not None:
        return []
    message = gettext_noop("No organization with this code is registered here. Leave it empty for now.")
    return [Problem("organization.parent_unknown", message, field="parent_uscc")]


def _enter(
    organization: Organization,
    facts: Registration,
    superior: Organization | None,
    more: Mapping[str, Any],
    now: datetime,
) -> None:
    is_enterprise = facts.kind is OrganizationKind.ENTERPRISE
    organization.uscc, organization.name_zh, organization.name_en = facts.uscc, facts.name_zh, facts.name_en
    organization.kind = facts.kind.value
    organization.size_class = (facts.size_class if is_enterprise else SizeClass.NONE).value
    organization.parent = superior
    for name, value in more.items():
        setattr(organization, name, value)
    organization.state, organization.reason = OrganizationState.PENDING.value, ""
    organization.submitted_at = now
    organization.full_clean(exclude=["district", "parent", "region", "registered_by"])
    with refused_as(Invalid(problems=[TAKEN]), Organization, "uscc"):
        organization.save()


def _give_way(refused: Organization, actor: User | None, now: datetime) -> None:
    """Of a refused registration nothing but the journal stays with who takes up its code."""
    Membership.objects.filter(
        organization=refused, state__in=[MembershipState.ACTIVE, MembershipState.PENDING]
    ).update(state=MembershipState.ENDED.value, ended_at=now)
    OrganizationDocument.objects.filter(organization=refused, removed_at__isnull=True).update(removed_at=now)
    record_change(actor, "organization.given_way", refused, now)


def _first_roles(organization: Organization, registrant: User, now: datetime) -> None:
    roles = [Role.ORG_ADMIN, *([Role.UNIT_MANAGER] if organization.owns_instruments else [])]
    for role in roles:
        role_comes(organization, registrant, role, actor=registrant, now=now)
    if not organization.owns_instruments:
        Membership.objects.filter(
            user=registrant, organization=organization, role=Role.UNIT_MANAGER.value
        ).update(state=MembershipState.ENDED.value, ended_at=now)
