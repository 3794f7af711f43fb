"""Answer what went wrong in the program (500), and what is too busy, away or full at the moment (503)."""

import sys
from collections.abc import Sequence

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext
from django.views import defaults
from psycopg import errors as postgresql
from psycopg_pool import PoolTimeout, TooManyRequests

from instrument_share.databases.outage import is_outcome_unknown, is_storage_full
from instrument_share.kernel.errors import NotFound
from instrument_share.web.responses import problem

RETRY_AFTER_SECONDS = 10
BUSY = (
    PoolTimeout,
    TooManyRequests,
    postgresql.TooManyConnections,
    postgresql.CannotConnectNow,
    postgresql.LockNotAvailable,
    postgresql.DeadlockDetected,
)
BUSY_WORDS = ("too many clients", "connection slots", "database is locked")
"""libpq reports a refused connection, and SQLite a lock, without a code of their own."""


def is_for_part(request: HttpRequest) -> bool:
    """Return whether htmx asks, for a part of a page; known before any middleware has run."""
    return request.headers.get("HX-Request") == "true"


def note(
    detail: str,
    *,
    status: int,
    problems: Sequence[problem.Told] = (),
    request_id: str = "",
    unlocked_at: str = "",
    changed: str = "",
    login_at: str = "",
) -> HttpResponse:
    """Answer htmx with what stands against its request: a note for the top of the page.

    The part that asked stays as it is, with all that was typed; `changed` is the page of what has changed.
    Reads no database.
    """
    context = {
        "detail": detail,
        "problems": problems,
        "request_id": request_id,
        "unlocked_at": unlocked_at,
        "changed": changed,
        "login_at": login_at,
    }
    answer = HttpResponse(loader.render_to_string("instrument_share/error_note.html", context), status=status)
    answer["HX-Retarget"], answer["HX-Reselect"] = "#notes", "unset"
    answer["HX-Reswap"] = "innerHTML show:window:top"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that no view has handled; the log has it under the id that is shown.

    Reads no database: that may be what failed.
    """
    status, code, detail = _describe(request, sys.exc_info()[1])
    if request.path.startswith("/api/"):
        members = problem.body(status=status, code=code, detail=detail)
        answer: HttpResponse = problem.response({**members, "request_id": _get_request_id()})
    elif is_for_part(request):
        answer = note(detail, status=status, request_id=_get_request_id())
    else:
        context = {
            "status": status,
            "title": problem.TITLES[status],
            "detail": detail,
            "request_id": _get_request_id(),
        }
        answer = HttpResponse(loader.render_to_string("500.html", context), status=status)
    if status == 503:
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def token_refused(request: HttpRequest, **_reason: str) -> HttpResponse:
    """Answer a form whose token is not, or no longer, that of its sender: a login renews it."""
    detail = gettext(
        "Nothing was carried out: somebody has logged in or out in this browser since the page was opened, "
        "perhaps in another tab, or the browser does not accept cookies of this site. Copy what you typed "
        "there, then reload it and send it again."
    )
    if is_for_part(request):
        return note(detail, status=403)
    context = {"status": 403, "heading": gettext("The page is out of date"), "detail": detail}
    return render(request, "instrument_share/error.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, to programs as to people."""
    if request.path.startswith("/api/"):
        return problem.response_of(NotFound())
    if is_for_part(request):
        return note(problem.told(NotFound.message, {}), status=404)
    return defaults.page_not_found(request, exception)


def _describe(request: HttpRequest, error: BaseException | None) -> tuple[int, str, str]:
    if is_storage_full(error):
        return _describe_full()
    if is_outcome_unknown(error):
        return _describe_outage(request)
    return describe_busy() if _is_database_busy(error) else describe_failure()


def describe_busy() -> tuple[int, str, str]:
    """Return status, code and words for more work than the site does at once."""
    detail = gettext(
        "Too many people are using the site at once, or it is moving to another machine. Nothing was "
        "carried out. Try again in a moment."
    )
    return 503, "site.busy", detail


def _describe_full() -> tuple[int, str, str]:
    detail = gettext(
        "The site can’t store anything at the moment. Check in a few minutes whether what you sent was "
        "carried out before you send it again."
    )
    return 503, "site.away", detail


def _describe_outage(request: HttpRequest) -> tuple[int, str, str]:
    """Return status, code and words for a connection that broke in the middle of the work.

    It may have broken between the commit and the news of it, so nobody knows what became of a write.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        detail = gettext(
            "The connection to the database broke, as when another machine takes over. Try again in a moment."
        )
    elif request.path.startswith("/api/"):
        detail = gettext(
            "The connection to the database broke, as when another machine takes over. It is not certain "
            "whether the request was carried out. Send it again in a moment: with the same Idempotency-Key "
            "it is carried out once only."
        )
    else:
        detail = gettext(
            "The connection to the database broke, as when another machine takes over. It is not certain "
            "whether what you sent was carried out. Send the same form again in a moment; it is carried out "
            "once only."
        )
    return 503, "site.away", detail


def describe_failure() -> tuple[int, str, str]:
    """Return status, code and words for a mistake of the program."""
    detail = gettext("The mistake is ours and has been noted. What you had sent was not carried out.")
    return 500, "site.failed", detail


def _get_request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _is_database_busy(error: BaseException | None) -> bool:
    """Return whether the database had no connection to give, or others kept a lock or waited for ours."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return isinstance(error.__cause__, BUSY) or any(words in str(error) for words in BUSY_WORDS)
