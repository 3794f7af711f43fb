"""The public log for programs."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from instrument_share.kernel.errors import gettext_noop
from instrument_share.transparency.schemas import (
    CheckpointPage,
    ConsistencyOut,
    serialize_checkpoint,
)
from instrument_share.transparency.selectors.checkpoints import checkpoints, prove_growth
from instrument_share.web.api.auth import EVERYBODY
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page

router = Router(tags=["log"], auth=EVERYBODY)
Size = Annotated[
    int, Query(ge=0, le=2**63 - 1, description=gettext_noop("leaves of a checkpoint, as its `size`"))
]


@router.get(
    "/checkpoints",
    response={200: CheckpointPage, **error_responses()},
    operation_id="log_checkpoints",
    summary=gettext_noop("Checkpoints of the public log"),
)
def log_checkpoints(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> CheckpointPage:  # noqa: ARG001
    """The newest first."""
    rows = page(checkpoints(), ordering=("-number",), cursor=cursor, limit=limit)
    return CheckpointPage(
        items=[serialize_checkpoint(row) for row in rows.items], next_cursor=rows.next_cursor
    )


@router.get(
    "/consistency",
    response={200: ConsistencyOut, **error_responses(404, 409)},
    operation_id="log_consistency",
    summary=gettext_noop("The proof that the log only grew"),
)
def log_consistency(request: HttpRequest, old: Size, new: Size) -> ConsistencyOut:  # noqa: ARG001
    """Between two checkpoints, named by their sizes."""
    return ConsistencyOut(old=old, new=new, proof=[one.hex() for one in prove_growth(old, new)])
