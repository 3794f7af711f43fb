"""The public log: its checkpoints and its key, for people and for programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instrument_share.kernel.errors import require_found
from instrument_share.transparency.keys import get_origin, get_public_key
from instrument_share.transparency.selectors.checkpoints import (
    checkpoints,
    get_checkpoint,
    get_last_checkpoint,
    get_next_checkpoint_at,
    get_timestamp,
)
from instrument_share.web import clock
from instrument_share.web.cursor import page

TEXT = "text/plain; charset=utf-8"
PER_PAGE = 30
LARGEST_NUMBER = 2_147_483_647
"""What a column of numbers holds: a larger number in an address is no checkpoint's."""


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show what the log is, its key and its checkpoints."""
    context = {
        "origin": get_origin(),
        "key": get_public_key(),
        "next_at": get_next_checkpoint_at(clock.now()),
        "page": page(
            checkpoints().select_related("timestamp"),
            ordering=("-number",),
            cursor=request.GET.get("cursor"),
            limit=PER_PAGE,
        ),
    }
    return render(request, "transparency/log.html", context)


@require_safe
def newest_checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (Django calls it so)
    """Send the newest checkpoint as it was signed."""
    return HttpResponse(require_found(get_last_checkpoint()).note, content_type=TEXT)


@require_safe
def earlier_checkpoint(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001
    """Send a checkpoint as it was signed."""
    return HttpResponse(get_checkpoint(min(number, LARGEST_NUMBER)).note, content_type=TEXT)


@require_safe
def checkpoint_timestamp(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001
    """Send the timestamp of a checkpoint (DER)."""
    token = get_timestamp(min(number, LARGEST_NUMBER))
    return HttpResponse(token, content_type="application/timestamp-reply")


@require_safe
def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Send the public key as signed notes spell it."""
    return HttpResponse(f"{require_found(get_public_key())}\n", content_type=TEXT)
