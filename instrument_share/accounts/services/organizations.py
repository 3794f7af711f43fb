"""Writers of organizations: admission, suspension, revision and what they change themselves."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.domain import registration as rules
from instrument_share.accounts.domain.registration import Registration
from instrument_share.accounts.domain.roles import NAMES
from instrument_share.accounts.domain.states import ORGANIZATION
from instrument_share.accounts.models import (
    District,
    Membership,
    Organization,
    User,
)
from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.accounts.services._common import (
    grant_implied_role,
    record_change,
    tell_managers,
    tell_people,
)
from instrument_share.accounts.services.registration import (
    AUTHORITY,
    columns_of,
    find_differences,
    superior_missing,
    superior_of,
)
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import (
    Conflict,
    Invalid,
    Problem,
    RevisionMismatch,
    gettext_noop,
    require_reason,
)
from instrument_share.kernel.names import plain_line
from instrument_share.kernel.states import next_state
from instrument_share.kernel.wording import Bilingual, Words

ADMITTED = gettext_noop("“{name}” is admitted. You can invite colleagues and book for it now.")
REFUSED = gettext_noop("“{name}” was not admitted: {reason} You can correct the registration.")
REFUSED_TO_ASKERS = gettext_noop(
    "“{name}”, which you asked to join, was not admitted. Your request waits while its registration is "
    "corrected; you can withdraw it."
)
SUSPENDED = gettext_noop("“{name}” is suspended: {reason} Nobody can act for it until it is reinstated.")
SUSPENDED_TO_ASKERS = gettext_noop(
    "“{name}”, which you asked to join, is suspended. Your request waits until it is reinstated; you can "
    "withdraw it."
)
REINSTATED_TO_ASKERS = gettext_noop(
    "“{name}”, which you asked to join, is reinstated; its administrator can decide on your request again."
)
REVISED = gettext_noop("The bureau has changed what is registered of “{name}” ({fields}): {reason}")
SUPERIOR_ENTERED = gettext_noop(
    "“{other}” is now registered as superior to “{name}”; rewards leave out use between them."
)
SUPERIOR_REMOVED = gettext_noop("“{other}” is no longer registered as superior to “{name}”.")
NOW_MANAGER = gettext_noop(
    "“{name}” is now registered as owning instruments: you have the role “{role}” there, too."
)
REINSTATED = gettext_noop("“{name}” is reinstated; its people can act for it again.")


class HasAllSysadmins(Conflict):
    """The site keeps somebody who maintains its accounts."""

    code = "organization.has_all_sysadmins"
    message = gettext_noop(
        "The site's only system administrators belong to it. Appoint one from another organization first."
    )


CONTACT_COLUMNS = ("name_en", "contact", "phone")
"""What an admitted organization changes of itself."""

REVISED_COLUMNS = {
    "name_zh": gettext_noop("Chinese name"),
    "kind": gettext_noop("Kind of organization"),
    "size_class": gettext_noop("Size of the enterprise"),
    "district": gettext_noop("District"),
    "in_region": gettext_noop("In the city"),
    "parent": gettext_noop("Superior organization"),
    "owns_instruments": gettext_noop("Owns instruments"),
}
"""What the bureau revises of an admitted organization, as its managers read it."""


HAS_INSTRUMENTS = Problem(
    "organization.has_instruments",
    gettext_noop(
        "It has instruments here, whose uses are billed and assessed. Its manager has to retire them first."
    ),
    field="owns_instruments",
)
_owner_checks: list[Callable[[int], bool]] = []


def register_owner_check(has_instruments: Callable[[int], bool]) -> None:
    """Let an organization stay one that owns instruments as long as `has_instruments` says so of its key."""
    _owner_checks.append(has_instruments)


class NotAdmitted(Conflict):
    code = "organization.not_admitted"
    message = gettext_noop(
        "The organization is not admitted yet. Whoever registered it corrects the registration."
    )


class CorrectedSinceRead(Conflict):
    code = "organization.corrected_since_read"
    message = gettext_noop(
        "The registration was corrected since you read it. Look at it as it is now, then decide."
    )


@transaction.atomic
def district_create(*, actor: User | None, code: str, name_zh: str, name_en: str, now: datetime) -> District:
    """Create a district; one with this code already stays as it is."""
    require_unless_system(actor, "accounts.maintain_accounts")
    district, created = District.objects.get_or_create(
        code=code, defaults={"name_zh": name_zh, "name_en": name_en}
    )
    if created:
        record(actor=actor, action="district.created", subject=district, now=now)
    return district


@transaction.atomic
def organization_edit(
    *,
    actor: User,
    organization_id: int,
    name_en: str,
    contact: str,
    phone: str,
    now: datetime,
    seen: str | None = None,
) -> Organization:
    """Change what an admitted organization changes of itself without asking the bureau.

    `seen` is the version of CONTACT_COLUMNS that the actor began with. Raises RevisionMismatch where they
    were changed since.
    """
    organization = selectors.organization_lock(organization_id)
    selectors.refresh_standing(actor)
    require(actor, "accounts.edit_organization", organization)
    values = {"name_en": plain_line(name_en), "contact": plain_line(contact), "phone": phone.strip()}
    if problems := list(rules.find_phone_problems(values["phone"])):
        raise Invalid(problems=problems)
    changed = [name for name, value in values.items() if getattr(organization, name) != value]
    if not changed:
        return organization
    if seen not in (None, organization.version_of(CONTACT_COLUMNS)):
        raise RevisionMismatch
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
    registration: Registration,
    reason: str,
    now: datetime,
    seen: str | None = None,
) -> Organization:
    """Change what the bureau has checked (REVISED_COLUMNS), with a reason; the rest of the facts stays.

    Logs keep the facts of their day. Where the organization comes to own instruments, its administrators
    become managers too. They are told, and the managers of a superior that it has or had. `seen` is the
    version of these columns that the actor began with. Raises Invalid with every problem, RevisionMismatch
    where they were revised since.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.revise_organization", organization)
    if organization.state not in (OrganizationState.ADMITTED, OrganizationState.SUSPENDED):
        raise NotAdmitted
    reason = require_reason(reason)
    if seen not in (None, organization.version_of(REVISED_COLUMNS)):
        raise RevisionMismatch
    changed = _revised_columns(organization, registration)
    if not changed:
        return organization
    former = organization.parent
    _save_revision(organization, changed, actor, reason, now)
    if changed.get("owns_instruments"):
        _make_administrators_managers(organization, actor, now)
    names = tuple(Words(REVISED_COLUMNS[name]) for name in changed)
    tell_managers(organization, REVISED, now, reason=reason, fields=names)
    if "parent" in changed:
        _tell_superior(former, SUPERIOR_REMOVED, organization, now)
        _tell_superior(organization.parent, SUPERIOR_ENTERED, organization, now)
    return organization


