"""Who asks: a personal token, the session of a page, or a visitor."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from ninja import security
from ninja.security import HttpBearer

from instrument_share.accounts import selectors as accounts
from instrument_share.web import clock

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class PersonalToken(HttpBearer):
    """`Authorization: Bearer …` with a personal token; the request is then the person's."""

    def authenticate(self, request: HttpRequest, token: str) -> "User | None":
        user = accounts.user_by_token(token, clock.now())
        if user is not None:
            request.user = user
        return user


class SessionAuth(security.SessionAuth):
    """The session of a page, with its CSRF token. Whoever sends a token is judged by the token alone."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" in request.headers:
            return None
        return super().__call__(request)


class Visitor:
    """Anybody: the person who is logged in, or a visitor. A token that is not valid is refused all the
    same.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" in request.headers:
            return None
        return request.user if request.user.is_authenticated else "visitor"


MEMBERS = [PersonalToken(), SessionAuth()]
"""For operations that need an account: a token, or the session of a page with its CSRF token."""
EVERYBODY = [PersonalToken(), Visitor()]
"""For public reads."""


def person(request: HttpRequest) -> "User":
    """Return who asks, in an operation for MEMBERS."""
    return cast("User", request.user)
