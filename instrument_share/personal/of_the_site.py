"""The personal data of the packages below: accounts, journal, mails, the edge, and their libraries."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.domain.privacy import RetentionRule
from instrument_share.journal import services as journal
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence
from instrument_share.mails import services as mails
from instrument_share.personal.registry import (
    ACTED,
    Obstacle,
    OwnRows,
    Retention,
    register_eraser,
    register_kept_texts,
    register_links,
    register_obstacles,
    register_own_rows,
    register_retention,
)
from instrument_share.personal.services.archives import archives_forget_old
from instrument_share.personal.settings import get_days
from instrument_share.web import idempotency

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

HELD_ALONE = gettext_noop(
    "In “{organization}” nobody else answers for it: give your role to a colleague first."
)
SUSPENDED = gettext_noop(
    "“{organization}” is suspended, and nobody else answers for it: ask the bureau, as the organization’s "
    "page says."
)
REGISTERED = gettext_noop(
    "“{organization}”, which you registered, is not admitted yet: let the bureau decide on it first."
)

OWN = (
    OwnRows("accounts.User", gettext_noop("Your account"), where=lambda user: Q(pk=user.pk)),
    OwnRows("account.EmailAddress", gettext_noop("Email addresses"), ("user",)),
    OwnRows(
        "socialaccount.SocialAccount",
        gettext_noop("Logins by the city’s identity provider"),
        ("user",),
        hidden=("extra_data",),
    ),
    OwnRows("accounts.Membership", gettext_noop("Organizations and roles"), ("user",)),
    OwnRows("accounts.Organization", gettext_noop("Organizations you registered"), ("registered_by",)),
    OwnRows(
        "accounts.OrganizationDocument",
        gettext_noop("Documents you filed for organizations"),
        ("uploaded_by",),
    ),
    OwnRows(
        "accounts.Invitation",
        gettext_noop("Invitations to you and by you"),
        ("accepted_by", "invited_by"),
        where=lambda user: Q(email__in=accounts.confirmed_addresses(user)),
    ),
    OwnRows("accounts.ApiToken", gettext_noop("API tokens, without their secrets"), ("user",)),
    OwnRows("accounts.Session", gettext_noop("Sessions, without their keys"), ("user",)),
    OwnRows(
        "mfa.Authenticator",
        gettext_noop("Second factors, without their secrets"),
        ("user",),
        hidden=("data",),
    ),
    OwnRows("accounts.SecondFactorReset", gettext_noop("Requests to remove second factors"), ("user",)),
    OwnRows("axes.AccessAttempt", gettext_noop("Failed logins"), where=lambda user: _is_login_of(user)),
    OwnRows(
        "axes.AccessFailureLog", gettext_noop("Log of failed logins"), where=lambda user: _is_login_of(user)
    ),
    OwnRows(
        "axes.AccessLog",
        gettext_noop("Log of logins"),
        where=lambda user: _is_login_of(user),
        hidden=("session_hash",),
    ),
    OwnRows("journal.Notification", gettext_noop("Notifications"), ("user",), sentence=("message", "params")),
    OwnRows("journal.MailChoice", gettext_noop("Which notifications are mailed"), ("user",)),
    OwnRows("journal.AuditEntry", gettext_noop("Audit log of what you did"), ("actor",)),
    OwnRows(
        "mails.OutgoingMail",
        gettext_noop("Mails to you, without their texts"),
        where=lambda user: _is_mail_to(user),
        hidden=("content",),
    ),
    OwnRows("personal.PersonalArchive", gettext_noop("Copies of your data"), ("user",)),
    OwnRows("personal.AccountDeletion", gettext_noop("Requests to delete the account"), ("user",)),
)


def register() -> None:
    """Declare all of this."""
    register_own_rows(*OWN)
    register_links(
        {
            "accounts.OrganizationRelation": ["declared_by"],
            "accounts.SecondFactorReset": ["requested_by", "decided_by"],
        },
        ACTED,
    )
    register_links(
        {"web.IdempotencyRecord": ["user"]}, "answers to forms, for some days; each page shows them"
    )
    register_links(
        {"admin.LogEntry": ["user"]}, "the site has no pages of Django's admin; the table is empty"
    )
    register_links(
        {"accounts.User_groups": ["user"], "accounts.User_user_permissions": ["user"]},
        "roles in organizations grant everything; these tables of Django's are empty",
    )
    register_links({"schedule.Event": ["creator"]}, "opening hours of instruments have no creator")
    register_kept_texts(
        {"journal.AuditEntry": ["actor_name"]},
        "entries of versions before ids: sealed, and no page shows them",
    )
    register_kept_texts(
        {"journal.AuditEntry": ["details"]}, "reasons that people wrote for decisions: sealed evidence"
    )
    register_kept_texts(
        {
            "accounts.Organization": ["contact", "phone", "reason"],
            "accounts.OrganizationRelation": ["end_reason"],
        },
        "contacts that organizations publish on purpose, and reasons of their decisions",
    )
    register_kept_texts({"accounts.OrganizationDocument": ["name"]}, "names of files of an organization")
    register_kept_texts(
        {"journal.Notification": ["params", "lines"], "mails.OutgoingMail": ["subject", "content"]},
        "messages to others, until the rules of retention delete them",
    )
    register_obstacles(_find_roles_held_alone)
    register_eraser("web", lambda user, _now: idempotency.delete_records_of(user))
    register_eraser(
        "mails", lambda user, _now: mails.mails_erase(addresses=accounts.confirmed_addresses(user))
    )
    register_eraser("journal", lambda user, _now: journal.notifications_erase(user=user))
    register_eraser("accounts", _withdraw_requests)
    register_retention(
        Retention(
            RetentionRule.LOGINS.value,
            gettext_noop("Failed and successful logins"),
            lambda: get_days(RetentionRule.LOGINS),
            account_services.logins_forget_old,
        ),
        Retention(
            RetentionRule.NOTIFICATIONS.value,
            gettext_noop("Notifications"),
            lambda: get_days(RetentionRule.NOTIFICATIONS),
            journal.notifications_forget_old,
        ),
        Retention(
            RetentionRule.INVITATIONS.value,
            gettext_noop("Invitations that are over"),
            lambda: get_days(RetentionRule.INVITATIONS),
            account_services.invitations_forget_old,
        ),
        Retention(
            RetentionRule.ARCHIVES.value,
            gettext_noop("Copies of personal data"),
            lambda: get_days(RetentionRule.ARCHIVES),
            archives_forget_old,
        ),
    )


def _is_login_of(user: "User") -> Q:
    return Q(username__in=[user.public_id, user.username, *accounts.confirmed_addresses(user)])


def _is_mail_to(user: "User") -> Q:
    return Q(pk__in=mails.mails_to(accounts.confirmed_addresses(user)))


def _withdraw_requests(user: "User", now: datetime) -> None:
    """Withdraw requests to be admitted, so that nobody decides on them any more."""
    for each in accounts.belongings(user):
        if each.asked is not None:
            account_services.membership_withdraw(actor=user, membership_id=each.asked.pk, now=now)


def _find_roles_held_alone(user: "User", _now: datetime) -> Iterator[Obstacle]:
    """Yield an obstacle for each organization that needs the person, leading to a page that they can open."""
    registered = list(accounts.registrations_waiting(user))
    for organization in accounts.organizations_held_alone(user):
        if organization not in registered:
            yield _find_obstacle_of_role(user, organization)
    for organization in registered:
        yield _build_obstacle(REGISTERED, organization, "organization")


def _find_obstacle_of_role(user: "User", organization: "Organization") -> Obstacle:
    """Return what the last one to answer for it does first, with a page that they may open."""
    if accounts.roles_to_grant(user, organization):
        return _build_obstacle(HELD_ALONE, organization, "members")
    is_suspended = organization.state == OrganizationState.SUSPENDED
    return _build_obstacle(SUSPENDED if is_suspended else HELD_ALONE, organization, "organization")


def _build_obstacle(message: str, organization: "Organization", page: str) -> Obstacle:
    name = Bilingual(organization.name_zh, organization.name_en)
    return Obstacle(Sentence(message, {"organization": name}), page_address(page, organization.public_id))
