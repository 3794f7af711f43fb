"""Usage logs in the API."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ninja import Schema
from pydantic import Field

from bookings.requests.domain.choices import Direction
from bookings.requests.schemas import (
    Count,
    InstrumentRef,
    PersonRef,
    QuoteLineOut,
    Seconds,
    serialize_instrument_ref,
    serialize_person_ref,
)
from bookings.usage.domain.choices import Capture, ResultKind, UsagePurpose
from bookings.usage.selectors.usage import get_current_number
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    BodyIn,
    Instant,
    OrganizationRef,
    PublicId,
    Text100,
    Text200,
    Text500,
    organization_ref,
)
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from bookings.usage.models import UsageDispute, UsageLog, UsageResult


class CheckOutIn(BodyIn):
    """When the use ended and how its time divides; measuring time defaults to what the other parts leave."""

    ends_at: Instant | None = Field(
        None, description=_("when it really ended; by default the booked end once it has passed, else now")
    )
    setup_seconds: Seconds = 0
    measuring_seconds: Seconds | None = Field(
        None, description=_("seconds of measuring; by default what the other parts leave")
    )
    post_seconds: Seconds = 0
    idle_seconds: Seconds = 0
    content: Text200 = ""
    samples: Count | None = Field(None, description=_("how many samples were measured; by default as booked"))
    results: Text500 = Field("", description=_("what came of it, in a few words"))


class CorrectionOut(Schema):
    id: PublicId
    changes: dict[str, Any] = Field(description=_("each changed field by its name, with its new value"))
    reason: str = Field(description=_("why the log is corrected"))
    recorded_by: PersonRef = Field(description=_("who asked for the correction; somebody else confirms it"))
    recorded_at: datetime = Field(description=_("when the correction was asked for"))
    confirmed: bool = Field(description=_("whether a second person confirmed it; only then does it count"))
    withdrawn: bool = Field(description=_("whether it was taken back; it can't be confirmed any more"))


class ResultIn(BodyIn):
    """A result of a use; the identifier is a DOI, or the number of a patent or standard."""

    kind: ResultKind = Field(description=_("what came of the use"))
    title: Text200
    identifier: Text100 = Field(
        "",
        examples=["10.1016/j.actamat.2026.01.004", "ZL200310102344.5"],
        description=_("DOI, or number of the patent or standard; empty: none"),
    )


class ResultOut(Schema):
    id: PublicId = Field(examples=["RES-7K2M9QX4TB"])
    kind: ResultKind = Field(description=_("what came of the use"))
    title: str
    identifier: str = Field(
        description=_("DOI, or number of the patent or standard, in its normal form; empty: none was given")
    )
    added_by: PersonRef = Field(description=_("who stated the result"))
    added_at: datetime = Field(description=_("when the result was stated"))
    withdrawn_at: datetime | None = Field(description=_("since when it counts no longer; null: it counts"))
    withdrawal_reason: str = Field(description=_("why it was withdrawn; empty: it was not"))


class SheetRowOut(Schema):
    """The file and the row that an imported log comes from."""

    sha256: str = Field(description=_("SHA-256 of the file, in hexadecimal"))
    row: int = Field(description=_("number of the row in the sheet, from 1"))


class AnswerIn(BodyIn):
    answer: Text500 = Field(description=_("what the unit says; it ends the dispute"))


class DisputeOut(Schema):
    """A dispute about the hours of a log, and the unit's answer."""

    id: PublicId = Field(examples=["DSP-7K2M9QX4TB"])
    log: PublicId = Field(description=_("the usage log whose hours are disputed"))
    instrument: InstrumentRef = Field(description=_("the instrument of the log"))
    raised_by: PersonRef = Field(description=_("the user who disputes the hours"))
    raised_at: datetime = Field(description=_("when the hours were disputed"))
    reason: str = Field(description=_("what the user says is wrong"))
    answer_by: datetime = Field(description=_("until when the unit is to answer"))
    answer: str = Field(description=_("what the unit answered; empty until it has"))
    answered_by: PersonRef | None = Field(description=_("who answered for the unit; null: not answered yet"))
    answered_at: datetime | None = Field(description=_("when it was answered; null: not yet"))


class DisputePage(Schema):
    items: list[DisputeOut]
    next_cursor: str | None


