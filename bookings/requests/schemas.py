"""Bookings, free time and prices in the API."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from bookings.requests.domain.choices import Direction
from bookings.requests.selectors.searching import Order
from instrument_share.web.api.fields import (
    NO_NUL,
    Amount,
    Day,
    Instant,
    OrganizationRef,
    PublicId,
    Text200,
    Text500,
    organization_ref,
)
from providers.domain import ServiceMode, UserKind
from providers.public import InstrumentFoundOut

if TYPE_CHECKING:
    from bookings.requests.models import Booking

Seconds = Annotated[int, Field(ge=0, le=31_000_000)]
Count = Annotated[int, Field(ge=0, le=100_000)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class CorrectedOut(Schema):
    """A word that nothing has, and the one that was searched instead."""

    typed: str
    meant: str


class InstrumentsPage(Schema):
    items: list[InstrumentFoundOut]
    next_cursor: str | None = Field(
        description="for the next page; null on the last, and behind the 200 that fit best"
    )
    corrected: list[CorrectedOut] = Field(description="words of `q` that were taken as misspelt")
    left_out: list[str] = Field(description="words of `q` that nothing has; they narrow nothing")


class IntervalOut(Schema):
    """Half-open: the end is not part of it."""

    starts_at: datetime
    ends_at: datetime


class AvailabilityOut(Schema):
    """Open and free time; who holds the rest is nobody's business."""

    instrument: PublicId
    step_minutes: int | None = Field(
        description="starts and ends lie on it, counted from midnight in Shanghai"
    )
    open: list[IntervalOut]
    free: list[IntervalOut] = Field(
        description="what may be requested: lead time, step, lengths, quotas and pauses are taken off"
    )


