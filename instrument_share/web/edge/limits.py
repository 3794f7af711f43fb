"""How often one visitor or account may search, export, verify and call the API, in all processes together.

A process counts by itself and tells the shared count one time in twenty, so that an honest visitor costs no
statement. What it has not told yet is the error of the count: a twentieth of the limit for each process.
"""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Literal, TypeVar

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from instrument_share.web import clock
from instrument_share.web.responses import problem
from instrument_share.web.responses.failures import is_for_part, note

WINDOW = 60
"""Seconds after which counting begins anew."""
PARTS = 20
PER_WINDOW = {"search": 240, "export": 40, "verify": 60, "api": 1_200}
"""Requests of one account, or of one address without one. A campus may share an address."""
EXPORT_FORMATS = {"csv", "xlsx", "json"}
LONG_WAIT = 900
"""Seconds to wait after other refusals for too many tries (logins), which count quarters of an hour."""
MARK = "counts_as"
"""Attribute of a view; other decorators hand it on, as they do with all attributes."""
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def counts_as(action: Literal["search", "export", "verify"]) -> Callable[[View], View]:
    """Decorate a view whose requests are limited together with these; of a class, its `dispatch`.

    A search counts where its address asks for something. Calls of the API, and pages that are asked for
    as a file (`?export=csv`), are counted without this.
    """

    def mark(view: View) -> View:
        setattr(view, MARK, action)
        return view

    return mark


class LimitMiddleware:
    """Answers 429 to who asks too often, as a page or as problem details, and says when to come again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._lock = Lock()
        self._window = 0
        self._untold: Counter[str] = Counter()
        self._refused: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if answer.status_code == 429:
            answer.headers.setdefault("Retry-After", str(LONG_WAIT))
        return answer

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        action = find_action(request)
        if not action or not settings.LIMIT_FACTOR:
            return None
        most = PER_WINDOW[action] * settings.LIMIT_FACTOR
        now = clock.now().timestamp()
        if self._may(f"{action}:{_who(request)}", most, int(now // WINDOW)):
            return None
        return _refuse(request, WINDOW - int(now % WINDOW))

    def _may(self, key: str, most: int, window: int) -> bool:
        step = max(1, most // PARTS)
        with self._lock:
            if window != self._window:
                self._window = window
                self._untold.clear()
                self._refused.clear()
            if key in self._refused:
                return False
            self._untold[key] += 1
            if self._untold[key] < step:
                return True
            del self._untold[key]
        if _tell(f"limit:{window}:{sha256(key.encode()).hexdigest()}", step) <= most:
            return True
        with self._lock:
            self._refused.add(key)
        return False


def find_action(request: HttpRequest) -> str:
    """Return as what a request counts; empty for what is not limited here."""
    match = request.resolver_match
    if match is None:
        return ""
    if request.path.startswith("/api/"):
        return "api"
    wanted = request.GET.get("export") or request.GET.get("format") or ""
    if wanted in EXPORT_FORMATS:
        return "export"
    action: str = getattr(match.func, MARK, "")
    return "" if action == "search" and not request.GET else action


def _tell(key: str, step: int) -> int:
    """Add to the shared count and return it."""
    if cache.add(key, step, 2 * WINDOW):
        return step
    try:
        return int(cache.incr(key, step))
    except ValueError:  # it was thrown out between the two
        return step


def _who(request: HttpRequest) -> str:
    """Return the account of the session, or else the address: a token may be invented."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{ratelimit.truncate_ip(request.META.get('REMOTE_ADDR', ''))}"


def _refuse(request: HttpRequest, seconds: int) -> HttpResponse:
    detail = _(
        "More requests have come from your account or network than this site answers in a minute. "
        "Wait a minute, then try again."
    )
    if request.path.startswith("/api/"):
        answer: HttpResponse = problem.response(
            problem.body(status=429, code="request.too_many", detail=detail)
        )
    elif is_for_part(request):
        answer = note(detail, status=429)
    else:
        context = {"status": 429, "heading": problem.TITLES[429], "detail": detail}
        answer = render(request, "instrument_share/error.html", context, status=429)
    answer["Retry-After"] = str(max(1, seconds))
    return answer
