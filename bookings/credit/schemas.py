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
from instrument_share.web.api.fields import PublicId, Text500

if TYPE_CHECKING:
    from bookings.requests.models import CreditEvent


class AppealIn(Schema):
    """Why the event should not count."""

    reason: Text500


class AppealAnswerIn(Schema):
    """Whether the event is upheld or lifted, and why."""

    outcome: CreditOutcome
    reason: Text500


class AppealAnswerOut(Schema):
    outcome: CreditOutcome
    reason: str
    answered_at: datetime


class AppealOut(Schema):
    """An appeal; the unit answers through `answer_date`, after that the bureau."""

    reason: str
    appealed_at: datetime
    answer_date: date
    passed_on_at: datetime | None = Field(description="since when the bureau answers instead of the unit")
    answer: AppealAnswerOut | None


class CreditEventOut(Schema):
    id: PublicId = Field(examples=["CRE-7K2M9QX4TB"])
    kind: CreditKind
    state: CreditState
    user: PersonRef
    instrument: InstrumentRef | None
    booking: PublicId | None
    occurred_at: datetime
    ends_at: datetime = Field(description="from when it counts no longer, unless it is lifted before")
    appeal_until: datetime
    appeal: AppealOut | None


class CreditEventsPage(Schema):
    suspended_until: datetime | None = Field(
        description="until when your credit keeps you from booking anything"
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
