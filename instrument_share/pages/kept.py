"""Keep what is shown to many for a minute, while nobody writes anything.

Every write leaves an entry in the journal, and what is kept is kept with the last one: whoever changes
something sees it at once. The minute bounds what leaves no entry: the clock, jobs that follow it, and a write
that was committed after a later one. A visitor's page costs one statement then, where it took 8 to 20.
"""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from instrument_share.journal import selectors as journal
from instrument_share.web import clock

CACHE = "pages"
OWN_TOKEN = re.compile(r'(?<="X-CSRFToken": ")\w{64}(?=")|(?<=name="csrfmiddlewaretoken" value=")\w{64}(?=")')
OWN_PLACE = "\x00token\x00"
"""What stands in a kept page for the visitor's own token; no text has NUL."""


def kept_for_visitors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view that shows visitors nothing but what address and language ask for."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PAGES_KEPT_SECONDS or not _is_like_others(request):
            return view(request, *args, **kwargs)
        key = build_key(request.get_full_path(), *(request.headers.get(name) for name in HTMX_HEADERS))
        kept = caches[CACHE].get(key)
        if kept is not None:
            return HttpResponse(kept.replace(OWN_PLACE, get_token(request)))
        response = view(request, *args, **kwargs)
        text, tokens = OWN_TOKEN.subn(OWN_PLACE, response.content.decode())
        if response.status_code == 200 and tokens:
            caches[CACHE].set(key, text, settings.PAGES_KEPT_SECONDS)
        return response

    return answer


HTMX_HEADERS = ("HX-Request", "HX-Boosted", "HX-Target", "HX-History-Restore-Request")


def _is_like_others(request: HttpRequest) -> bool:
    """Return whether a visitor has nothing of their own: neither an account nor a message that waits."""
    own = {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
    return request.method == "GET" and not own and request.user.is_anonymous


def build_key(*asked: object) -> str:
    """Return under which key something is kept: what was asked, the language, the minute, the last write."""
    minute = clock.now().replace(second=0, microsecond=0)
    text = repr((*asked, get_language(), minute, journal.last_entry_id()))
    return hashlib.sha256(text.encode()).hexdigest()


def keep(make: Callable[[], Any], *asked: object) -> Any:
    """Return what `make` returns, or what it returned for the same question."""
    if not settings.PAGES_KEPT_SECONDS:
        return make()
    return caches[CACHE].get_or_set(build_key(*asked), make, settings.PAGES_KEPT_SECONDS)
