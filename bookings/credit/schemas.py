"""Credit events and appeals in the API."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from ninja import Schema
from pydantic import Field

from bookings.credit.domain import CreditState
from bookings.credit.selectors import get_answer, get_appeal, get_appeal_deadline, get_credit_state
from bookings.requests.domain.choices import CreditKind, CreditOutcome
from bookings.requests.schemas import (
    InstrumentRef,
    PersonRef,
    serialize_instrument_ref,
    serialize_person_ref,
)
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import BodyIn, PublicId, Text500

if TYPE_CHECKING:
    from bookings.requests.models import CreditEvent


class MisuseIn(BodyIn):
    """What was done, and which rule it broke."""

    reason: Text500 = Field(description=_("what was done, and which rule it broke; the user can read it"))


class AppealIn(BodyIn):
    """Why the event should not count."""

    reason: Text500 = Field(description=_("why the event should not count; the unit reads it"))


class AppealAnswerIn(BodyIn):
    """Whether the event is upheld or lifted, and why."""

    outcome: CreditOutcome = Field(
        description=_("whether the event goes on counting (`upheld`) or counts no longer (`lifted`)")
    )
    reason: Text500 = Field(description=_("why; the person reads it"))


class AppealAnswerOut(Schema):
    outcome: CreditOutcome = Field(
        description=_("whether the event goes on counting (`upheld`) or counts no longer (`lifted`)")
    )
    reason: str = Field(description=_("why it was answered so"))
    answered_at: datetime = Field(description=_("when the appeal was answered"))


class AppealOut(Schema):
    """An appeal; the unit answers through `answer_date`, after that the bureau."""

    reason: str = Field(description=_("why the event should not count, as the person says"))
    appealed_at: datetime = Field(description=_("when the appeal was made"))
    answer_date: date = Field(
        description=_("the last day on which the unit answers; after it the bureau does")
    )
    passed_on_at: datetime | None = Field(
        description=_("since when the bureau answers instead of the unit; null: the unit answers")
    )
    answer: AppealAnswerOut | None = Field(description=_("what was decided; null: not answered yet"))


class CreditEventOut(Schema):
    id: PublicId = Field(examples=["CRE-7K2M9QX4TB"])
    kind: CreditKind = Field(description=_("what happened: not coming, cancelling late, or misuse"))
    state: CreditState = Field(
        description=_(
            "whether it counts now, is `over` by time, or was `lifted`: after an appeal, or since the person "
            "had come"
        )
    )
    user: PersonRef = Field(description=_("the person whose credit it concerns"))
    instrument: InstrumentRef | None = Field(
        description=_("the instrument that was booked; null: it concerns no booking")
    )
    booking: PublicId | None = Field(description=_("the booking that it comes from; null: from none"))
    occurred_at: datetime = Field(description=_("from when on it counts"))
    ends_at: datetime = Field(description=_("from when it counts no longer, unless it is lifted before"))
    reason: str = Field(description=_("what was done, where it is misuse; else empty"))
    appeal_until: datetime = Field(description=_("until when it can be appealed"))
    appeal: AppealOut | None = Field(description=_("the appeal against it; null: none was made"))


class CreditEventsPage(Schema):
    suspended_until: datetime | None = Field(
        description=_("until when your credit keeps you from booking anything; null: it does not")
    )
    items: list[CreditEventOut]
    next_cursor: str | None


def serialize_credit_event(event: "CreditEvent", now: datetime) -> CreditEventOut:
    """Return an event that `credit_events` has returned."""
    booking = event.booking
    return CreditEventOut(
        id=event.public_id,
        kind=CreditKind(event.kind),
        state=get_credit_state(event, now),
        user=serialize_person_ref(event.user),
        instrument=serialize_instrument_ref(booking.instrument) if booking else None,
        booking=booking.public_id if booking else None,
        occurred_at=event.occurred_at,
        ends_at=event.ends_at,
        reason=event.reason,
        appeal_until=get_appeal_deadline(event),
        appeal=_serialize_appeal(event),
    )


def _serialize_appeal(event: "CreditEvent") -> AppealOut | None:
    appeal, answer = get_appeal(event), get_answer(event)
    if appeal is None:
        return None
    return AppealOut(
        **{name: getattr(appeal, name) for name in ("reason", "appealed_at", "answer_date", "passed_on_at")},
        answer=AppealAnswerOut(
            outcome=CreditOutcome(answer.outcome), reason=answer.reason, answered_at=answer.answered_at
        )
        if answer
        else None,
    )
