"""What devices send, and what they are answered."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bookings.devices.domain import Event, EventKind
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import BodyIn, Instant, PublicId, Text200


class EventIn(BodyIn):
    """An event. A heartbeat has no number; every other event has the one after that of the event before."""

    kind: EventKind = Field(description=_("what happened at the instrument"))
    at: Instant = Field(description=_("when it happened, by the device's clock"))
    sequence: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = Field(
        None, description=_("number of the event, counted by the device without gaps; null for a heartbeat")
    )
    code: Text200 = Field("", description=_("the check-in code that the user shows or types"))
    person: PublicId | None = Field(
        None, description=_("the user's public id, instead of a code; null: by code")
    )
    detail: Text200 = Field("", description=_("what is broken, where the event is a fault"))

    @model_validator(mode="after")
    def _numbered(self) -> "EventIn":
        if (self.sequence is None) != (self.kind is EventKind.HEARTBEAT):
            raise PydanticCustomError("sequence_number", "every event but a heartbeat has a number")
        return self

    def to_event(self) -> Event:
        """Return the event."""
        return Event(
            kind=self.kind,
            at=self.at,
            sequence=self.sequence,
            code=self.code,
            person=self.person or "",
            detail=self.detail,
        )


class EventOut(Schema):
    """What became of an event. `may_start` is for the interlock; `code` says why not."""

    kind: EventKind = Field(description=_("kind of the event that is answered"))
    sequence: int | None = Field(
        None, description=_("number of the event that is answered; null for a heartbeat")
    )
    next_sequence: int = Field(description=_("the number of the event that is expected next"))
    recorded: bool = Field(description=_("whether what the event says was recorded"))
    may_start: bool = Field(False, description=_("whether the interlock may release the instrument"))
    code: str = Field(description=_("`ok`, or the stable code of the refusal"))
    detail: str = Field("", description=_("why not, in words; empty where nothing was refused"))
    booking: PublicId | None = Field(
        None, description=_("the booking that the event belongs to; null: to none")
    )
    ends_at: Instant | None = Field(None, description=_("until when that booking lasts; null without one"))
    log: PublicId | None = Field(None, description=_("the usage log that the event wrote; null: none"))


def serialize_answer(answer: Any) -> EventOut:
    """Return the answer to an event."""
    return EventOut(**answer)
