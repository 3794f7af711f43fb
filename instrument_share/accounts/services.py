"""The only writers of people, organizations and roles."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from instrument_share.accounts.domain import (
    MembershipState,
    OrganizationKind,
    OrganizationState,
    Role,
    SizeClass,
)
from instrument_share.accounts.models import (
    ApiToken,
    District,
    Membership,
    Organization,
    OrganizationRelation,
    User,
)
from instrument_share.accounts.permissions import allowed, require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import record
from instrument_share.kernel import uscc as uscc_rules
from instrument_share.kernel.errors import DomainError, NotFound, gettext_noop

TOKEN_LIFETIME = timedelta(days=365)


class UsccInvalid(DomainError):
    code = "organization.uscc_invalid"
    message = gettext_noop(
        "“{uscc}” is not a unified social credit code: it has 18 characters, the last one a check character."
    )


class UsccTaken(DomainError):
    code = "organization.uscc_taken"
    kind = "conflict"
    message = gettext_noop(
        "An organization with the code “{uscc}” is registered already; ask to be admitted to it."
    )


@transaction.atomic
def user_create(
    *, actor: User | None, username: str, name: str, email: str, password: str | None, now: datetime
) -> User:
    """A new account; without a password nobody can log in with one."""
    allowed(actor, "accounts.maintain_accounts")
    user = User(username=username, name=name, email=email)
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    record(actor=actor, action="user.created", subject=user, now=now)
    return user


@transaction.atomic
def user_sign_up(*, user: User, now: datetime) -> None:
    """Keep the account that a person has opened for themselves; the form has checked it."""
    user.save(force_insert=True)
    record(actor=user, action="user.signed_up", subject=user, now=now)


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
    parent: Organization | None = None,
    owns_instruments: bool = False,
) -> Organization:
    """Enter a body by its USCC (GB 32100); it waits for the bureau's admission."""
    allowed(actor, "accounts.register_organization")
    if not uscc_rules.is_valid(uscc):
        raise UsccInvalid(uscc=uscc)
    if Organization.objects.filter(uscc=uscc).exists():
        raise UsccTaken(uscc=uscc)
    organization = Organization(
        uscc=uscc,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind.value,
        size_class=size_class.value,
        district=district,
        in_region=in_region,
        parent=parent,
        owns_instruments=owns_instruments,
        created_at=now,
    )
    organization.full_clean(exclude=["district", "parent"])
    organization.save(force_insert=True)
    record(
        actor=actor,
        action="organization.registered",
        subject=organization,
        now=now,
        organization_id=organization.pk,
    )
    return organization


@transaction.atomic
def organization_admit(*, actor: User, organization_id: int, now: datetime) -> Organization:
    """The bureau admits a registered body; a second time changes nothing."""
    organization = organization_lock(organization_id)
    require(actor, "accounts.admit_organization", organization)
    if organization.state != OrganizationState.ADMITTED:
        organization.state = OrganizationState.ADMITTED.value
        organization.save(update_fields=["state"])
        record(
            actor=actor,
            action="organization.admitted",
            subject=organization,
            now=now,
            organization_id=organization.pk,
        )
    return organization


@transaction.atomic
def relation_declare(*, actor: User | None, first: Organization, second: Organization, now: datetime) -> None:
    """Declare two organizations related, which excludes their mutual use from rewards."""
    allowed(actor, "accounts.relate_organizations")
    low, high = sorted((first, second), key=lambda organization: organization.pk)
    relation, created = OrganizationRelation.objects.get_or_create(
        first=low, second=high, defaults={"declared_at": now}
    )
    if created:
        record(actor=actor, action="organization.related", subject=relation, now=now, organization_id=low.pk)


@transaction.atomic
def institution_establish(*, organization: Organization, now: datetime) -> Organization:
    """Admit a body at installation, when no bureau exists yet that could do it."""
    organization.state = OrganizationState.ADMITTED.value
    organization.save(update_fields=["state"])
    record(
        actor=None,
        action="organization.established",
        subject=organization,
        now=now,
        organization_id=organization.pk,
    )
    return organization


@transaction.atomic
def membership_grant(
    *, actor: User | None, user: User, organization: Organization, role: Role, now: datetime
) -> Membership:
    """Give a person a role in an organization; a second time changes nothing.

    `actor` is None at installation only.
    """
    allowed(actor, "accounts.maintain_accounts")
    membership, created = Membership.objects.get_or_create(
        user=user,
        organization=organization,
        role=role.value,
        defaults={"state": MembershipState.ACTIVE.value, "created_at": now},
    )
    if created:
        record(
            actor=actor,
            action="membership.granted",
            subject=membership,
            now=now,
            organization_id=organization.pk,
            details={"user": user.public_id, "role": role.value},
        )
    return membership


@transaction.atomic
def api_token_create(*, actor: User, name: str, now: datetime) -> tuple[ApiToken, str]:
    """A personal token and its secret, which is shown once and not kept."""
    secret = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=actor,
        name=name,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        created_at=now,
        expires_at=now + TOKEN_LIFETIME,
    )
    record(actor=actor, action="api_token.created", subject=token, now=now)
    return token, secret


@transaction.atomic
def api_token_revoke(*, actor: User, public_id: str, now: datetime) -> ApiToken:
    """One's own token stops working at once; a second time changes nothing."""
    token = ApiToken.objects.select_for_update().filter(user=actor, public_id=public_id).first()
    if token is None:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(actor=actor, action="api_token.revoked", subject=token, now=now)
    return token
