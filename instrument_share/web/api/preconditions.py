"""Revisions of what is edited, as ETags and `If-Match`."""

import re
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header

from instrument_share.kernel.errors import RevisionMismatch, gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import person
from instrument_share.web.api.errors import PreconditionFailed, PreconditionMissing
from instrument_share.web.idempotency import IDEMPOTENT

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=100,
        description=gettext_noop(
            "the ETag of what you last saw, or several, separated by commas; refused if none is the present "
            "one; `*`: whichever that is"
        ),
    ),
]
_ETAG = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)')
"""An ETag, whose text may contain commas; also one without its quotation marks."""
_FOREIGN = -1
"""A revision that nothing has."""
WITH_ETAG: dict[str, Any] = {
    "responses": {
        200: {
            "headers": {
                "ETag": {
                    "schema": {"type": "string"},
                    "description": gettext_noop("the revision, to be sent as `If-Match`"),
                }
            }
        }
    }
}
CREATED_WITH_ETAG: dict[str, Any] = {"responses": {201: WITH_ETAG["responses"][200]}, **IDEMPOTENT}
WITH_ETAG_ONCE: dict[str, Any] = {**WITH_ETAG, **IDEMPOTENT}


def require_if_match(if_match: str | None) -> None:
    """Raise PreconditionMissing (428) where an edit does not say what it has seen."""
    if if_match is None:
        raise PreconditionMissing


def call_if_matching(if_match: str | None, service: Any, *, request: HttpRequest, **values: Any) -> Any:
    """Call the service with the revision of `If-Match`; raise PreconditionFailed (412) if outdated.

    Of several it is called with one after the other, the lowest first, until one is the present revision: the
    service compares behind its own lock, undoes what it began, and revisions only grow.
    """
    outdated: RevisionMismatch | None = None
    for revision in _revisions(if_match):
        try:
            return service(actor=person(request), now=clock.now(), revision=revision, **values)
        except RevisionMismatch as error:
            outdated = error
    assert outdated is not None, "there is a revision to call the service with"
    raise PreconditionFailed(outdated) from outdated


def _revisions(if_match: str | None) -> list[int | None]:
    """Return the revisions of a list of ETags, in order: None for `*`; of foreign ones one that nothing has.

    A compressed response bears its ETag with the mark `W/`; the revision is the same.
    """
    if if_match is None or if_match.strip() == "*":
        return [None]
    texts = [quoted or bare for quoted, bare in _ETAG.findall(if_match)]
    return [*sorted({int(text) for text in texts if _is_number(text)})] or [_FOREIGN]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
