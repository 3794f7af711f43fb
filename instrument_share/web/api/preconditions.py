"""Revisions of what is edited, as ETags and `If-Match`."""

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
        max_length=40,
        description=gettext_noop("the ETag of what you last saw; refused if it was changed since"),
    ),
]
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
    """Call the service with the revision of `If-Match`; raise PreconditionFailed (412) if outdated."""
    try:
        return service(actor=person(request), now=clock.now(), revision=_revision(if_match), **values)
    except RevisionMismatch as error:
        raise PreconditionFailed(error) from error


def _revision(if_match: str | None) -> int | None:
    """Return the revision of an ETag: None for `*`, and for foreign ETags -1, which matches nothing.

    A compressed response bears its ETag with the mark `W/`; the revision is the same.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
