"""Writers of organizations: admission, what becomes of it, and what is changed of it."""

from datetime import datetime

from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import (
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
    Organization,
    User,
)
from instrument_share.accounts.permissions import allowed, require
from instrument_share.accounts.services._common import record_change, role_comes, tell_managers
from instrument_share.accounts.services.registration import AUTHORITY, superior_missing, superior_of
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError, Invalid, Kind, gettext_noop, require_reason
from instrument_share.kernel.states import next_state
from instrument_share.kernel.uscc import written

ADMITTED = gettext_noop("“{name}” is admitted. You can invite colleagues and book for it now.")
REFUSED = gettext_noop("“{name}” was not admitted: {reason} You can correct the registration.")
SUSPENDED = gettext_noop("“{name}” is suspended: {reason} Nobody can act for it until it is reinstated.")
REVISED = gettext_noop("The bureau has changed what is registered of “{name}”: {reason}")
REINSTATED = gettext_noop("“{name}” is reinstated; its people can act for it again.")


class NotAdmitted(DomainError):
    code = "organization.not_admitted"
    kind: Kind = "conflict"
    message = gettext_noop(
        "The organization is not admitted yet. Who registered it corrects the registration."
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
        record_change(actor, "organization.edited", organization, now, fields=changed)
    return organization


@transaction.atomic
def organization_revise(
    *,
    actor: User,
    organization_id: int,
    name_zh: str,
    kind: OrganizationKind,
    reason: str,
    now: datetime,
    size_class: SizeClass = SizeClass.NONE,
    district: District | None = None,
    in_region: bool = True,
    parent_uscc: str = "",
    owns_instruments: bool = False,
) -> Organization:
    """The bureau changes what it has checked, with a reason; the code stays, and so do the logs, which keep
    the facts of their day.

    Where it comes to own instruments, its administrators become managers too. Raises Invalid with every
    problem.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.revise_organization", organization)
    if organization.state not in (OrganizationState.ADMITTED, OrganizationState.SUSPENDED):
        raise NotAdmitted
    why = require_reason(reason)[:500]
    facts = Registration(
        uscc=organization.uscc,
        name_zh=name_zh.strip(),
        name_en=organization.name_en,
        kind=kind,
        size_class=size_class if kind is OrganizationKind.ENTERPRISE else SizeClass.NONE,
        parent_uscc=written(parent_uscc),
    )
    superior = superior_of(facts)
    problems = rules.problems(facts) + superior_missing(facts, superior)
    if rules.AUTHORITIES & {kind, OrganizationKind(organization.kind)}:
        problems.append(AUTHORITY)
    if problems:
        raise Invalid(problems=problems)
    values = {
        "name_zh": facts.name_zh,
        "kind": kind.value,
        "size_class": facts.size_class.value,
        "district": district,
        "in_region": in_region,
        "parent": superior,
        "owns_instruments": owns_instruments,
    }
    changed = {name: value for name, value in values.items() if getattr(organization, name) != value}
    if not changed:
        return organization
    before = {name: str(getattr(organization, name)) for name in changed}
    for name, value in changed.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changed))
    record_change(
        actor,
        "organization.revised",
        organization,
        now,
        reason=why,
        before=before,
        after={name: str(value) for name, value in changed.items()},
    )
    if changed.get("owns_instruments"):
        _managers_of_instruments(organization, actor, now)
    tell_managers(organization, REVISED, now, reason=why)
    return organization


def _managers_of_instruments(organization: Organization, actor: User, now: datetime) -> None:
    for person in selectors.people_with(Role.ORG_ADMIN, organization.pk):
        role_comes(organization, person, Role.UNIT_MANAGER, actor=actor, now=now)


@transaction.atomic
def organization_admit(*, actor: User, organization_id: int, now: datetime) -> Organization:
    """The bureau admits a registered body; a second time changes nothing."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    if organization.state != OrganizationState.ADMITTED:
        _move(organization, "admit", "", actor=actor, action="organization.admitted", now=now)
        tell_managers(organization, ADMITTED, now)
    return organization


@transaction.atomic
def organization_refuse(*, actor: User, organization_id: int, reason: str, now: datetime) -> Organization:
    """The bureau does not admit it, with a reason; it can be corrected and handed in again."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    _move(
        organization,
        "refuse",
        require_reason(reason)[:500],
        actor=actor,
        action="organization.refused",
        now=now,
    )
    tell_managers(organization, REFUSED, now)
    return organization


@transaction.atomic
def organization_suspend(*, actor: User, organization_id: int, reason: str, now: datetime) -> Organization:
    """Nobody acts for the organization any more; what is booked for it stays."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.suspend_organization", organization)
    _move(
        organization,
        "suspend",
        require_reason(reason)[:500],
        actor=actor,
        action="organization.suspended",
        now=now,
    )
    tell_managers(organization, SUSPENDED, now)
    return organization


@transaction.atomic
def organization_reinstate(*, actor: User, organization_id: int, now: datetime) -> Organization:
    """The organization's people act for it again, in the roles that they had."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.suspend_organization", organization)
    _move(organization, "reinstate", "", actor=actor, action="organization.reinstated", now=now)
    tell_managers(organization, REINSTATED, now)
    return organization


def _move(
    organization: Organization, move: str, reason: str, *, actor: User, action: str, now: datetime
) -> None:
    organization.state = next_state(ORGANIZATION, organization.state, move)
    organization.reason = reason
    organization.save(update_fields=["state", "reason"])
    record_change(actor, action, organization, now, **({"reason": reason} if reason else {}))


@transaction.atomic
def institution_establish(
    *, organization: Organization, now: datetime, region: District | None = None
) -> Organization:
    """Admit a body at installation, when no bureau exists yet that could do it; `region` is the district that
    a bureau answers for, none the whole city."""
    organization.state = OrganizationState.ADMITTED.value
    organization.region = region
    organization.save(update_fields=["state", "region"])
    record_change(None, "organization.established", organization, now)
    return organization
