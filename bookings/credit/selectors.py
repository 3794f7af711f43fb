"""Credit events with their appeals, and who sees and answers which."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import rules
from django.conf import settings
from django.db.models import Q, QuerySet

from bookings.credit.domain import (
    AlreadyAppealed,
    AppealAnswered,
    AppealTooLate,
    CreditState,
    MisuseRecorded,
    MisuseTooLate,
    NotUsed,
    TakenBack,
    add_weekdays,
)
from bookings.requests.domain import credit
from bookings.requests.domain.choices import CreditKind, CreditOutcome
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, CreditAnswer, CreditAppeal, CreditEvent
from bookings.requests.selectors.companions import find_credit_event, get_credit_events_together
from bookings.requests.selectors.request_facts import (
    counting_credit_events,
    get_appeal_deadline,
    get_taken_back_condition,
)
from bookings.requests.selectors.scope import NOTHING, get_responsible_condition
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Conflict, require_found
from providers.domain import CalendarYearUnknown
from providers.public import add_working_days

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

WITH_PARTS = ("booking__instrument__organization", "user", "appeal__answer__answered_by")


def credit_events(viewer: "Viewer") -> QuerySet[CreditEvent]:
    """Return the events visible to the viewer, with their bookings and appeals.

    Everybody sees their own. Others see what was appealed: the unit where it happened, which sees the misuse
    that it recorded too, and the officers to whom the appeal was passed on.
    """
    if viewer.is_anonymous:
        return CreditEvent.objects.filter(NOTHING)
    told_to_unit = Q(appeal__isnull=False) | Q(kind=CreditKind.MISUSE.value)
    visible = Q(user=viewer) | (told_to_unit & _of_unit(viewer, "booking")) | _of_bureau(viewer, "")
    return CreditEvent.objects.filter(visible).select_related(*WITH_PARTS)


def _of_unit(viewer: "Viewer", path: str) -> Q:
    """Return the condition for events of bookings on instruments that the viewer keeps or manages."""
    return Q(**{f"{path}__in": Booking.objects.filter(get_responsible_condition(viewer)).values("pk")})


def _of_bureau(viewer: "Viewer", path: str) -> Q:
    """Return the condition for events whose appeal went to the viewer's bureau; `path` leads to them."""
    region = region_of(viewer, Role.BUREAU_OFFICER)
    if not region:
        return NOTHING
    return Q(**{f"{path}appeal__passed_on_at__isnull": False}) & region.within(
        f"{path}booking__instrument__organization"
    )


def own_credit_events(viewer: "User") -> QuerySet[CreditEvent]:
    """Return the person's own events with their bookings and appeals."""
    return credit_events(viewer).filter(user=viewer)


def get_credit_event(viewer: "Viewer", public_id: str) -> CreditEvent:
    """Return an event visible to the viewer. Raises NotFound."""
    return require_found(credit_events(viewer).filter(public_id=public_id).first())


def credit_event_lock(event_id: int) -> CreditEvent:
    """Lock an event, and return it with its booking."""
    locked = CreditEvent.objects.select_for_update(of=("self",))
    return locked.select_related("booking__instrument__organization", "user").get(pk=event_id)


def unanswered_appeals() -> QuerySet[CreditAppeal]:
    """Return the appeals that wait: not answered, and about an event that was not taken back."""
    return CreditAppeal.objects.filter(~get_taken_back_condition("event__"), answer__isnull=True)


def waiting_appeals(viewer: "Viewer") -> QuerySet[CreditAppeal]:
    """Return the appeals that wait for the viewer's answer, for their unit or for the bureau."""
    if viewer.is_anonymous:
        return CreditAppeal.objects.filter(NOTHING)
    at_unit = Q(passed_on_at__isnull=True) & _of_unit(viewer, "event__booking")
    is_bound = Q(event__booking__instrument__organization__in=standing(viewer).bound_to)
    return (
        unanswered_appeals()
        .filter(at_unit | (_of_bureau(viewer, "event__") & ~is_bound))
        .exclude(event__user=viewer)
        .exclude(event__recorded_by=viewer)
        .select_related("event__booking__instrument", "event__user")
        .order_by("answer_date", "id")
    )


def get_appeal(event: CreditEvent) -> CreditAppeal | None:
    """Return the appeal against an event, or None."""
    return getattr(event, "appeal", None)


