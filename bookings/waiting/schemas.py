"""Waits in the API."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from ninja import Schema
from pydantic import Field

from bookings.proposals.domain import LONGEST
from bookings.requests.domain.choices import Direction
from bookings.requests.schemas import (
    BookingOut,
    InstrumentRef,
    LateCancelYuan,
    PersonRef,
    Subject,
    serialize_booking,
    serialize_instrument_ref,
    serialize_person_ref,
)
from bookings.waiting.domain import WaitState
from bookings.waiting.selectors import get_conditions_of_offers, get_open_offer, get_wait_state
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    BodyIn,
    Instant,
    OrganizationRef,
    PublicId,
    Text200,
    organization_ref,
)
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookings.requests.domain.pricing import Conditions
    from bookings.waiting.models import WaitlistEntry

MOST_MINUTES = int(LONGEST.total_seconds()) // 60
Minutes = Annotated[int, Field(ge=5, le=MOST_MINUTES)]


class WaitIn(BodyIn):
    """For which instrument, between when and when, and for how long."""

    instrument: PublicId = Field(description=_("the instrument for which you wait"))
    earliest: Instant
    latest: Instant = Field(description=_("by when the use has to end; at most 31 days after `earliest`"))
    minutes: Minutes
    service_mode: ServiceMode
    payer_organization: PublicId | None = Field(
        None, description=_("the organization that pays; without it the person who waits does")
    )
    subject: Subject
    project: Text200 = ""
    organization_project: PublicId | None = Field(
        None, description=_("project of the organization that pays; without it none")
    )
    direction: Direction = Direction.RESEARCH


class OfferOut(Schema):
    """A time that is held; `POST /waiting/offers/{booking}/accept` books it."""

    booking: BookingOut = Field(description=_("the booking that holds the time"))
    answer_by: datetime = Field(description=_("until when it is held; then the next on the list is asked"))
    late_cancel_yuan: LateCancelYuan


class WaitOut(Schema):
    id: PublicId = Field(examples=["WTL-7K2M9QX4TB"])
    instrument: InstrumentRef
    user: PersonRef
    payer_organization: OrganizationRef | None
    earliest: datetime
    latest: datetime = Field(description=_("by when the use has to end"))
    minutes: int
    service_mode: ServiceMode
    subject: str
    state: WaitState = Field(
        description=_("`waiting`, or `offered` a time; ended as `booked`, `left` or `over`")
    )
    offer: OfferOut | None = Field(description=_("the time that is held for the answer; null: none is"))
    joined_at: datetime = Field(description=_("when the wait began; it decides the order of offers"))
    ended_at: datetime | None = Field(description=_("when the wait ended; null: it goes on"))


class WaitsPage(Schema):
    items: list[WaitOut]
    next_cursor: str | None


def serialize_waits(entries: "Sequence[WaitlistEntry]", now: datetime) -> list[WaitOut]:
    """Return waits that `waits` has returned."""
    conditions = get_conditions_of_offers(entries, now)
    return [_serialize_wait(one, conditions.get(one.pk)) for one in entries]


def _serialize_wait(entry: "WaitlistEntry", conditions: "Conditions | None") -> WaitOut:
    offer, payer = get_open_offer(entry), entry.payer_organization
    kept = ("earliest", "latest", "minutes", "service_mode", "subject", "joined_at", "ended_at")
    return WaitOut(
        id=entry.public_id,
        instrument=serialize_instrument_ref(entry.instrument),
        user=serialize_person_ref(entry.user),
        payer_organization=organization_ref(payer) if payer else None,
        state=get_wait_state(entry),
        offer=OfferOut(
            booking=serialize_booking(offer.booking),
            answer_by=offer.answer_by,
            late_cancel_yuan=conditions.cancel_yuan,
        )
        if offer and conditions
        else None,
        **{name: getattr(entry, name) for name in kept},
    )