def _tell_superior(
    superior: Organization | None, message: str, organization: Organization, now: datetime
) -> None:
    """Tell who manages a superior, which counts as related, what became of that; none: nobody.

    The reason, which may be about other facts, too, is for the organization's own people.
    """
    if superior is not None:
        name = Bilingual(organization.name_zh, organization.name_en)
        other = Bilingual(superior.name_zh, superior.name_en)
        tell_managers(superior, message, now, name=name, other=other, reason="")


def _revised_columns(organization: Organization, registration: Registration) -> dict[str, Any]:
    """Return the columns that the revision changes, with their new values. Raises Invalid."""
    facts = replace(registration, uscc=organization.uscc).normalized()
    superior = superior_of(facts)
    problems = [*rules.find_problems(facts), *superior_missing(facts, superior)]
    if facts.kind in rules.AUTHORITIES:
        problems.append(AUTHORITY)
    is_owner_no_more = organization.owns_instruments and not facts.owns_instruments
    if is_owner_no_more and any(has_instruments(organization.pk) for has_instruments in _owner_checks):
        problems.append(HAS_INSTRUMENTS)
    if problems:
        raise Invalid(problems=problems)
    revised = columns_of(facts, superior)
    return {name: revised[name] for name in REVISED_COLUMNS if getattr(organization, name) != revised[name]}


def _save_revision(
    organization: Organization, changed: Mapping[str, Any], actor: User, reason: str, now: datetime
) -> None:
    """Save the changed columns, with their values before and after in the journal."""
    before, after = find_differences(organization, changed)
    for name, value in changed.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changed))
    record_change(actor, "organization.revised", organization, now, reason=reason, before=before, after=after)


def _make_administrators_managers(organization: Organization, actor: User, now: datetime) -> None:
    """Do so while it is suspended, too: nobody else could name a manager once it is back."""
    held = Membership.objects.filter(
        organization=organization, role=Role.ORG_ADMIN.value, state=MembershipState.ACTIVE.value
    )
    new = [
        one.user
        for one in held.select_related("user").order_by("id")
        if grant_implied_role(organization, one.user, Role.UNIT_MANAGER, actor=actor, now=now)
    ]
    notify(
        users=new,
        message=NOW_MANAGER,
        params={
            "name": Bilingual(organization.name_zh, organization.name_en),
            "role": Words(NAMES[Role.UNIT_MANAGER]),
        },
        path=page_address("organization", organization.public_id),
        now=now,
    )


