"""Answer what went wrong in the program (500), and what is too busy or away at the moment (503)."""

import errno
import sys

import structlog
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext
from django.views import defaults
from psycopg import errors as postgresql
from psycopg_pool import PoolTimeout, TooManyRequests

from instrument_share.kernel.errors import NotFound
from instrument_share.web.responses import problem

RETRY_AFTER_SECONDS = 10
BUSY = (
    PoolTimeout,
    TooManyRequests,
    postgresql.TooManyConnections,
    postgresql.CannotConnectNow,
    postgresql.LockNotAvailable,
)
BUSY_WORDS = ("too many clients", "connection slots", "database is locked")
"""libpq reports a refused connection, and SQLite a lock, without a code of their own."""
AWAY = (
    postgresql.AdminShutdown,
    postgresql.CrashShutdown,
    postgresql.ReadOnlySqlTransaction,
    postgresql.DiskFull,
    postgresql.IdleInTransactionSessionTimeout,
)
AWAY_WORDS = (
    *("server closed the connection", "connection is closed", "connection is lost", "the connection is bad"),
    *("consuming input failed", "connection failed", "could not receive data", "SSL connection has been"),
    *("terminating connection", "Connection refused", "database or disk is full", "disk I/O error"),
    *("unable to open database file", "the database system is"),
)
"""The server was stopped, is starting, or has no room: whether a write took effect is unknown."""


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that no view has handled; the log has it under the id that is shown.

    Reads no database: that may be what failed.
    """
    status, code, detail = _describe(sys.exc_info()[1])
    if request.path.startswith("/api/"):
        members = problem.body(status=status, code=code, detail=detail)
        answer: HttpResponse = problem.response({**members, "request_id": _get_request_id()})
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


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, to programs as to people."""
    if request.path.startswith("/api/"):
        return problem.response_of(NotFound())
    return defaults.page_not_found(request, exception)


def _describe_busy() -> tuple[int, str, str]:
    detail = gettext("Too many requests came at once. Nothing was carried out. Try again in a moment.")
    return 503, "site.busy", detail


def _describe_away() -> tuple[int, str, str]:
    detail = gettext(
        "The site can’t store anything at the moment. Look in a few minutes whether what you had sent was "
        "carried out before you send it again."
    )
    return 503, "site.away", detail


def describe_failure() -> tuple[int, str, str]:
    """Return status, code and words for a mistake of the program."""
    detail = gettext("The mistake is ours and has been noted. What you had sent was not carried out.")
    return 500, "site.failed", detail


def _get_request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _describe(error: BaseException | None) -> tuple[int, str, str]:
    if _is_any(error, BUSY, BUSY_WORDS):
        return _describe_busy()
    if _is_any(error, AWAY, AWAY_WORDS) or _is_disk_full(error):
        return _describe_away()
    return describe_failure()


def _is_any(error: BaseException | None, kinds: tuple[type[Exception], ...], words: tuple[str, ...]) -> bool:
    """Return whether the database had no connection to give, kept a lock, or was away."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    return isinstance(error.__cause__, kinds) or any(one in str(error) for one in words)


def _is_disk_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
