"""Series, baskets and extensions in the API."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from ninja import Schema
from pydantic import Field

from bookings.groups.domain import FEWEST_DATES, LONGEST_PAUSE, MOST_DATES, MOST_ITEMS, Scope
from bookings.requests.schemas import (
    BookingIn,
    BookingOut,
    DecideBy,
    LateCancelYuan,
    MoveIn,
    PartOut,
    ReasonIn,
    serialize_booking,
)
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import BodyIn, Instant, PublicId
from instrument_share.web.responses.problem import problems_told

if TYPE_CHECKING:
    from bookings.groups.selectors.together import Checked
    from bookings.groups.services.together import SeriesBooked
    from instrument_share.kernel.errors import Problem


class ExtendIn(BodyIn):
    ends_at: Instant = Field(description=_("the new end, later than the booked one and than now"))


class HandOverIn(BodyIn):
    colleague: PublicId = Field(
        description=_("who comes instead, of the `colleagues` to whom the booking may be handed over"),
        examples=["USR-7K2M9QX4TB"],
    )


class ColleagueOut(Schema):
    id: PublicId
    name: str = Field(
        description=_("name of the person; where several share it, with what tells them apart in brackets")
    )


class HandOverOptionsOut(Schema):
    """To whom a booking may be handed over, and until when."""

    possible_until: datetime | None = Field(
        description=_("until when the booking may be handed over; null: not now, `problems` say why")
    )
    decided_again: bool = Field(description=_("whether the keeper decides again, since another person comes"))
    colleagues: list[ColleagueOut] = Field(
        description=_("the other people of the organization that pays, by name")
    )
    problems: list[PartOut] = Field(
        description=_("why nobody may have the booking; empty: it can be handed over"), examples=[[]]
    )


class SeriesIn(BookingIn):
    """The first date, and how it is repeated."""

    every_weeks: Annotated[int, Field(ge=1, le=LONGEST_PAUSE)] = Field(
        1, description=_("weeks from one date to the next")
    )
    count: Annotated[int, Field(ge=FEWEST_DATES, le=MOST_DATES)] = Field(
        description=_("how many dates, with the first")
    )


class BasketIn(BodyIn):
    """Requests that are booked together or not at all."""

    items: Annotated[list[BookingIn], Field(min_length=1, max_length=MOST_ITEMS)] = Field(
        description=_("the requests, in the order in which they are checked")
    )


class CheckedOut(Schema):
    """One request, as it would be once those before it are booked."""

    instrument: PublicId
    starts_at: datetime
    ends_at: datetime
    total_yuan: Decimal = Field(description=_("price in yuan, with what is booked together with it"))
    late_cancel_yuan: LateCancelYuan
    decide_by: DecideBy
    problems: list[PartOut] = Field(description=_("what stands against it; empty: it can be booked"))


class ChecksOut(Schema):
    items: list[CheckedOut] = Field(description=_("one for each request, in their order"))


class RefusedOut(Schema):
    starts_at: datetime
    ends_at: datetime
    problems: list[PartOut] = Field(description=_("what stands against this date"))


class GroupOut(Schema):
    """What was booked together."""

    id: PublicId
    booked: list[BookingOut] = Field(
        description=_(
            "bookings that were made, one for each request; those of linked instruments are left out"
        )
    )
    refused: list[RefusedOut] = Field(description=_("dates of a series that can't be booked, and why"))


class BookingsOut(Schema):
    items: list[BookingOut] = Field(description=_("the bookings that were made or changed"))


class SeriesMoveIn(MoveIn):
    scope: Scope = Field(description=_("which other dates of the series move with this one"))


class SeriesCancelIn(ReasonIn):
    scope: Scope = Field(description=_("which other dates of the series are cancelled with this one"))


def serialize_problems(problems: "Sequence[Problem]") -> list[PartOut]:
    """Return problems in the reader's language."""
    return [PartOut(code=one.code, detail=one.detail, field=one.field) for one in problems_told(problems)]


def serialize_checks(checked: "Sequence[Checked]") -> ChecksOut:
    """Return what the API says of requests that were checked together."""
    return ChecksOut(
        items=[
            CheckedOut(
                instrument=one.wanted.instrument.public_id,
                starts_at=one.wanted.interval.start,
                ends_at=one.wanted.interval.end,
                total_yuan=one.total_yuan,
                late_cancel_yuan=one.cancel_yuan,
                decide_by=one.decide_by,
                problems=serialize_problems(one.problems),
            )
            for one in checked
        ]
    )


def serialize_series(made: "SeriesBooked") -> GroupOut:
    """Return what became of the dates of a series."""
    return GroupOut(
        id=made.group.public_id,
        booked=[serialize_booking(one) for one in made.booked],
        refused=[
            RefusedOut(
                starts_at=wanted.interval.start,
                ends_at=wanted.interval.end,
                problems=serialize_problems(problems),
            )
            for wanted, problems in made.refused
        ],
    )
