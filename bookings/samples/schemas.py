"""Sample orders in the API."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ninja import Schema
from pydantic import Field

from bookings.requests.domain.choices import Direction
from bookings.requests.schemas import (
    InstrumentRef,
    PersonRef,
    serialize_instrument_ref,
    serialize_person_ref,
)
from bookings.samples.domain.choices import Afterwards, SampleFileKind, SampleHazard, SampleStorage
from bookings.samples.domain.states import Progress, SampleOrderState
from bookings.samples.selectors import get_order_progress, order_files, order_samples
from bookings.samples.services.orders import LONGEST, MOST_SAMPLES, SampleFacts
from instrument_share.web.api.fields import OrganizationRef, PublicId, organization_ref

if TYPE_CHECKING:
    from bookings.samples.models import SampleOrder
    from instrument_share.accounts.selectors import Viewer


class SampleIn(Schema):
    """A sample as its owner describes it."""

    number: str = Field(max_length=LONGEST["number"], description="by which its owner knows it")
    name: str = Field(max_length=LONGEST["name"])
    tests: str = Field(max_length=LONGEST["tests"], description="what is wanted of it")
    storage: SampleStorage = SampleStorage.ROOM
    hazards: list[SampleHazard] = []

    def as_facts(self) -> SampleFacts:
        """Return the sample as the service takes it."""
        return SampleFacts(self.name, self.number, self.tests, self.storage, tuple(self.hazards))


class SampleOrderIn(Schema):
    instrument: PublicId
    payer_organization: PublicId | None = Field(None, description="null when you pay yourself")
    subject: str = Field(max_length=200, description="what is to be measured")
    project: str = Field("", max_length=200)
    direction: Direction = Direction.RESEARCH
    afterwards: Afterwards = Field(Afterwards.RETURN, description="what becomes of the samples")
    samples: list[SampleIn] = Field(max_length=MOST_SAMPLES)


class SampleOrderOut(Schema):
    """送样委托: samples that a person hands in for the unit to measure, at a price agreed before."""

    id: PublicId = Field(examples=["SMP-7K2M9QX4TB"])
    instrument: InstrumentRef
    user: PersonRef
    payer_organization: OrganizationRef | None
    payer_person: PersonRef | None
    state: SampleOrderState
    progress: Progress | None = Field(description="of the measuring, while the unit has the samples")
    due_at: datetime | None = Field(description="until when the next step is due")
    subject: str
    project: str
    direction: Direction
    afterwards: Afterwards
    submitted_at: datetime
    quoted_yuan: Decimal | None
    quoted_at: datetime | None
    report_days: int | None = Field(description="from the receipt to the report")
    accepted_at: datetime | None
    received_at: datetime | None
    booking: PublicId | None = Field(description="in which the samples are measured")
    reported_at: datetime | None
    ended_at: datetime | None


class SampleOut(Schema):
    number: str
    name: str
    tests: str
    storage: SampleStorage
    hazards: list[SampleHazard]


class SampleFileOut(Schema):
    kind: SampleFileKind
    name: str
    media_type: str
    size: int
    sha256: str


class SampleOrderWithSamplesOut(SampleOrderOut):
    samples: list[SampleOut]
    files: list[SampleFileOut] = Field(description="those that you may read")


class SampleOrdersPage(Schema):
    items: list[SampleOrderOut]
    next_cursor: str | None


_KEPT = (
    "state",
    "due_at",
    "subject",
    "project",
    "direction",
    "afterwards",
    "submitted_at",
    "quoted_yuan",
    "quoted_at",
    "report_days",
    "accepted_at",
    "received_at",
    "reported_at",
    "ended_at",
)


def serialize_order(order: "SampleOrder") -> dict[str, Any]:
    """Return an order of a selector without its samples."""
    payer, person = order.payer_organization, order.payer_person
    return {
        "id": order.public_id,
        "instrument": serialize_instrument_ref(order.instrument),
        "user": serialize_person_ref(order.user),
        "payer_organization": organization_ref(payer) if payer else None,
        "payer_person": serialize_person_ref(person) if person else None,
        "progress": get_order_progress(order),
        "booking": order.booking.public_id if order.booking else None,
        **{name: getattr(order, name) for name in _KEPT},
    }


def serialize_with_samples(viewer: "Viewer", order: "SampleOrder") -> SampleOrderWithSamplesOut:
    """Return an order with its samples, and the files that the viewer may read."""
    return SampleOrderWithSamplesOut(
        **serialize_order(order),
        samples=[SampleOut.from_orm(one) for one in order_samples(order)],
        files=[SampleFileOut.from_orm(one) for one in order_files(viewer, order)],
    )