class UsageOut(Schema):
    """A usage log as it counts now: confirmed corrections applied."""

    id: PublicId = Field(examples=["LOG-7K2M9QX4TB"])
    instrument: InstrumentRef
    booking: PublicId | None = Field(description=_("the booking that it comes from; null: used without one"))
    user: PersonRef = Field(description=_("the person for whom the instrument was used"))
    operator: PersonRef = Field(description=_("the person who operated the instrument"))
    payer_organization: OrganizationRef | None
    starts_at: datetime = Field(description=_("when the use really started"))
    ends_at: datetime = Field(description=_("when the use really ended"))
    setup_seconds: int
    measuring_seconds: int = Field(description=_("seconds of measuring; they count as effective"))
    post_seconds: int
    idle_seconds: int
    effective_seconds: int = Field(description=_("seconds of set-up, measuring and post-processing together"))
    service_mode: ServiceMode
    direction: Direction
    purpose: UsagePurpose = Field(
        description=_("what the hours are in the eyes of the assessment; `service` is ordinary shared use")
    )
    content: str
    project: str
    samples: int
    results: str = Field(
        description=_("what came of it, as noted with the use; `stated_results` are rows of their own")
    )
    stated_results: list[ResultOut] = Field(
        description=_("papers, patents, standards and products that came of it")
    )
    external: bool = Field(description=_("whether it counts as use by others than the owning unit"))
    amount_yuan: Decimal = Field(description=_("what the use costs, in yuan"))
    price: list[QuoteLineOut] = Field(
        description=_(
            "the price line by line of the amount that was first recorded; a correction changes "
            "`amount_yuan` alone"
        )
    )
    capture: Capture = Field(
        description=_("how it was recorded: at check-out, by hand, from a sheet or by a device")
    )
    recorded_by: PersonRef = Field(
        description=_("who recorded it, as the chain says; somebody else confirms it")
    )
    sheet_row: SheetRowOut | None = Field(
        description=_("file and row of a log from an imported sheet; null: from none")
    )
    confirmed: bool = Field(
        description=_("whether it was confirmed, by somebody other than who recorded it or automatically")
    )
    confirmed_automatically: bool = Field(
        description=_("whether it was confirmed automatically: nobody confirmed or disputed the log in time")
    )
    corrections: list[CorrectionOut] = Field(
        description=_("corrections of the log; those not confirmed do not count yet")
    )
    year_frozen_date: date | None = Field(
        description=_(
            "when the data of its year were frozen; what is recorded, confirmed or corrected after that is "
            "billed, but counts in no assessment; null: they are not frozen"
        )
    )
    number: int = Field(description=_("number of the entry in the instrument's chain"))
    hash: str = Field(description=_("SHA-256 over the entry and the one before, in hexadecimal"))
    current_number: int = Field(
        description=_(
            "number of the entry in the chain that last changed the values: the log's own, or that of the "
            "confirmation of a correction"
        )
    )


class UsagePage(Schema):
    items: list[UsageOut]
    next_cursor: str | None


class ConfirmIn(BodyIn):
    correction: PublicId | None = Field(
        None, description=_("confirm this correction; without it the log itself")
    )
    seen: int | None = Field(
        None,
        ge=1,
        le=2_147_483_647,
        description=_(
            "`current_number` of the log as you read it; refused with 409 where other values count by now"
        ),
    )


def serialize_usage(
    log: "UsageLog", values: dict[str, Any], confirmed: bool, year_frozen_date: date | None
) -> UsageOut:
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
        capture=Capture(log.capture),
        recorded_by=serialize_person_ref(log.entry.recorded_by),
        stated_results=[serialize_result(one) for one in log.stated_results.all()],
        sheet_row=_serialize_sheet_row(log),
        confirmed=confirmed,
        confirmed_automatically=log.is_confirmed_by_clock,  # type: ignore[attr-defined]
        corrections=[
            CorrectionOut(
                id=one.public_id,
                changes=one.changes,
                reason=one.reason,
                recorded_by=serialize_person_ref(one.entry.recorded_by),
                recorded_at=one.entry.recorded_at,
                confirmed=getattr(one, "confirmation", None) is not None,
                withdrawn=getattr(one, "withdrawal", None) is not None,
            )
            for one in log.corrections.all()
        ],
        year_frozen_date=year_frozen_date,
        number=log.entry.number,
        hash=log.entry.hash,
        current_number=get_current_number(log),
        **values,
    )


def _serialize_sheet_row(log: "UsageLog") -> SheetRowOut | None:
    found = getattr(log, "sheet_row", None)
    return SheetRowOut(sha256=found.sha256, row=found.row) if found else None


def serialize_result(result: "UsageResult") -> ResultOut:
    """Return a result as the API shows it."""
    withdrawal = getattr(result, "withdrawal", None)
    return ResultOut(
        id=result.public_id,
        kind=ResultKind(result.kind),
        title=result.title,
        identifier=result.identifier,
        added_by=serialize_person_ref(result.added_by),
        added_at=result.added_at,
        withdrawn_at=withdrawal.withdrawn_at if withdrawal else None,
        withdrawal_reason=withdrawal.reason if withdrawal else "",
    )


def serialize_dispute(dispute: "UsageDispute") -> DisputeOut:
    """Return a dispute as the API shows it."""
    return DisputeOut(
        id=dispute.public_id,
        log=dispute.log.public_id,
        instrument=serialize_instrument_ref(dispute.log.instrument),
        raised_by=serialize_person_ref(dispute.raised_by),
        raised_at=dispute.raised_at,
        reason=dispute.reason,
        answer_by=dispute.answer_by,
        answer=dispute.answer,
        answered_by=serialize_person_ref(dispute.answered_by) if dispute.answered_by else None,
        answered_at=dispute.answered_at,
    )
