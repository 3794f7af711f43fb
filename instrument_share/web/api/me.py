"""The person who asks: who they are, and their personal tokens."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.security import SessionAuth
from pydantic import Field, StringConstraints

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import MEMBERS, person
from instrument_share.web.api.fields import NO_NUL, OrganizationRef, PublicId, organization_ref
from instrument_share.web.api.openapi import error_responses

me_router = Router(tags=["me"], auth=MEMBERS)


class MembershipOut(Schema):
    organization: OrganizationRef
    role: str


class MeOut(Schema):
    id: PublicId
    name: str
    language: str
    memberships: list[MembershipOut]


class TokenIn(Schema):
    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL)]


class TokenOut(Schema):
    id: PublicId
    name: str
    expires_at: datetime
    secret: str = Field(description="shown once; send it as `Authorization: Bearer …`")


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
            MembershipOut(organization=organization_ref(one.organization), role=one.role)
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
    """Only from a session: a token can't make another. Its secret is shown this once."""
    user = person(request)
    token, secret = account_services.api_token_create(actor=user, name=data.name, now=clock.now())
    made = TokenOut(id=token.public_id, name=token.name, expires_at=token.expires_at, secret=secret)
    return Status(201, made)
