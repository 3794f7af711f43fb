"""The person who asks: who they are, and their personal tokens."""

from datetime import datetime
from typing import Annotated, Literal

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.security import SessionAuth
from pydantic import Field, StringConstraints

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import Forbidden, gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import NO_NUL, BodyIn, OrganizationRef, PublicId, organization_ref
from instrument_share.web.api.openapi import error_responses

me_router = Router(tags=["me"], auth=members(TokenScope.READ))


class ConfirmationNeeded(Forbidden):
    """A session alone makes no token: whoever finds a browser that is logged in has one."""

    code = "confirmation_needed"
    message = gettext_noop("Confirm with your password or a code first: open “API tokens” on your desk.")


class MembershipOut(Schema):
    organization: OrganizationRef = Field(
        description=gettext_noop("the organization in which the role is held")
    )
    role: Role = Field(description=gettext_noop("what the person may do there"))


class MeOut(Schema):
    id: PublicId
    name: str = Field(description=gettext_noop("name of the person"))
    language: str = Field(description=gettext_noop("language of pages and mails"))
    memberships: list[MembershipOut] = Field(description=gettext_noop("roles that are in force now"))


class TokenIn(BodyIn):
    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL)] = Field(
        description=gettext_noop("what the token is for, to tell it from others")
    )
    scopes: list[TokenScope] = Field(
        default=list(TokenScope),
        min_length=1,
        description=gettext_noop("what it lets a program do; all where none is given"),
    )
    days: Literal[30, 90, 365] = Field(365, description=gettext_noop("days until it expires"))


class TokenOut(Schema):
    id: PublicId
    name: str = Field(description=gettext_noop("what the token is for"))
    scopes: list[TokenScope] = Field(description=gettext_noop("what it lets a program do"))
    expires_at: datetime = Field(description=gettext_noop("until when it works"))
    secret: str = Field(
        description=gettext_noop("the token itself, shown once; send it as `Authorization: Bearer …`")
    )


@me_router.get(
    "", response={200: MeOut, **error_responses()}, operation_id="me", summary=gettext_noop("Who I am")
)
def me(request: HttpRequest) -> MeOut:
    """The person behind the token or session, with the roles they hold now."""
    user = person(request)
    return MeOut(
        id=user.public_id,
        name=user.name,
        language=user.language,
        memberships=[
            MembershipOut(organization=organization_ref(one.organization), role=Role(one.role))
            for one in accounts.standing(user).memberships
        ],
    )


@me_router.post(
    "/tokens",
    response={201: TokenOut, **error_responses(400, 403)},
    auth=SessionAuth(),
    operation_id="token_create",
    summary=gettext_noop("Make a personal token"),
)
def token_create(request: HttpRequest, data: TokenIn) -> Status[TokenOut]:
    """Only from a session in which the password was asked for lately: a token can't make another.

    Its secret is shown this once.
    """
    if is_reauthentication_required(request, app="allauth.account"):
        raise ConfirmationNeeded
    token, secret = account_services.api_token_create(
        actor=person(request), name=data.name, scopes=data.scopes, days=data.days, now=clock.now()
    )
    made = TokenOut(
        id=token.public_id,
        name=token.name,
        scopes=token.scopes,
        expires_at=token.expires_at,
        secret=secret,
    )
    return Status(201, made)
