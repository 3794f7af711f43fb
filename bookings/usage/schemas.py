"""Usage logs in the API."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ninja import Schema
from pydantic import Field

from bookings.requests.schemas import (
    Count,
    InstrumentRef,
    PersonRef,
    QuoteLineOut,
    Seconds,
    serialize_instrument_ref,
    serialize_person_ref,
)
from instrument_share.web.api.fields import (
    Instant,
    OrganizationRef,
    PublicId,
    Text200,
    Text500,
    organization_ref,
)

if TYPE_CHECKING:
    from bookings.usage.models import UsageLog


class CheckOutIn(Schema):
    """When the use ended and how its time divides; measuring time defaults to what the other parts leave."""

    ends_at: Instant | None = Field(
        None, description="when it really ended; by default the booked end once it has passed, else now"
    )
    setup_seconds: Seconds = 0
    measuring_seconds: Seconds | None = None
    post_seconds: Seconds = 0
    idle_seconds: Seconds = 0
    content: Text200 = ""
    samples: Count | None = None
    results: Text500 = ""


class CorrectionOut(Schema):
    id: PublicId
    changes: dict[str, Any]
    reason: str
    recorded_at: datetime
    confirmed: bool = Field(description="only confirmed corrections count")


class UsageOut(Schema):
    """A usage log as it counts now: confirmed corrections applied."""

    id: PublicId = Field(examples=["LOG-7K2M9QX4TB"])
    instrument: InstrumentRef
    booking: PublicId | None
    user: PersonRef
    operator: PersonRef
    payer_organization: OrganizationRef | None
    starts_at: datetime
    ends_at: datetime
    setup_seconds: int
    measuring_seconds: int
    post_seconds: int
    idle_seconds: int
    effective_seconds: int
    service_mode: str
    direction: str
    purpose: str
    content: str
    project: str
    samples: int
    results: str
    external: bool
    amount_yuan: Decimal
    price: list[QuoteLineOut]
    capture: str
    confirmed: bool
    confirmed_automatically: bool = Field(
        description="by the clock: nobody confirmed or disputed the log in time"
    )
    corrections: list[CorrectionOut]
    number: int = Field(description="its place in the instrument's chain")
    hash: str


class UsagePage(Schema):
    items: list[UsageOut]
    next_cursor: str | None


class ConfirmIn(Schema):
    correction: PublicId | None = Field(None, description="confirm this correction, not the log itself")


def serialize_usage(log: "UsageLog", values: dict[str, Any], confirmed: bool) -> UsageOut:
    """Return the log as the API shows it; `values` come from `get_current_values`."""
    payer = log.payer_organization
    return UsageOut(
        id=log.public_id,
        instrument=serialize_instrument_ref(log.instrument),
        booking=log.booking.public_id if log.booking else None,
        user=serialize_person_ref(log.user),
        operator=serialize_person_ref(log.operator),
        payer_organization=organization_ref(payer) if payer else None,
        external=log.external,
        price=log.price,
        capture=log.capture,
        confirmed=confirmed,
        confirmed_automatically=log.is_confirmed_by_clock,  # type: ignore[attr-defined]
        corrections=[
            CorrectionOut(
                id=one.public_id,
                changes=one.changes,
                reason=one.reason,
                recorded_at=one.entry.recorded_at,
                confirmed=getattr(one, "confirmation", None) is not None,
            )
            for one in log.corrections.all()
        ],
        number=log.entry.number,
        hash=log.entry.hash,
        **values,
    )
