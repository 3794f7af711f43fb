"""Sample orders in the API."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
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
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    NO_NUL,
    BodyIn,
    OrganizationRef,
    PublicId,
    Text200,
    organization_ref,
)

if TYPE_CHECKING:
    from bookings.samples.models import SampleFile, SampleOrder
    from instrument_share.accounts.selectors import Viewer


class SampleIn(BodyIn):
    """A sample as its owner describes it."""

    number: str = Field(
        max_length=LONGEST["number"], pattern=NO_NUL, description=_("the owner's own number for it")
    )
    name: str = Field(max_length=LONGEST["name"], pattern=NO_NUL, description=_("what the sample is"))
    tests: str = Field(max_length=LONGEST["tests"], pattern=NO_NUL, description=_("the measurement wanted"))
    storage: SampleStorage = SampleStorage.ROOM
    hazards: list[SampleHazard] = []

    def as_facts(self) -> SampleFacts:
        """Return the sample as the service takes it."""
        return SampleFacts(self.name, self.number, self.tests, self.storage, tuple(self.hazards))


class SampleOrderIn(BodyIn):
    instrument: PublicId
    payer_organization: PublicId | None = Field(
        None, description=_("the organization that pays; null: you pay yourself")
    )
    subject: Text200
    project: Text200 = ""
    direction: Direction = Direction.RESEARCH
    afterwards: Afterwards = Field(Afterwards.RETURN, description=_("what becomes of the samples"))
    samples: list[SampleIn] = Field(max_length=MOST_SAMPLES, description=_("the samples, one by one"))


class SampleOrderOut(Schema):
    """Samples that a person hands in for the unit to measure, at a price agreed before."""

    id: PublicId = Field(examples=["SMP-7K2M9QX4TB"])
    instrument: InstrumentRef
    user: PersonRef
    payer_organization: OrganizationRef | None
    payer_person: PersonRef | None
    state: SampleOrderState = Field(
        description=_(
            "which step comes next: `submitted` waits for a quote, `quoted` for its acceptance, "
            "`accepted` for the samples, `received` for the report, `reported` for their return; ended "
            "as `closed`, `rejected`, `cancelled` or `lapsed`"
        )
    )
    progress: Progress | None = Field(
        description=_("state of the measurement; null: the unit does not have the samples")
    )
    due_at: datetime | None = Field(
        description=_(
            "until when the next step is due; null: no step has a deadline now, as before the samples came "
            "while the instrument is out of service or the paying organization is suspended"
        )
    )
    subject: str
    project: str
    direction: Direction
    afterwards: Afterwards = Field(description=_("what becomes of the samples"))
    submitted_at: datetime
    quoted_yuan: Decimal | None = Field(
        description=_("the price that the unit quoted, in yuan; null: none yet")
    )
    quoted_at: datetime | None = Field(description=_("when it was quoted; null: not yet"))
    report_days: int | None = Field(
        description=_("days from the receipt of the samples to the report; null: not quoted yet")
    )
    quote_note: str = Field(description=_("what the unit says with the price; empty: nothing"))
    accepted_at: datetime | None = Field(description=_("when the user accepted the quote; null: not yet"))
    received_at: datetime | None = Field(description=_("when the unit received the samples; null: not yet"))
    booking: PublicId | None = Field(
        description=_("the booking in which the samples are measured; null: no time is planned")
    )
    reported_at: datetime | None = Field(description=_("when the report was given; null: not yet"))
    report_note: str = Field(description=_("what the unit says with the report; empty: nothing"))
    ended_at: datetime | None = Field(description=_("when the order ended; null: it goes on"))
    end_note: str = Field(description=_("why it ended, or who took the samples; empty: nothing is said"))


class SampleOut(Schema):
    number: str = Field(description=_("the owner's own number for it"))
    name: str = Field(description=_("what the sample is"))
    tests: str = Field(description=_("the measurement wanted"))
    storage: SampleStorage
    hazards: list[SampleHazard]


class SampleFileOut(Schema):
    kind: SampleFileKind = Field(description=_("what the file is: a photo or a report"))
    name: str = Field(description=_("name of the file, as it was sent"))
    media_type: str = Field(description=_("media type of the file"))
    size: int = Field(description=_("size in bytes"))
    sha256: str = Field(description=_("SHA-256 of the file, in hexadecimal"))
    address: str = Field(
        description=_("where somebody who is logged in to the pages, and may read the file, saves it")
    )


class SampleOrderWithSamplesOut(SampleOrderOut):
    samples: list[SampleOut] = Field(description=_("the samples, in the order in which they were stated"))
    files: list[SampleFileOut] = Field(description=_("photos and reports that you may read"))


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
    "quote_note",
    "report_days",
    "accepted_at",
    "received_at",
    "reported_at",
    "report_note",
    "ended_at",
    "end_note",
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
        files=[_serialize_file(order, one) for one in order_files(viewer, order)],
    )


def _serialize_file(order: "SampleOrder", file: "SampleFile") -> SampleFileOut:
    told = {name: getattr(file, name) for name in ("name", "media_type", "size", "sha256")}
    path = reverse("sample_file", args=[order.public_id, file.sha256])
    return SampleFileOut(kind=SampleFileKind(file.kind), address=f"{settings.SITE_URL}{path}", **told)
