"""A line in the log for each request, with an id that the page of an error shows; no personal data."""

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

BEFORE_ROUTING = "(before routing)"


class RequestLogMiddleware(RequestMiddleware):
    """Logs the method and route of each request, its status, who made it (USR-…) and, on failure, the cause.

    What stands in an address (words of a search, keys of links in mails) is not logged: the route is.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        route = request.resolver_match.route if request.resolver_match else BEFORE_ROUTING
        return f"{request.method} /{route}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Bind who asks, where that is known already: logging never reads the database."""
        user = request.__dict__.get("_cached_user") or request.__dict__.get("user")
        if issubclass(type(user), AbstractBaseUser):
            structlog.contextvars.bind_contextvars(actor=getattr(user, "public_id", None))


def get_request_id() -> str:
    """Return the id of the request that is answered, as it stands in the log."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