def get_answer(event: CreditEvent) -> CreditAnswer | None:
    """Return the answer to the appeal against an event, or None."""
    return getattr(get_appeal(event), "answer", None)


def is_taken_back(event: CreditEvent) -> bool:
    """Return whether the event is a no-show that was taken back, as its person had come in time."""
    is_no_show = event.kind == CreditKind.NO_SHOW and event.booking is not None
    return is_no_show and event.booking.checked_in_at is not None  # type: ignore[union-attr]


def get_credit_state(event: CreditEvent, now: datetime) -> CreditState:
    """Return how an event that `credit_events` has returned stands."""
    answer = get_answer(event)
    if is_taken_back(event) or (answer is not None and answer.outcome == CreditOutcome.LIFTED):
        return CreditState.LIFTED
    return CreditState.COUNTS if event.ends_at > now else CreditState.OVER


def is_counted(booking: Booking, now: datetime) -> bool:
    """Return whether it counts on the credit of its user that a booking was missed or cancelled late."""
    counting = counting_credit_events(booking.user_id, now).exclude(kind=CreditKind.MISUSE)
    return (counting & get_credit_events_together(booking)).exists()


def get_suspended_until(user_id: int, now: datetime) -> datetime | None:
    """Return until when the person's credit keeps them from booking, as admission does; or None."""
    return credit.get_suspension_end(
        counting_credit_events(user_id, now).values_list("ends_at", flat=True), now
    )


def get_misuse_deadline(booking: Booking) -> datetime | None:
    """Return until when misuse may be recorded, or None before check-out.

    The unit has as many days after the use as its user has to appeal.
    """
    ended = booking.checked_out_at
    return None if ended is None else ended + timedelta(days=settings.CREDIT_APPEAL_DAYS)


def find_misuse_refusal(booking: Booking, now: datetime) -> Conflict | None:
    """Return why misuse of the booking can't be recorded now, or None."""
    deadline = get_misuse_deadline(booking)
    if booking.state != BookingState.COMPLETED or deadline is None:
        return NotUsed()
    if find_credit_event(booking, CreditKind.MISUSE):
        return MisuseRecorded()
    return None if now < deadline else MisuseTooLate(deadline=deadline)


def may_record_misuse(viewer: "User", booking: Booking, now: datetime) -> bool:
    """Return whether the viewer may record misuse of the booking now."""
    return (
        booking.state == BookingState.COMPLETED
        and rules.has_perm("bookings.record_misuse", viewer, booking)
        and find_misuse_refusal(booking, now) is None
    )


def find_appeal_refusal(event: CreditEvent, now: datetime) -> Conflict | None:
    """Return why the event can't be appealed now, or None."""
    if get_appeal(event) is not None:
        return AlreadyAppealed()
    if is_taken_back(event):
        return TakenBack()
    deadline = get_appeal_deadline(event)
    return None if now < deadline else AppealTooLate(deadline=deadline)


def may_appeal(viewer: "Viewer", event: CreditEvent, now: datetime) -> bool:
    """Return whether the viewer may appeal the event now."""
    return rules.has_perm("bookings.appeal_credit", viewer, event) and find_appeal_refusal(event, now) is None


def find_answer_refusal(event: CreditEvent) -> Conflict | None:
    """Return why the appeal against an event can't be answered, or None."""
    if get_answer(event) is not None:
        return AppealAnswered()
    return TakenBack() if is_taken_back(event) else None


def may_answer(viewer: "Viewer", event: CreditEvent) -> bool:
    """Return whether the viewer may answer the appeal against an event now."""
    appeal = get_appeal(event)
    return (
        appeal is not None
        and find_answer_refusal(event) is None
        and rules.has_perm("bookings.answer_credit_appeal", viewer, appeal)
    )


def get_answer_date(appealed_at: datetime) -> date:
    """Return the last day on which the unit may answer an appeal made at this instant.

    Where the public holidays of the coming year are not known yet, Monday to Friday are counted.
    """
    day = appealed_at.astimezone(CITY_TIME).date()
    try:
        return add_working_days(day, settings.CREDIT_ANSWER_WORKING_DAYS)
    except CalendarYearUnknown:
        return add_weekdays(day, settings.CREDIT_ANSWER_WORKING_DAYS)
