"""Instruments and their terms as the API gives them."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from ninja import Schema
from pydantic import Field, create_model

from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import OrganizationRef, PublicId, organization_ref
from providers.instruments.domain.choices import Condition, InstrumentState
from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.rule_columns import RULE_COLUMNS, terms_to_columns
from providers.terms.domain.terms import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from providers.instruments.models import Instrument
    from providers.terms.domain.terms import Terms


class CategoryOut(Schema):
    code: str = Field(
        examples=["020102"],
        description=_("code of the national table, of two, four or six digits with zeros behind"),
    )
    name_zh: str
    name_en: str


class InstrumentOut(Schema):
    """An instrument in a list."""

    id: PublicId = Field(examples=["INS-7K2M9QX4TB"])
    state: InstrumentState = Field(
        examples=["published"],
        description=_("`published`; `suspended` can't be booked for now, `retired` never again"),
    )
    name_zh: str
    name_en: str
    category: CategoryOut | None = Field(
        description=_("category of the national table; null: none is assigned")
    )
    model: str = Field(description=_("model, as the manufacturer calls it"))
    manufacturer: str = Field(description=_("name of the manufacturer"))
    organization: OrganizationRef = Field(description=_("the unit that owns it"))
    district: str | None = Field(description=_("GB/T 2260 code of the unit's district; null: not given"))
    place_zh: str = Field(description=_("where it stands, in Chinese"))
    place_en: str = Field(description=_("where it stands, in English; empty where none was given"))
    next_free_at: datetime | None = Field(
        description=_("the first start at which the shortest booking fits; null: none is known")
    )
    next_free_until: datetime | None = Field(
        description=_("until when that time is free; null with `next_free_at`")
    )


class InstrumentFoundOut(InstrumentOut):
    """An instrument that a search found."""

    price_from_yuan: Decimal | None = Field(
        description=_(
            "the lowest price in yuan at the time asked for, for the kind of user asked for, or for who "
            "asks; null: on request"
        )
    )
    price_from_unit: PriceUnit | None = Field(
        examples=["hour"],
        description=_("what that price is for: an hour, a sample or a use; null: on request"),
    )


class PriceOut(Schema):
    """One public price; an empty kind or mode means any."""

    price_yuan: Decimal = Field(description=_("price of one unit, in yuan"))
    unit: PriceUnit = Field(
        examples=["hour"], description=_("what it is paid for: an hour, a sample or a use")
    )
    user_kind: UserKind | None = Field(description=_("the kind of user who pays it; null: any"))
    service_mode: ServiceMode | None = Field(description=_("the way of service that it is for; null: any"))
    from_time: time | None = Field(description=_("from which time of day, in Asia/Shanghai; null: all day"))
    until_time: time | None = Field(description=_("until which time of day, in Asia/Shanghai; null: all day"))
    weekdays: list[int] = Field(description=_("days of the week, 0 Monday … 6 Sunday; empty: every day"))


class QuotaOut(Schema):
    """What one holder may book of the instrument in a span at most; null sets no limit."""

    holder: Literal["user", "organization"] = Field(
        description=_("whose bookings are counted: a user's or an organization's together")
    )
    span: Literal["day", "week", "month"] = Field(description=_("in which span they are counted"))
    most_minutes: int | None = Field(description=_("minutes that may be booked at most; null: no limit"))
    most_bookings: int | None = Field(description=_("bookings that may be made at most; null: no limit"))


COLUMNS_OF_RULE = tuple(column for column in RULE_COLUMNS if column.term != "holidays")
_FIELDS: dict[str, Any] = {
    column.name: (column.type, Field(description=column.description)) for column in COLUMNS_OF_RULE
}
RuleColumnsOut: Any = create_model("RuleColumnsOut", __base__=Schema, **_FIELDS)


class RuleOut(RuleColumnsOut):
    """A version of the open-service rule."""

    version: int = Field(description=_("1 for the first rule of the instrument"))
    applies_from: datetime = Field(description=_("from when on it is the rule for new bookings"))
    quotas: list[QuotaOut] = Field(description=_("how much one may book; empty: no limits"))
    prices: list[PriceOut] = Field(
        description=_("what a use costs; of those that fit the most specific counts")
    )


class InstrumentDetailOut(InstrumentOut):
    """Everything public about an instrument, with the rule in force and the versions that follow."""

    in_service_date: date | None = Field(description=_("day on which it was put in service; null: not given"))
    specification_zh: str = Field(description=_("technical specification, in Chinese"))
    specification_en: str = Field(description=_("technical specification, in English"))
    functions_zh: str = Field(description=_("main functions, in Chinese"))
    functions_en: str = Field(description=_("main functions, in English"))
    services_zh: str = Field(description=_("what the unit does with it for others, in Chinese"))
    services_en: str = Field(description=_("what the unit does with it for others, in English"))
    samples_zh: str = Field(description=_("which samples it takes, in Chinese"))
    samples_en: str = Field(description=_("which samples it takes, in English"))
    user_requirement_zh: str = Field(description=_("what is asked of users, in Chinese"))
    fee_text_zh: str = Field(
        description=_("what the unit says about its charges, in Chinese; `rule.prices` is binding")
    )
    condition: Condition = Field(description=_("how well it works, as the unit says"))
    rule: RuleOut | None = Field(
        description=_("the version in force; null: there is none, and nothing can be booked")
    )
    coming_rules: list[RuleOut] = Field(description=_("published versions that apply later, by their start"))


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
    """For an instrument with its related rows, the rule in force, and the versions that follow."""
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
