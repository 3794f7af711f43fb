"""Writers of invitations by mail."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.domain.invitations import (
    DAY,
    InvitationTaken,
    InvitationWithdrawn,
    InvitedTooOften,
    OrganizationInvitedTooMany,
    find_mail_refusal,
)
from instrument_share.accounts.models import Invitation, Membership, Organization, User
from instrument_share.accounts.permissions import require
from instrument_share.accounts.services._common import activate_membership
from instrument_share.accounts.services.memberships import (
    AlreadyMember,
    require_may_grant,
    tell_of_administrator,
)
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.journal.mails import compose_mail, greet
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import (
    Conflict,
    DomainError,
    Invalid,
    Kind,
    Problem,
    gettext_noop,
    require_found,
)
from instrument_share.kernel.wording import Bilingual

LIFETIME = timedelta(days=14)
OPEN_AT_MOST = 100
"""So many invitations of one organization wait at a time; how many it mails a day, the domain says."""

MAILED = SENT, SENT_AGAIN = "invitation.sent", "invitation.sent_again"
GONE = "deleted.invalid"
"""A domain that never has mailboxes (RFC 2606)."""

ACCEPTED = gettext_noop("{user} has accepted the invitation to “{organization}”.")


class InvitationForOther(DomainError):
    code = "invitation.for_other"
    kind: Kind = "forbidden"
    message = gettext_noop(
        "The invitation is for another email address than that of your account. Log in with the account of "
        "that address, or ask for an invitation to yours."
    )


class TooManyInvitations(Conflict):
    code = "invitation.too_many"
    message = gettext_noop("{most} invitations wait to be accepted. Withdraw some that are no longer needed.")


@transaction.atomic
def invitation_send(
    *, actor: User, organization_id: int, email: str, role: Role, now: datetime
) -> Invitation:
    """Invite somebody by mail to a role in the organization; a repeated invitation sends a new mail."""
    organization = selectors.organization_lock(organization_id)
    require_may_grant(actor, organization, role)
    address = _address(email)
    if _belongs(address, organization, role):
        raise AlreadyMember
    waiting = Invitation.objects.filter(
        organization=organization, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    known = waiting.filter(email=address, role=role.value).first()
    if known is None and waiting.count() >= OPEN_AT_MOST:
        raise TooManyInvitations(most=OPEN_AT_MOST)
    invitation = known or Invitation(
        organization=organization, email=address, role=role.value, created_at=now
    )
    _issue(invitation, actor, SENT, now)
    return invitation


@transaction.atomic
def invitation_resend(*, actor: User, invitation_id: int, now: datetime) -> Invitation:
    """Send a new mail with a new link, for another fourteen days; the old link stops working.

    From then on it is the invitation of who sent it again.
    """
    invitation = _lock_invitation(invitation_id)
    require_may_grant(actor, invitation.organization, Role(invitation.role))
    if invitation.accepted_at:
        raise InvitationTaken
    if invitation.withdrawn_at:
        raise InvitationWithdrawn
    _issue(invitation, actor, SENT_AGAIN, now)
    return invitation


@transaction.atomic
def invitation_withdraw(*, actor: User, invitation_id: int, now: datetime) -> Invitation:
    """Withdraw an invitation, so that its link stops working; a second time changes nothing."""
    invitation = _lock_invitation(invitation_id)
    require_may_grant(actor, invitation.organization, Role(invitation.role))
    if invitation.accepted_at:
        raise InvitationTaken
    if invitation.withdrawn_at is None:
        _withdraw(actor, invitation, now)
    return invitation


@transaction.atomic
def invitation_accept(*, actor: User, secret: str, now: datetime) -> Membership:
    """Give the invited person the role; a second time changes nothing, not even a role that has ended since.

    The link alone is not enough: the account must have confirmed the address that was invited.
    """
    require(actor, "accounts.ask_membership", None)
    found = require_found(selectors.invitation_by_secret(secret))
    invitation = _lock_invitation(found.pk)
    if invitation.accepted_by_id == actor.pk:
        given = Membership.objects.get(user=actor, organization=invitation.organization, role=invitation.role)
        if given.state == MembershipState.ACTIVE:
            return given
    if over := selectors.invitation_problem(invitation, now):
        raise over
    if not selectors.is_address_of(actor, invitation.email):
        raise InvitationForOther
    invitation.accepted_at, invitation.accepted_by = now, actor
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership, is_new = activate_membership(actor, invitation.organization, Role(invitation.role), now)
    selectors.refresh_standing(actor)
    _record(actor, "invitation.accepted", invitation, now, membership=membership.public_id)
    _tell_inviter(invitation, actor, now)
    if is_new:
        tell_of_administrator(invitation.invited_by, membership, now)
    return membership


def erase_invitations(person: User, addresses: Iterable[str], now: datetime) -> None:
    """Take a person out of the invitations that they accepted or got at these addresses; withdraw open ones.

    It is done by the clock, as the account is deleted.
    """
    theirs = Q(accepted_by=person) | Q(email__in=addresses)
    for invitation in Invitation.objects.filter(theirs).order_by("pk"):
        invitation.email = f"{invitation.public_id.lower()}@{GONE}"
        invitation.save(update_fields=["email"])
        if invitation.accepted_at is None and invitation.withdrawn_at is None:
            _withdraw(None, invitation, now)


def _withdraw(actor: User | None, invitation: Invitation, now: datetime) -> None:
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    _record(actor, "invitation.withdrawn", invitation, now)


def _lock_invitation(invitation_id: int) -> Invitation:
    at, role = require_found(
        Invitation.objects.filter(pk=invitation_id).values_list("organization_id", "role").first()
    )
    selectors.organization_lock_for(at, Role(role))
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("organization", "invited_by")
    return locked.get(pk=invitation_id)


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        message = gettext_noop("“{email}” is not an email address.")
        raise Invalid(
            problems=[Problem("invitation.email_invalid", message, {"email": email.strip()}, "email")]
        ) from None
    return address


def _belongs(address: str, organization: Organization, role: Role) -> bool:
    return Membership.objects.filter(
        organization=organization,
        user__in=EmailAddress.objects.filter(email=address, verified=True).values("user"),
        role=role.value,
        state=MembershipState.ACTIVE,
    ).exists()


def _issue(invitation: Invitation, actor: User, action: str, now: datetime) -> None:
    for refusal in find_mail_refusals(invitation.organization, [invitation], now).values():
        raise refusal
    secret = secrets.token_urlsafe(24)
    invitation.invited_by = actor
    invitation.digest = hashlib.sha256(secret.encode()).hexdigest()
    invitation.expires_at = now + LIFETIME
    invitation.save()
    _record(actor, action, invitation, now)
    _build_mail(invitation, secret).send()


def find_mail_refusals(
    organization: Organization, invitations: Sequence[Invitation], now: datetime
) -> dict[str, InvitedTooOften | OrganizationInvitedTooMany]:
    """Return why these invitations of an organization can't be mailed now, by public id; the others can.

    Takes two statements, however many invitations.
    """
    to_address: dict[str, set[str]] = defaultdict(set)
    of_addresses = Invitation.objects.filter(
        organization=organization, email__in={one.email for one in invitations}
    )
    for email, public_id in of_addresses.values_list("email", "public_id"):
        to_address[email].add(public_id)
    sent = journal.entries_of_organization(organization.pk, MAILED).filter(at__gt=now - DAY)
    mails = list(sent.values_list("subject_id", "at"))
    found = {
        one.public_id: find_mail_refusal(
            own=[at for public_id, at in mails if public_id == one.public_id],
            to_address=[at for public_id, at in mails if public_id in to_address[one.email]],
            of_organization=[at for _public_id, at in mails],
            now=now,
        )
        for one in invitations
    }
    return {public_id: refusal for public_id, refusal in found.items() if refusal is not None}


def _build_mail(invitation: Invitation, secret: str) -> EmailMessage:
    """Return the mail with the link; it says what it is about, so that its state can be shown."""
    languages = [language for language, _name in settings.LANGUAGES]
    subject, texts = _letter(invitation, languages)
    with translation.override(settings.LANGUAGE_CODE):
        return compose_mail(
            invitation.email,
            subject,
            [*texts, f"{settings.SITE_URL}/invitations/{secret}/"],
            languages=languages,
            headers={"X-Subject-Id": invitation.public_id},
        )


def _letter(invitation: Invitation, languages: list[str]) -> tuple[str, list[str]]:
    """Return subject and paragraphs in every language of the site, as the reader's is not known yet."""
    subjects, texts = [], []
    for language in languages:
        with translation.override(language):
            name = invitation.organization.name_zh
            if language == "en":
                name = invitation.organization.name_en or name
            subjects.append(gettext("Invitation to “{organization}”").format(organization=name))
            texts.append(greet())
            texts.append(
                gettext(
                    "{inviter} invites you to join “{organization}” on the city's platform for research "
                    "instruments. Open this address within 14 days, log in or sign up with {email}, and "
                    "accept:"
                ).format(inviter=invitation.invited_by.name, organization=name, email=invitation.email)
            )
    return " / ".join(subjects), texts


def _record(actor: User | None, action: str, invitation: Invitation, now: datetime, **details: str) -> None:
    record(
        actor=actor,
        action=action,
        subject=invitation,
        now=now,
        organization_id=invitation.organization_id,
        details={"role": invitation.role, **details},
    )


def _tell_inviter(invitation: Invitation, user: User, now: datetime) -> None:
    organization = invitation.organization
    notify(
        users=[invitation.invited_by],
        message=ACCEPTED,
        params={"user": user.name, "organization": Bilingual(organization.name_zh, organization.name_en)},
        path=page_address("members", organization.public_id),
        now=now,
    )


def invitations_forget_old(before: datetime, limit: int) -> int:
    """Delete invitations that were over before an instant, accepted or not; at most so many."""
    is_over = Q(accepted_at__lt=before) | Q(withdrawn_at__lt=before) | Q(expires_at__lt=before)
    old = Invitation.objects.filter(is_over).order_by("pk").values_list("pk", flat=True)[:limit]
    return Invitation.objects.filter(pk__in=list(old)).delete()[0]
