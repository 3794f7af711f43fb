"""Who asks: a personal token, the session of a page, or a visitor."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from ninja import security
from ninja.security import HttpBearer

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain.tokens import ScopeMissing, TokenScope
from instrument_share.web import clock

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class PersonalToken(HttpBearer):
    """`Authorization: Bearer …` with a personal token; the request is then the person's.

    The token needs the scope `read` for what is read, `writes` for what is sent, and none for what anybody
    may read.
    """

    def __init__(self, writes: TokenScope | None = None) -> None:
        super().__init__()
        self.writes = writes

    def scope_of(self, method: str | None) -> TokenScope | None:
        """Return the scope that a request by this method needs, if any."""
        return TokenScope.READ if self.writes and method in SAFE else self.writes

    def authenticate(self, request: HttpRequest, token: str) -> "User | None":
        found = accounts.valid_token(token, clock.now())
        if found is None:
            return None
        scope = self.scope_of(request.method)
        if scope and scope not in found.scopes:
            raise ScopeMissing(scope=scope.value)
        services.api_token_note_use(token=found, now=clock.now())
        request.user = found.user
        return found.user


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


def members(writes: TokenScope) -> list[Any]:
    """For operations that need an account: a token with the scope, or a session with its CSRF token."""
    return [PersonalToken(writes), SessionAuth()]


EVERYBODY = [PersonalToken(), Visitor()]
"""For public reads."""


def person(request: HttpRequest) -> "User":
    """Return who asks, in an operation for `members`."""
    return cast("User", request.user)
