"""Types of fields in requests and answers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from instrument_share.kernel.errors import Invalid
from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.params import MAX_INTERVAL, interval_problem


def _in_living_memory(day: date) -> date:
    if not 2000 <= day.year < 2100:
        raise PydanticCustomError("year_out_of_range", "choose a year from 2000 to 2099")
    return day


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _written_out(amount: Any) -> Any:
    if isinstance(amount, int | float):
        raise PydanticCustomError("amount_type", "send the amount as text")
    return amount


Amount = Annotated[
    Decimal, BeforeValidator(_written_out), WithJsonSchema({"type": "string", "examples": ["200.00"]})
]
"""Yuan, as text: a number of JSON may not hold it exactly."""
Day = Annotated[date, AfterValidator(_in_living_memory)]
"""A day of the city's calendar, from 2000 to 2099."""
Instant = Annotated[AwareDatetime, AfterValidator(_in_living_memory), AfterValidator(_in_utc)]
"""RFC 3339 with an offset, from 2000 to 2099; answered in UTC."""

NO_NUL = r"^[^\x00]*$"
Text100 = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]
Text200 = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
Text500 = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
PublicId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9A-HJKMNP-TV-Z]{10}$")]


class BodyIn(Schema):
    model_config = ConfigDict(extra="forbid")
    """Of what is sent to change something: a name that it does not know is refused, it may be misspelt."""


class OrganizationRef(Schema):
    """A body, by its public id and names."""

    id: PublicId
    name_zh: str
    name_en: str


def organization_ref(organization: Any) -> OrganizationRef:
    return OrganizationRef(
        id=organization.public_id, name_zh=organization.name_zh, name_en=organization.name_en
    )


def require_interval(
    starts_at: datetime, ends_at: datetime, *, longest: timedelta = MAX_INTERVAL, field: str = "ends_at"
) -> Interval:
    """The half-open interval, or Invalid with the problem at the `field` of its end."""
    if found := interval_problem(starts_at, ends_at, longest):
        raise Invalid(problems=[replace(found, field=field)])
    return Interval(starts_at, ends_at)
