"""Writers of organizations: registration, admission, and what becomes of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

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
from instrument_share.accounts.domain.states import ORGANIZATION
from instrument_share.accounts.models import (
    District,
    Membership,
    Organization,
    OrganizationDocument,
    User,
)
from instrument_share.accounts.permissions import allowed, require
from instrument_share.accounts.services.documents import Upload, checked, file
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import DomainError, Invalid, Kind, Problem, gettext_noop
from instrument_share.kernel.states import moved
from instrument_share.kernel.uscc import written
from instrument_share.kernel.wording import Bilingual

REGISTERED = gettext_noop("“{name}” has registered and waits for admission.")
HANDED_IN_AGAIN = gettext_noop("“{name}” has corrected its registration and waits for admission.")
ADMITTED = gettext_noop("“{name}” is admitted. You can invite colleagues and book for it now.")
REFUSED = gettext_noop("“{name}” was not admitted: {reason} You can correct the registration.")
SUSPENDED = gettext_noop("“{name}” is suspended: {reason} Nobody can act for it until it is reinstated.")
REINSTATED = gettext_noop("“{name}” is reinstated; its people can act for it again.")

TAKEN = Problem(
    "organization.uscc_taken",
    gettext_noop("An organization with this code is registered already. Ask to be admitted to it."),
    field="uscc",
)


class ReasonMissing(DomainError):
    code = "reason_missing"
    message = gettext_noop("Say why: those concerned read the reason.")


class NotCorrectable(DomainError):
    code = "organization.not_correctable"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The organization is admitted. What the bureau has checked is changed by the bureau; contact and "
        "English name by its administrator."
    )


@transaction.atomic
def district_create(*, actor: User | None, code: str, name_zh: str, name_en: str, now: datetime) -> District:
    allowed(actor, "accounts.maintain_accounts")
    district, created = District.objects.get_or_create(
        code=code, defaults={"name_zh": name_zh, "name_en": name_en}
    )
    if created:
        record(actor=actor, action="district.created", subject=district, now=now)
    return district


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
    before = Organization.objects.select_for_update().filter(uscc=facts.uscc).first()
    superior = _superior(facts)
    good, unusable = checked(documents)
    problems = rules.problems(facts) + _superior_missing(facts, superior) + unusable
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
    _record(actor, "organization.registered", organization, now)
    if actor is not None:
        _first_roles(organization, actor, now)
        file(organization, good, actor, now)
        _tell_officers(organization, REGISTERED, now)
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
    superior = _superior(facts)
    good, unusable = checked(documents)
    problems = rules.problems(facts) + _superior_missing(facts, superior) + unusable
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
    _record(actor, "organization.corrected", organization, now)
    _first_roles(organization, actor, now)
    file(organization, good, actor, now)
    if was_refused:
        _tell_officers(organization, HANDED_IN_AGAIN, now)
    return organization


def _authority_claimed(facts: Registration) -> list[Problem]:
    """Nobody makes a bureau of their own organization, neither at once nor by a correction."""
    if facts.kind not in rules.AUTHORITIES:
        return []
    message = gettext_noop("Authorities are entered by the system administrator.")
    return [Problem("organization.authority", message, field="kind")]


def _superior(facts: Registration) -> Organization | None:
    return Organization.objects.filter(uscc=facts.parent_uscc).first() if facts.parent_uscc else None


def _superior_missing(facts: Registration, superior: Organization | None) -> list[Problem]:
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
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError:  # somebody else registered it between the check and here
        raise Invalid(problems=[TAKEN]) from None


def _give_way(refused: Organization, actor: User | None, now: datetime) -> None:
    """Of a refused registration nothing but the journal stays with who takes up its code."""
    Membership.objects.filter(
        organization=refused, state__in=[MembershipState.ACTIVE, MembershipState.PENDING]
    ).update(state=MembershipState.ENDED.value, ended_at=now)
    OrganizationDocument.objects.filter(organization=refused, removed_at__isnull=True).update(removed_at=now)
    _record(actor, "organization.given_way", refused, now)


def _first_roles(organization: Organization, registrant: User, now: datetime) -> None:
    roles = [Role.ORG_ADMIN, *([Role.UNIT_MANAGER] if organization.owns_instruments else [])]
    for role in roles:
        membership, _created = Membership.objects.update_or_create(
            user=registrant,
            organization=organization,
            role=role.value,
            defaults={"state": MembershipState.ACTIVE.value, "ended_at": None, "reason": ""},
            create_defaults={"state": MembershipState.ACTIVE.value, "created_at": now},
        )
        _record_membership(registrant, membership, now)
    if not organization.owns_instruments:
        Membership.objects.filter(
            user=registrant, organization=organization, role=Role.UNIT_MANAGER.value
        ).update(state=MembershipState.ENDED.value, ended_at=now)


def _record_membership(actor: User, membership: Membership, now: datetime) -> None:
    record(
        actor=actor,
        action="membership.granted",
        subject=membership,
        now=now,
        organization_id=membership.organization_id,
        details={"user": membership.user.public_id, "role": membership.role},
    )


@transaction.atomic
def organization_edit(
    *, actor: User, organization_id: int, name_en: str, contact: str, phone: str, now: datetime
) -> Organization:
    """What an admitted organization changes of itself without asking the bureau."""
    organization = selectors.organization_lock(organization_id)
    selectors.standing_afresh(actor)
    require(actor, "accounts.edit_organization", organization)
    values = {"name_en": name_en.strip(), "contact": contact.strip(), "phone": phone.strip()}
    changed = [name for name, value in values.items() if getattr(organization, name) != value]
    if changed:
        for name in changed:
            setattr(organization, name, values[name])
        organization.save(update_fields=changed)
        _record(actor, "organization.edited", organization, now, fields=changed)
    return organization


@transaction.atomic
def organization_admit(*, actor: User, organization_id: int, now: datetime) -> Organization:
    """The bureau admits a registered body; a second time changes nothing."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    if organization.state != OrganizationState.ADMITTED:
        _move(organization, "admit", "", actor=actor, action="organization.admitted", now=now)
        _tell_managers(organization, ADMITTED, now)
    return organization


