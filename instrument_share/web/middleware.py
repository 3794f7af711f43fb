"""What happens around every request: its line in the log, its address, refusals of the rules as pages."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render, resolve_url
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware

from instrument_share.accounts import selectors as accounts
from instrument_share.journal.services import record_remote_address
from instrument_share.kernel.errors import DomainError
from instrument_share.web.responses import problem
from instrument_share.web.responses.failures import is_for_part, note
from instrument_share.web.text.formats import name_columns

NUL = "\x00"
REFUSED_TO_SUSPENDED = (403, 404)
"""What people of a suspended organization get where they could act before; the page says why."""
TEXT = ("text/", "application/json", "application/problem+json", "application/atom+xml", "image/svg+xml")


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


class ProxyMiddleware:
    """The address of who asks, behind as many web servers as `PROXIES` says: what the outermost of them saw.

    Everything that counts or records addresses (limits, locked logins, the journal) reads REMOTE_ADDR. What a
    sender has written into X-Forwarded-For stands before the servers' own entries and is never read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        entries = request.headers.get("X-Forwarded-For", "").split(",")
        if 0 < settings.PROXIES <= len(entries):
            with suppress(ValueError):
                request.META["REMOTE_ADDR"] = str(ip_address(entries[-settings.PROXIES].strip()))
        return self.get_response(request)


class CompressionMiddleware(GZipMiddleware):
    """Compresses text, with Django's padding of random length against guessing by size (BREACH).

    Pictures, papers and archives are compressed in themselves, and keep their length for the progress bar.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(TEXT):
            return response
        return super().process_response(request, response)


class AddressMiddleware:
    """Record the sender's address in the journal entries of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with record_remote_address(request.META.get("REMOTE_ADDR", "")):
            return self.get_response(request)


class NoNulMiddleware:
    """Refuses what is sent to a page with the character NUL: no text has one, and PostgreSQL takes none.

    Address and posted values alike, whether a form reads them or a view does. A cookie that holds one is none
    of ours and is passed over. The API's own types refuse it, as its document says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        if NUL in request.path and not request.path.startswith("/api/"):
            raise BadRequest
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        # A view that looks at the length before anything reads the body is exempt from the token for that.
        posted = [] if getattr(view, "csrf_exempt", False) else request.POST.lists()
        is_posted = any(NUL in value for _name, values in posted for value in values)
        if not is_posted and "%00" not in request.META.get("QUERY_STRING", ""):
            return None
        detail = _(
            "What was sent holds a character that no text has (NUL). Go back, remove it and send it again."
        )
        return _refusal(request, status=400, detail=detail)


class DomainErrorMiddleware:
    """Shows a DomainError that a page's view let through, with all of its problems and the right status.

    A visitor who may not do something is asked to log in instead; one who had sent something reads there that
    it was not carried out. htmx gets a note for the top, of the login too. Who opens an address that only
    takes forms, as after logging in anew, gets a page as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        led_to = getattr(answer, "url", "")
        if is_for_part(request) and led_to.startswith(resolve_url(settings.LOGIN_URL)):
            return _note_login(request)
        if request.method == "POST" and led_to == redirect_to_login(request.get_full_path()).url:
            messages.warning(
                request, _("What you sent was not carried out. Log in, then enter it and send it again.")
            )
        if not isinstance(answer, HttpResponseNotAllowed):
            return answer
        if request.path.startswith("/api/"):
            return _method_refused(answer)
        detail = _(
            "This address only accepts what a form sends. "
            "Go to the page with the form and send it from there."
        )
        page = _refusal(request, status=405, detail=detail)
        page["Allow"] = answer["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith("/api/"):
            return None
        if exception.kind == "forbidden" and request.user.is_anonymous and request.method == "GET":
            return redirect_to_login(request.get_full_path())
        return _refusal(
            request,
            status=problem.status_of(exception),
            detail=problem.told(exception.message, exception.params),
            problems=problem.problems_told(exception.problems),
        )


def _note_login(request: HttpRequest) -> HttpResponse:
    """Ask whose login is gone to log in; it leads back to the page, not to the part that asked."""
    page = request.htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)  # type: ignore[attr-defined]
    detail = _("You are no longer logged in. Copy what you typed, then log in: you return to this page.")
    return note(detail, status=401, login_at=redirect_to_login(page).url)


def _method_refused(answer: HttpResponseNotAllowed) -> HttpResponse:
    """The API's answer to a method that an address does not take."""
    allowed = ", ".join(sorted(answer["Allow"].split(", ")))
    detail = _("This address accepts only {methods}.").format(methods=allowed)
    refused = problem.response(problem.body(status=405, code="request.method", detail=detail))
    refused["Allow"] = allowed
    return refused


def _get_page_above(path: str) -> str:
    """Return the nearest address above that is a page, such as that of the booking of an act; "" if none."""
    while path := path.rstrip("/").rpartition("/")[0]:
        if is_valid_path(f"{path}/"):
            return f"{path}/"
    return ""


def _refusal(
    request: HttpRequest, *, status: int, detail: str, problems: Sequence[problem.Told] = ()
) -> HttpResponse:
    """A page that says what stands against the request; for htmx the note alone, for the top.

    Of what has changed meanwhile both lead to its page.
    """
    changed = _get_page_above(request.path) if status == 409 else ""
    if is_for_part(request):
        return note(detail, status=status, problems=problems, changed=changed)
    context = {"status": status, "heading": problem.TITLES[status], "detail": detail, "problems": problems}
    context["changed"] = changed
    if status in REFUSED_TO_SUSPENDED:
        context["suspensions"] = accounts.suspensions(request.user, name_columns())
        context["resting_roles"] = accounts.roles_without_effect(request.user)
    return render(request, "instrument_share/error.html", context, status=status)
