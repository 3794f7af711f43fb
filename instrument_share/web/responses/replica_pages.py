"""Pages that are read from the replica, and the mark by which everybody reads what they have just written."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.db import Error
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from instrument_share.databases import replica

View = Callable[..., HttpResponseBase]

COOKIE = "written"
"""How far the primary had written when this browser last sent something."""
KEPT_SECONDS = 120
"""Longer than any replica is read that lags: then it has everything anyway."""
POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
END = "FFFFFFFF/FFFFFFFF"
"""No replica has come so far: the primary is read."""
READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})


class WrittenMiddleware:
    """Marks browsers that have sent something, for `read_from_replica`; without a replica it does nothing."""

    def __init__(self, get_response: View) -> None:
        if not replica.has_replica():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method not in READ_ONLY and "Authorization" not in request.headers:
            response.set_cookie(
                COOKIE, _position(), KEPT_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
            )
        return response


def read_from_replica(view: View) -> View:
    """For a view that only shows: read from the replica if it has what this browser has written.

    Programs with a token have no cookie, so they read from the primary. If the replica breaks off, the page
    is made anew from the primary.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _may_read_there(request):
            return view(request, *args, **kwargs)
        _ = request.user.is_authenticated  # who asks is read on the primary, before
        reads_there = False
        try:
            with replica.reading_from_replica(_asked_for(request)):
                reads_there = replica.is_reading_from_replica()
                response = view(request, *args, **kwargs)
        except Error:
            if not reads_there:
                raise
            replica.leave_replica_alone()
            return view(request, *args, **kwargs)
        if reads_there and isinstance(response, StreamingHttpResponse):
            response.streaming_content = _sent_from_replica(response.streaming_content)  # type: ignore[arg-type]
        return response

    return answer


def _may_read_there(request: HttpRequest) -> bool:
    return replica.has_replica() and request.method in READ_ONLY and "Authorization" not in request.headers


def _asked_for(request: HttpRequest) -> str:
    """The position that the replica must have reached; a cookie that is none of ours leads to the primary."""
    position = request.COOKIES.get(COOKIE, "")
    return position if not position or POSITION.fullmatch(position) else END


def _position() -> str:
    try:
        return replica.read_position()
    except Error:
        return END


def _sent_from_replica(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Rows of an export are read while it is sent, after the view has returned."""
    with replica.reading_from_replica():
        yield from blocks
