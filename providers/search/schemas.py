"""Instruments and their terms as the API gives them."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from ninja import Schema
from pydantic import Field, create_model

from instrument_share.web.api.fields import OrganizationRef, PublicId, organization_ref
from providers.terms.domain.rule_columns import RULE_COLUMNS, terms_to_columns
from providers.terms.domain.terms import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from providers.instruments.models import Instrument
    from providers.terms.domain.terms import Terms


class CategoryOut(Schema):
    code: str = Field(examples=["020102"])
    name_zh: str
    name_en: str


class InstrumentOut(Schema):
    """An instrument in a list."""

    id: PublicId = Field(examples=["INS-7K2M9QX4TB"])
    state: str = Field(examples=["published"])
    name_zh: str
    name_en: str
    category: CategoryOut | None
    model: str
    manufacturer: str
    organization: OrganizationRef
    district: str | None = Field(description="GB/T 2260 code")
    place_zh: str
    place_en: str
    next_free_at: datetime | None = Field(description="the first start at which the shortest booking fits")
    next_free_until: datetime | None


class InstrumentFoundOut(InstrumentOut):
    """An instrument that a search found."""

    price_from_yuan: Decimal | None = Field(
        description="the lowest for the kind of user asked for, or for who asks; null where it is on request"
    )
    price_from_unit: str | None = Field(examples=["hour"])


class PriceOut(Schema):
    """One public price; an empty kind or mode means any."""

    price_yuan: Decimal
    unit: str = Field(examples=["hour"])
    user_kind: str | None
    service_mode: str | None
    from_time: time | None = Field(description="Asia/Shanghai")
    until_time: time | None
    weekdays: list[int] = Field(description="0 Monday … 6 Sunday; empty for all")


class QuotaOut(Schema):
    """What one holder may book of the instrument in a span at most; null sets no limit."""

    holder: Literal["user", "organization"]
    span: Literal["day", "week", "month"]
    most_minutes: int | None
    most_bookings: int | None


COLUMNS_OF_RULE = tuple(column for column in RULE_COLUMNS if column.term != "holidays")
_FIELDS: dict[str, Any] = {
    column.name: (column.type, Field(description=column.description)) for column in COLUMNS_OF_RULE
}
ColumnsOfRule: Any = create_model("ColumnsOfRule", __base__=Schema, **_FIELDS)


class RuleOut(ColumnsOfRule):
    """A version of the open-service rule."""

    version: int
    applies_from: datetime
    quotas: list[QuotaOut]
    prices: list[PriceOut]


class InstrumentDetailOut(InstrumentOut):
    """Everything public about an instrument, with the rule in force and the versions that follow."""

    in_service_date: date | None
    specification_zh: str
    specification_en: str
    functions_zh: str
    functions_en: str
    services_zh: str
    services_en: str
    samples_zh: str
    samples_en: str
    user_requirement_zh: str
    fee_text_zh: str
    condition: str
    rule: RuleOut | None = Field(description="the version in force; null if there is none")
    coming_rules: list[RuleOut] = Field(description="published versions that apply later, by their start")


LISTED = ("state", "name_zh", "name_en", "model", "manufacturer", "place_zh", "place_en")
DETAILED = (
    "in_service_date",
    "specification_zh",
    "specification_en",
    "functions_zh",
    "functions_en",
    "services_zh",
    "services_en",
    "samples_zh",
    "samples_en",
    "user_requirement_zh",
    "fee_text_zh",
    "condition",
)


def instrument_found_out(instrument: "Instrument") -> InstrumentFoundOut:
    """For a row of `selectors.priced`."""
    return InstrumentFoundOut(
        **_listed(instrument),
        price_from_yuan=instrument.price_yuan,  # type: ignore[attr-defined]
        price_from_unit=instrument.price_unit or None,  # type: ignore[attr-defined]
    )


def instrument_detail_out(
    instrument: "Instrument", terms: "Terms | None", coming: "Iterable[Terms]"
) -> InstrumentDetailOut:
    return InstrumentDetailOut(
        **_listed(instrument),
        **{name: getattr(instrument, name) for name in DETAILED},
        rule=None if terms is None else rule_out(terms),
        coming_rules=[rule_out(one) for one in coming],
    )


def _listed(instrument: "Instrument") -> dict:
    """Reads `next_free_at` and `next_free_until` where the query has annotated them."""
    category, district = instrument.category, instrument.organization.district
    return {
        "id": instrument.public_id,
        **{name: getattr(instrument, name) for name in LISTED},
        "category": category and CategoryOut.from_orm(category),
        "organization": organization_ref(instrument.organization),
        "district": district and district.code,
        "next_free_at": getattr(instrument, "next_free_at", None),
        "next_free_until": getattr(instrument, "next_free_until", None),
    }


def rule_out(terms: "Terms") -> RuleOut:
    """Lengths of time in minutes, the horizon in days."""
    return RuleOut(
        **terms_to_columns(terms),
        version=terms.version,
        applies_from=terms.applies_from,
        quotas=[
            QuotaOut(
                holder=quota.holder.value,
                span=quota.span.value,
                most_minutes=None if quota.most_time is None else quota.most_time // MINUTE,
                most_bookings=quota.most_bookings,
            )
            for quota in terms.quotas
        ],
        prices=[PriceOut.from_orm(price) for price in terms.prices],
    )
