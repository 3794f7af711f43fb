"""The log in the API."""

from datetime import datetime
from typing import TYPE_CHECKING

from ninja import Schema
from pydantic import Field

from instrument_share.kernel.errors import gettext_noop as _

if TYPE_CHECKING:
    from instrument_share.transparency.models import Checkpoint


class CheckpointOut(Schema):
    """A day's checkpoint."""

    number: int = Field(examples=[1], description=_("1 for the first checkpoint of the log"))
    size: int = Field(description=_("how many leaves of the log it covers"), examples=[5120])
    root: str = Field(description=_("root hash of the log, in hexadecimal"))
    made_at: datetime
    note: str = Field(description=_("the text that was signed (C2SP tlog-checkpoint)"))


class CheckpointPage(Schema):
    items: list[CheckpointOut]
    next_cursor: str | None


class ConsistencyOut(Schema):
    """That one checkpoint's log continues another's (RFC 9162, 2.1.4)."""

    old: int = Field(description=_("leaves of the earlier checkpoint"))
    new: int = Field(description=_("leaves of the later checkpoint"))
    proof: list[str] = Field(description=_("hashes in hexadecimal, in the order in which they are used"))


def serialize_checkpoint(row: "Checkpoint") -> CheckpointOut:
    """Return a checkpoint for the API."""
    return CheckpointOut(number=row.number, size=row.size, root=row.root, made_at=row.made_at, note=row.note)