class SearchIn(Schema):
    """What is asked of the catalogue; what is left out asks for nothing, and other parameters are refused."""

    q: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)] = Field(
        "",
        description="words or a sentence in Chinese or English, pinyin or its initials, models, numbers",
        examples=["质谱"],
    )
    category: Annotated[str, StringConstraints(max_length=6, pattern=NO_NUL)] = Field(
        "", description="a code of any level: 020000, 020100, 020102"
    )
    district: Annotated[str, StringConstraints(max_length=12, pattern=NO_NUL)] = Field(
        "", description="GB/T 2260 code"
    )
    unit: PublicId | None = Field(None, description="an owning unit")
    mode: ServiceMode | None = Field(None, description="a way of service that is offered")
    user_kind: UserKind | None = Field(None, description="who may book")
    price_at_most_yuan: Annotated[Amount, Field(ge=0, max_digits=10, decimal_places=2)] | None = Field(
        None, description="for an hour, for `user_kind`, or for who asks"
    )
    vouchers: bool = Field(False, description="only where innovation vouchers are accepted")
    day: Day | None = Field(
        None, description="a day of the city with some bookable start", examples=["2026-12-01"]
    )
    free_from: Instant | None = Field(None, description="with `free_until`: free for all of it")
    free_until: Instant | None = Field(None, description="at most 366 days after `free_from`")
    sort: Order | None = Field(
        None, description="`relevance` where there are words, `name` where there are none"
    )
    cursor: Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)] | None = Field(
        None, description="`next_cursor` of the page before; none for the first"
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(50, description="rows on a page")


class SpanIn(Schema):
    from_: Instant = Field(alias="from", examples=["2026-12-01T00:00:00Z"])
    until: Instant = Field(description="at most 62 days after `from`", examples=["2026-12-08T00:00:00Z"])


class RequestIn(Schema):
    """What is asked for."""

    starts_at: Instant = Field(examples=["2026-12-01T01:00:00Z"])
    ends_at: Instant = Field(
        description="at most 366 days after `starts_at`", examples=["2026-12-01T03:00:00Z"]
    )
    service_mode: ServiceMode
    payer_organization: PublicId | None = Field(
        None, description="who pays; without it the person who books does", examples=["ORG-7K2M9QX4TB"]
    )
    samples: Count = 0


class QuoteLineOut(Schema):
    unit: str = Field(description="hour, sample, use, or minimum for what is added to reach it")
    price_yuan: Decimal
    quantity: str = Field(examples=["2.5"])
    amount_yuan: Decimal = Field(
        description="rounded for reading; the total is rounded once, from exact lines"
    )


class PartOut(Schema):
    code: str
    detail: str
    field: str | None


class LinkedQuoteOut(Schema):
    instrument: PublicId
    total_yuan: Decimal


class QuoteOut(Schema):
    """The price, and what would stand against a booking now (nothing for an empty list)."""

    lines: list[QuoteLineOut]
    total_yuan: Decimal
    linked: list[LinkedQuoteOut] = Field(description="instruments that are booked with it, for the same time")
    group_total_yuan: Decimal = Field(description="of the instrument and of those booked with it")
    problems: list[PartOut]


class BookingIn(RequestIn):
    instrument: PublicId = Field(examples=["INS-7K2M9QX4TB"])
    subject: Subject = Field(description="what is to be measured")
    project: Text200 = Field("", description="in words, where it is none of an organization")
    organization_project: PublicId | None = Field(
        None, description="of the organization that pays", examples=["PRJ-7K2M9QX4TB"]
    )
    direction: Direction = Direction.RESEARCH


class MoveIn(Schema):
    starts_at: Instant
    ends_at: Instant


class NoteIn(Schema):
    note: Text500 = ""


class ReasonIn(Schema):
    reason: Text500 = Field("", description="needed from the unit's side; the user reads it")


class InstrumentRef(Schema):
    id: PublicId
    name_zh: str
    name_en: str


class PersonRef(Schema):
    id: PublicId
    name: str


class BookingOut(Schema):
    id: PublicId = Field(examples=["BKG-7K2M9QX4TB"])
    state: str = Field(examples=["approved"])
    instrument: InstrumentRef
    user: PersonRef
    payer_organization: OrganizationRef | None = Field(description="null: the user pays")
    starts_at: datetime
    ends_at: datetime
    user_kind: str
    service_mode: str
    subject: str
    project: str
    organization_project: PublicId | None = Field(description="whose budget the booking counts towards")
    direction: str
    samples: int
    quote: list[QuoteLineOut]
    quoted_yuan: Decimal
    charged_yuan: Decimal | None = Field(description="what a late cancel or a no-show costs")
    requested_at: datetime
    decide_by: datetime | None
    decided_at: datetime | None
    decision_note: str
    late_cancel: bool
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    revision: int = Field(description="also the ETag")


class BookingsPage(Schema):
    items: list[BookingOut]
    next_cursor: str | None


BOOKING_FIELDS = (
    "state",
    "starts_at",
    "ends_at",
    "user_kind",
    "service_mode",
    "subject",
    "project",
    "direction",
    "samples",
    "quote",
    "quoted_yuan",
    "charged_yuan",
    "requested_at",
    "decide_by",
    "decided_at",
    "decision_note",
    "late_cancel",
    "checked_in_at",
    "checked_out_at",
    "revision",
)


def serialize_booking(booking: "Booking") -> BookingOut:
    """Return the booking as the API shows it."""
    payer, project = booking.payer_organization, booking.organization_project
    return BookingOut(
        id=booking.public_id,
        instrument=serialize_instrument_ref(booking.instrument),
        user=serialize_person_ref(booking.user),
        payer_organization=organization_ref(payer) if payer else None,
        organization_project=project.public_id if project else None,
        **{name: getattr(booking, name) for name in BOOKING_FIELDS},
    )


def serialize_instrument_ref(instrument: Any) -> InstrumentRef:
    """Return the instrument's public id and names."""
    return InstrumentRef(id=instrument.public_id, name_zh=instrument.name_zh, name_en=instrument.name_en)


def serialize_person_ref(person: Any) -> PersonRef:
    """Return the person's public id and name."""
    return PersonRef(id=person.public_id, name=person.name)
