"""Bookings, free time and prices in the API."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from bookings.requests.domain.admission import MAX_SAMPLES
from bookings.requests.domain.choices import BookingGroupKind, Direction
from bookings.requests.domain.states import CANCELLABLE_STATES, BookingState
from bookings.requests.selectors.searching import Order
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    NO_NUL,
    Amount,
    BodyIn,
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
Count = Annotated[int, Field(ge=0, le=MAX_SAMPLES)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class CorrectedOut(Schema):
    """A word that nothing has, and the one that was searched instead."""

    typed: str = Field(description=_("the word as it was typed"))
    meant: str = Field(description=_("the word that was searched instead"))


class InstrumentsPage(Schema):
    items: list[InstrumentFoundOut] = Field(description=_("instruments, best first by `sort`"))
    next_cursor: str | None = Field(
        description=_("`cursor` of the next page; null on the last, and behind the 200 that fit best")
    )
    corrected: list[CorrectedOut] = Field(description=_("words of `q` that were taken as misspelt"))
    left_out: list[str] = Field(
        description=_("words of `q` that nothing matches; they do not narrow the search")
    )


class IntervalOut(Schema):
    """Half-open: the end is not part of it."""

    starts_at: datetime
    ends_at: datetime


class ClosedOut(Schema):
    """The whole time of a closure, and its reason."""

    starts_at: datetime
    ends_at: datetime
    reason_zh: str = Field(description=_("why, in Chinese"), examples=["更换灯丝"])
    reason_en: str = Field(
        description=_("why, in English; empty where none was given"), examples=["Filament change"]
    )


class AvailabilityOut(Schema):
    """Open, closed and free time; who holds the rest is not disclosed."""

    instrument: PublicId
    step_minutes: int | None = Field(
        description=_(
            "starts and ends lie on multiples of it, counted from midnight in Shanghai; null: no rule is "
            "in force"
        )
    )
    open: list[IntervalOut] = Field(description=_("open windows of the rule, without closures"))
    closed: list[ClosedOut] = Field(description=_("closures that overlap this time, by start"))
    free: list[IntervalOut] = Field(
        description=_("times that you may request: lead time, step, lengths, quotas and pauses are taken off")
    )


class SearchIn(Schema):
    """What is asked of the catalogue; what is left out asks for nothing, and other parameters are refused."""

    q: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)] = Field(
        "",
        description=_("words or a sentence in Chinese or English, pinyin or its initials, models, numbers"),
        examples=["质谱"],
    )
    category: Annotated[str, StringConstraints(max_length=6, pattern=NO_NUL)] = Field(
        "", description=_("category of any level, by its code: 020000, 020100, 020102")
    )
    district: Annotated[str, StringConstraints(max_length=12, pattern=NO_NUL)] = Field(
        "", description=_("only units of this district: GB/T 2260 code")
    )
    unit: PublicId | None = Field(None, description=_("only instruments of this unit"))
    mode: ServiceMode | None = Field(None, description=_("only where this way of service is offered"))
    user_kind: UserKind | None = Field(None, description=_("only where this kind of user may book"))
    price_at_most_yuan: Annotated[Amount, Field(ge=0, max_digits=10, decimal_places=2)] | None = Field(
        None, description=_("at most so many yuan for an hour, for `user_kind`, or for who asks")
    )
    vouchers: bool = Field(False, description=_("only where innovation vouchers are accepted"))
    day: Day | None = Field(
        None, description=_("only with some bookable start on this day of the city"), examples=["2026-12-01"]
    )
    free_from: Instant | None = Field(
        None, description=_("start of a time that has to be free throughout, with `free_until`")
    )
    free_until: Instant | None = Field(
        None, description=_("end of that time; at most 366 days after `free_from`")
    )
    sort: Order | None = Field(
        None,
        description=_("order; by default `relevance` where there are words, `name` where there are none"),
    )
    cursor: Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)] | None = Field(
        None, description=_("`next_cursor` of the page before; none for the first")
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(50, description=_("rows on a page"))


class SpanIn(Schema):
    from_: Instant = Field(
        alias="from",
        examples=["2026-12-01T00:00:00Z"],
        description=_("the first instant that is asked about"),
    )
    until: Instant = Field(
        description=_("end of the time that is asked about; at most 62 days after `from`"),
        examples=["2026-12-08T00:00:00Z"],
    )


class RequestIn(Schema):
    """What is asked for."""

    starts_at: Instant = Field(examples=["2026-12-01T01:00:00Z"], description=_("start of the use"))
    ends_at: Instant = Field(
        description=_("end of the use; at most 366 days after `starts_at`"), examples=["2026-12-01T03:00:00Z"]
    )
    service_mode: ServiceMode
    payer_organization: PublicId | None = Field(
        None,
        description=_("the organization that pays; without it the person who books does"),
        examples=["ORG-7K2M9QX4TB"],
    )
    organization_project: PublicId | None = Field(
        None,
        description=_("project of the organization that pays; without it none"),
        examples=["PRJ-7K2M9QX4TB"],
    )
    samples: Count = 0


class QuoteLineOut(Schema):
    unit: Literal["hour", "sample", "use", "minimum"] = Field(
        description=_("what is priced: `hour`, `sample`, `use`, or `minimum` for what is added to reach it")
    )
    price_yuan: Decimal = Field(description=_("price of one unit, in yuan"))
    quantity: str = Field(examples=["2.5"], description=_("how many units, as text"))
    amount_yuan: Decimal = Field(
        description=_(
            "price × quantity in yuan, rounded for reading; the total is rounded once, from exact lines"
        )
    )


class PartOut(Schema):
    code: str
    detail: str
    field: str | None = Field(description=_("the input that it belongs to; null: to none alone"))


class LinkedQuoteOut(Schema):
    instrument: PublicId
    total_yuan: Decimal = Field(description=_("its price in yuan, for the same time"))


LateCancelYuan = Annotated[
    Decimal | None,
    Field(
        description=_(
            "it starts too soon to be cancelled free of charge: what that costs at most once it is approved, "
            "in yuan, with what is booked together with it; null: it is free until the deadline"
        ),
        examples=["100.00"],
    ),
]


DecideBy = Annotated[
    datetime | None,
    Field(description=_("until when the keeper decides, of several the first; null: approved at once")),
]


class QuoteOut(Schema):
    """The price, and what would stand against a booking now (nothing for an empty list)."""

    lines: list[QuoteLineOut] = Field(description=_("the price, line by line"))
    total_yuan: Decimal = Field(description=_("price of the instrument alone, in yuan"))
    linked: list[LinkedQuoteOut] = Field(
        description=_("instruments that are booked with it, for the same time")
    )
    group_total_yuan: Decimal = Field(
        description=_("price of the instrument and of those booked with it, in yuan")
    )
    late_cancel_yuan: LateCancelYuan
    decide_by: DecideBy
    problems: list[PartOut] | None = Field(
        description=_(
            "what would stand against a booking now; empty: it could be booked; null: not checked, because "
            "nobody is logged in"
        )
    )


class BookingIn(RequestIn):
    model_config = BodyIn.model_config

    instrument: PublicId = Field(examples=["INS-7K2M9QX4TB"])
    subject: Subject
    project: Text200 = Field(
        "", description=_("the project in your own words, where it is none of an organization")
    )
    direction: Direction = Direction.RESEARCH


class MoveIn(BodyIn):
    starts_at: Instant = Field(description=_("the new start"))
    ends_at: Instant = Field(description=_("the new end"))


class NoteIn(BodyIn):
    note: Text500 = Field("", description=_("a message to the user"))


class ReasonIn(BodyIn):
    reason: Text500 = Field("", description=_("why; needed from the unit's side, and the user reads it"))


class CancelCostOut(Schema):
    free_until: datetime = Field(description=_("until when cancelling is free of charge"))
    charge_yuan: Decimal | None = Field(
        description=_(
            "it is late: what cancelling costs at most, in yuan, less where somebody takes the time, and it "
            "counts on the user's credit; null: it is free of charge"
        ),
        examples=["100.00"],
    )


class InstrumentRef(Schema):
    id: PublicId
    name_zh: str
    name_en: str


class PersonRef(Schema):
    id: PublicId
    name: str = Field(description=_("name of the person"))


class BookingGroupRef(Schema):
    id: PublicId
    kind: BookingGroupKind = Field(description=_("how it was booked"))


class BookingOut(Schema):
    id: PublicId = Field(examples=["BKG-7K2M9QX4TB"])
    group: BookingGroupRef = Field(description=_("what was booked together has the same"))
    state: BookingState = Field(
        examples=["approved"],
        description=_(
            "`requested` waits for a keeper, `offered` for the answer of who waited; then `approved`, "
            "`in_use`, `completed`; or ended as `rejected`, `cancelled`, `lapsed`, `no_show`. What is "
            "`approved` still ends where a booking of a linked instrument in its `group` that is "
            "`requested` is not approved by its `decide_by`"
        ),
    )
    instrument: InstrumentRef
    user: PersonRef
    payer_organization: OrganizationRef | None
    starts_at: datetime
    ends_at: datetime
    user_kind: UserKind = Field(
        description=_("kind of user as the unit sees it; decides whether they may book, and at which price")
    )
    service_mode: ServiceMode
    subject: str
    project: str
    organization_project: PublicId | None = Field(
        description=_("the project whose budget the booking counts towards; null: none")
    )
    direction: Direction
    samples: int
    quote: list[QuoteLineOut] = Field(
        description=_("the price line by line, frozen when it was booked or moved")
    )
    quoted_yuan: Decimal = Field(description=_("the price that was quoted, in yuan"))
    charged_yuan: Decimal | None = Field(
        description=_("what a late cancellation or a no-show costs, in yuan; null: neither happened")
    )
    requested_at: datetime = Field(description=_("when it was booked"))
    decide_by: datetime | None = Field(
        description=_("until when a keeper decides, or was to, before it lapses; null: decided at once")
    )
    decided_at: datetime | None = Field(
        description=_("when it was approved or rejected by a person; null: by none")
    )
    decision_note: str = Field(
        description=_("what the keeper or whoever cancelled says of it; empty: nothing")
    )
    moved_by_unit_at: datetime | None = Field(
        description=_(
            "when the unit moved it to a time to which its user has still to agree, and may cancel it free "
            "of charge; null: nothing waits for the user"
        )
    )
    late_cancel: bool = Field(description=_("whether it was cancelled after the free deadline"))
    checked_in_at: datetime | None = Field(
        description=_("when the user came, also where a no-show was taken back for it; null: not yet")
    )
    checked_out_at: datetime | None = Field(description=_("when the use ended; null: not yet"))
    revision: int = Field(description=_("grows with each change; also the ETag"))


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
        group=BookingGroupRef(id=booking.group.public_id, kind=BookingGroupKind(booking.group.kind)),
        instrument=serialize_instrument_ref(booking.instrument),
        user=serialize_person_ref(booking.user),
        payer_organization=organization_ref(payer) if payer else None,
        organization_project=project.public_id if project else None,
        moved_by_unit_at=booking.moved_by_unit_at if booking.state in CANCELLABLE_STATES else None,
        **{name: getattr(booking, name) for name in BOOKING_FIELDS},
    )


def serialize_instrument_ref(instrument: Any) -> InstrumentRef:
    """Return the instrument's public id and names."""
    return InstrumentRef(id=instrument.public_id, name_zh=instrument.name_zh, name_en=instrument.name_en)


def serialize_person_ref(person: Any) -> PersonRef:
    """Return the person's public id and name."""
    return PersonRef(id=person.public_id, name=person.name)
