"""Proposals in the API."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from bookings.proposals.domain import LONGEST, SHORTEST, LeftOut, ProposalOrder
from bookings.proposals.selectors import Proposals
from bookings.requests.schemas import LateCancelYuan
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import NO_NUL, Instant, OrganizationRef, PublicId, organization_ref
from providers.domain import ServiceMode

MINUTE = SHORTEST // 5


class FindIn(Schema):
    """What is looked for, and when."""

    minutes: Annotated[int, Field(ge=SHORTEST // MINUTE, le=LONGEST // MINUTE)] = Field(
        description=_("how long the use is to be, in minutes"), examples=[180]
    )
    from_: Instant = Field(
        alias="from", examples=["2026-12-01T00:00:00Z"], description=_("from when on the time may start")
    )
    until: Instant = Field(
        description=_("by when the use has to end; at most 31 days after `from`"),
        examples=["2026-12-08T00:00:00Z"],
    )
    q: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)] = Field(
        "", description=_("words, as in the search of instruments"), examples=["X射线衍射"]
    )
    category: Annotated[str, StringConstraints(max_length=6, pattern=NO_NUL)] = Field(
        "", description=_("category of any level, by its code: 020000, 020100, 020102")
    )
    service_mode: ServiceMode | None = Field(
        None, description=_("the way of service; by default the cheapest that is offered")
    )
    payer_organization: PublicId | None = Field(
        None, description=_("the organization that pays; by default the person does")
    )
    sort: ProposalOrder = Field(
        ProposalOrder.SOONEST, description=_("what comes first: the soonest or the cheapest")
    )


class ProposalOut(Schema):
    instrument: PublicId
    name_zh: str
    name_en: str
    unit: OrganizationRef
    starts_at: datetime
    ends_at: datetime
    service_mode: ServiceMode
    total_yuan: Decimal = Field(
        description=_("price in yuan without samples; with what is booked together with it")
    )
    linked: int = Field(description=_("how many instruments are booked together with it"))
    decide_by: datetime | None = Field(
        description=_("until when the keeper decides, of several the first; null: approved at once")
    )
    late_cancel_yuan: LateCancelYuan


class LeftOutOut(Schema):
    """How many instruments have no proposal, by reason."""

    not_admitted: int = Field(description=_("instruments that are not open to this payer and way of service"))
    not_qualified: int = Field(description=_("instruments that need a qualification which the person lacks"))
    not_free: int = Field(description=_("instruments without a free time of this length"))


class ProposalsOut(Schema):
    """At most one time for each instrument; each is one that `booking_create` admits."""

    items: list[ProposalOut] = Field(description=_("at most one for each instrument, by `sort`"))
    looked_at: int = Field(description=_("how many instruments were looked at"))
    is_cut: bool = Field(description=_("whether more instruments fit than were looked at"))
    left_out: LeftOutOut = Field(description=_("instruments without a proposal, by reason"))
    suspended_until: datetime | None = Field(
        description=_("until when your credit keeps you from booking anything; null: it does not")
    )


def serialize_proposals(proposals: Proposals) -> ProposalsOut:
    """Return what the API says of proposals."""
    return ProposalsOut(
        items=[
            ProposalOut(
                instrument=one.instrument.public_id,
                name_zh=one.instrument.name_zh,
                name_en=one.instrument.name_en,
                unit=organization_ref(one.instrument.organization),
                starts_at=one.slot.interval.start,
                ends_at=one.slot.interval.end,
                service_mode=one.slot.service_mode,
                total_yuan=one.slot.total_yuan,
                linked=one.linked,
                decide_by=one.decide_by,
                late_cancel_yuan=one.cancel_yuan,
            )
            for one in proposals.items
        ],
        looked_at=proposals.looked_at,
        is_cut=proposals.is_cut,
        left_out=LeftOutOut(**{reason.value: proposals.left_out[reason] for reason in LeftOut}),
        suspended_until=proposals.suspended_until,
    )