@transaction.atomic
def organization_refuse(*, actor: User, organization_id: int, reason: str, now: datetime) -> Organization:
    """The bureau does not admit it, with a reason; it can be corrected and handed in again."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    _move(organization, "refuse", given(reason), actor=actor, action="organization.refused", now=now)
    _tell_managers(organization, REFUSED, now)
    return organization


@transaction.atomic
def organization_suspend(*, actor: User, organization_id: int, reason: str, now: datetime) -> Organization:
    """Nobody acts for the organization any more; what is booked for it stays."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.suspend_organization", organization)
    _move(organization, "suspend", given(reason), actor=actor, action="organization.suspended", now=now)
    _tell_managers(organization, SUSPENDED, now)
    return organization


@transaction.atomic
def organization_reinstate(*, actor: User, organization_id: int, now: datetime) -> Organization:
    """The organization's people act for it again, in the roles that they had."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.suspend_organization", organization)
    _move(organization, "reinstate", "", actor=actor, action="organization.reinstated", now=now)
    _tell_managers(organization, REINSTATED, now)
    return organization


def given(reason: str) -> str:
    """The reason without blanks around it. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:500]


def _move(
    organization: Organization, move: str, reason: str, *, actor: User, action: str, now: datetime
) -> None:
    organization.state = moved(ORGANIZATION, organization.state, move)
    organization.reason = reason
    organization.save(update_fields=["state", "reason"])
    _record(actor, action, organization, now, **({"reason": reason} if reason else {}))


@transaction.atomic
def institution_establish(
    *, organization: Organization, now: datetime, region: District | None = None
) -> Organization:
    """Admit a body at installation, when no bureau exists yet that could do it; `region` is the district that
    a bureau answers for, none the whole city."""
    organization.state = OrganizationState.ADMITTED.value
    organization.region = region
    organization.save(update_fields=["state", "region"])
    _record(None, "organization.established", organization, now)
    return organization


def _record(
    actor: User | None, action: str, organization: Organization, now: datetime, **details: Any
) -> None:
    record(
        actor=actor,
        action=action,
        subject=organization,
        now=now,
        organization_id=organization.pk,
        details=details,
    )


def _tell_officers(organization: Organization, message: str, now: datetime) -> None:
    notify(
        users=selectors.officers_of(organization),
        message=message,
        params={"name": Bilingual(organization.name_zh, organization.name_en)},
        path=f"/organizations/{organization.public_id}/",
        now=now,
    )


def _tell_managers(organization: Organization, message: str, now: datetime) -> None:
    notify(
        users=selectors.managers_of(organization),
        message=message,
        params={"name": Bilingual(organization.name_zh, organization.name_en), "reason": organization.reason},
        path=f"/organizations/{organization.public_id}/",
        now=now,
    )