@transaction.atomic
def organization_admit(
    *, actor: User, organization_id: int, now: datetime, submission: str | None = None
) -> Organization:
    """Admit a registered body; a second time changes nothing.

    `submission` is the one that the actor has read. Raises CorrectedSinceRead where it was corrected since.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    if organization.state != OrganizationState.ADMITTED:
        _require_read(organization, submission)
        _decide(organization, "admit", "", actor=actor, now=now)
    return organization


@transaction.atomic
def organization_refuse(
    *, actor: User, organization_id: int, reason: str, now: datetime, submission: str | None = None
) -> Organization:
    """Refuse a registration, with a reason; it can be corrected and handed in again.

    `submission` is the one that the actor has read. Raises CorrectedSinceRead where it was corrected since.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    if organization.state == OrganizationState.PENDING:
        _require_read(organization, submission)
    return _decide(organization, "refuse", require_reason(reason), actor=actor, now=now)


@transaction.atomic
def organization_suspend(*, actor: User, organization_id: int, reason: str, now: datetime) -> Organization:
    """Suspend an organization, so that nobody acts for it; its people are told.

    What becomes of bookings is for `bookings.requests.services.organization_suspend`, which calls this.
    Raises HasAllSysadmins where the site would be left without a system administrator.
    """
    organization = selectors.organization_lock_for(organization_id, Role.SYSADMIN)
    require(actor, "accounts.suspend_organization", organization)
    if selectors.has_all_sysadmins(organization):
        raise HasAllSysadmins
    return _decide(organization, "suspend", require_reason(reason), actor=actor, now=now)


@transaction.atomic
def organization_reinstate(*, actor: User, organization_id: int, now: datetime) -> Organization:
    """Reinstate an organization; its people act for it again, in the roles that they had."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.suspend_organization", organization)
    return _decide(organization, "reinstate", "", actor=actor, now=now)


def _require_read(organization: Organization, submission: str | None) -> None:
    if submission not in (None, organization.submission):
        raise CorrectedSinceRead


def _tell_people_and_askers(organization: Organization, message: str, now: datetime) -> None:
    """Tell everybody with a role in it, with the reason; and who asks to join what becomes of the request."""
    tell_people(organization, message, now)
    is_suspended = organization.state == OrganizationState.SUSPENDED
    _tell_askers(organization, SUSPENDED_TO_ASKERS if is_suspended else REINSTATED_TO_ASKERS, now)


def _tell_askers(organization: Organization, message: str, now: datetime) -> None:
    notify(
        users=selectors.people_asking(organization),
        message=message,
        params={"name": Bilingual(organization.name_zh, organization.name_en)},
        path=page_address("my_organizations"),
        now=now,
    )


def _tell_of_refusal(organization: Organization, message: str, now: datetime) -> None:
    """Tell who can correct the registration why; and who asks to join, without the reason."""
    tell_managers(organization, message, now)
    _tell_askers(organization, REFUSED_TO_ASKERS, now)


DECISIONS = {
    "admit": ("organization.admitted", ADMITTED, tell_managers),
    "refuse": ("organization.refused", REFUSED, _tell_of_refusal),
    "suspend": ("organization.suspended", SUSPENDED, _tell_people_and_askers),
    "reinstate": ("organization.reinstated", REINSTATED, _tell_people_and_askers),
}
"""The bureau's move → the entry in the journal, what is said of it, and who is told."""


def _decide(
    organization: Organization, move: str, reason: str, *, actor: User, now: datetime
) -> Organization:
    action, message, tell = DECISIONS[move]
    organization.state = next_state(ORGANIZATION, organization.state, move)
    organization.reason = reason
    organization.save(update_fields=["state", "reason"])
    record_change(actor, action, organization, now, **({"reason": reason} if reason else {}))
    tell(organization, message, now)
    return organization


@transaction.atomic
def institution_establish(
    *, organization: Organization, now: datetime, region: District | None = None
) -> Organization:
    """Admit a body at installation, when no bureau exists yet that could do it.

    `region` is the district that a bureau answers for; None is the whole city.
    """
    organization.state = OrganizationState.ADMITTED.value
    organization.region = region
    organization.save(update_fields=["state", "region"])
    record_change(None, "organization.established", organization, now)
    return organization
