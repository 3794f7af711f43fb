"""Notifications about bookings."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.project_budget import get_bookings_ahead
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from collections.abc import Collection

    from bookings.projects.models import Project
    from instrument_share.accounts.models import User
    from providers.models import Instrument

REQUESTED = gettext_noop("{user} asks to use {instrument} from {starts_at}. Decide by {decide_by}.")
BOOKED = gettext_noop("{user} has booked {instrument} from {starts_at}.")
APPROVED = gettext_noop("Your booking of {instrument} from {starts_at} is approved.")
APPROVED_IN_PART = gettext_noop(
    "Your booking of {instrument} from {starts_at} is approved; {companion}, which is booked with it, still "
    "has to be approved, at the latest by {decide_by}. Without that this booking ends too."
)
REJECTED = gettext_noop("Your booking of {instrument} from {starts_at} was declined: {reason}")
CANCELLED = gettext_noop("The booking of {instrument} from {starts_at} was cancelled: {reason}")
CANCELLED_WITHOUT_REASON = gettext_noop("The booking of {instrument} from {starts_at} was cancelled.")
CANCELLED_WITHOUT_CHARGE = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: {reason}"
)
CANCELLED_WITH_MEMBERSHIP = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled: {user} no longer belongs to "
    "“{organization}”, which was to pay."
)
CANCELLED_WITH_OWN_MEMBERSHIP = gettext_noop(
    "Your booking of {instrument} from {starts_at} was cancelled without charge: you no longer belong to "
    "“{organization}”, which was to pay."
)
KEPT_WITH_MEMBERSHIP = gettext_noop(
    "The booking of {instrument} from {starts_at} was not cancelled: {user} no longer belongs to "
    "“{organization}”, which still pays."
)
KEPT_WITH_OWN_MEMBERSHIP = gettext_noop(
    "Your booking of {instrument} from {starts_at} was not cancelled: you no longer belong to "
    "“{organization}”, which still pays."
)
CANCELLED_WITH_SUSPENSION = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: “{organization}” is "
    "suspended. Reason: {reason}"
)
CANCELLED_NOT_AGREED = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: {user} had not agreed to the "
    "time to which it was moved."
)
CANCELLED_OUT_OF_SERVICE = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: it was kept, and nobody was "
    "checked in while the instrument was out of service."
)
CANCELLED_KEPT_WAITING = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: another use was not "
    "checked out in time."
)
CANCELLED_NOT_NEEDED = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: nobody was checked in there, "
    "and what was booked with it was used."
)
CANCELLED_HOURS_RECORDED = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: nobody was checked in, and "
    "the hours of the use were recorded by hand."
)
CANCELLED_INTERRUPTED = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: nobody was checked in, and "
    "the platform was interrupted in the time for that. Hours that were used can be recorded by hand."
)
CANCELLED_LOCKED_OUT = gettext_noop(
    "The booking of {instrument} from {starts_at} was cancelled without charge: nobody was checked in, and "
    "{user} could not log in to cancel it."
)
USE_GOES_ON = gettext_noop(
    "“{organization}” is suspended. The use of {instrument} by {user} goes on; its keeper checks it out as "
    "usual."
)
KEPT = gettext_noop(
    "Your booking of {instrument} from {starts_at} stands all the same, although this was decided: {reason}"
)
KEPT_OUTSIDE_HOURS = gettext_noop(
    "The opening hours of {instrument} are changing; the booking from {starts_at} falls outside them. It "
    "takes place as booked."
)
PROJECT_CLOSED = gettext_noop(
    "The project “{project}” is closed. Your booking of {instrument} from {starts_at} stands, but can't be "
    "moved."
)
PROJECT_REOPENED = gettext_noop(
    "The project “{project}” is open again. Your booking of {instrument} from {starts_at} can be moved again."
)
MOVED = gettext_noop("The booking of {instrument} was moved to {starts_at}.")
EXTENDED = gettext_noop("The booking of {instrument} from {starts_at} was extended to {ends_at}.")
MOVED_BY_UNIT = gettext_noop(
    "The booking of {instrument} was moved to {starts_at}. Agree to it, or cancel it without charge."
)
MOVED_FOR_REASON = gettext_noop(
    "The booking of {instrument} was moved to {starts_at}: {reason} Agree to it, or cancel it without charge."
)
HANDED_OVER = gettext_noop("{former} has handed the booking of {instrument} from {starts_at} over to {user}.")
HANDED_OVER_FOR_DECISION = gettext_noop(
    "{former} has handed the booking of {instrument} from {starts_at} over to {user}. Decide by {decide_by}."
)
HANDED_OVER_TO_YOU = gettext_noop(
    "{former} has handed the booking of {instrument} from {starts_at} over to you. "
    "Cancel it if you can't come."
)
HANDED_OVER_TO_YOU_LATE = gettext_noop(
    "{former} has handed the booking of {instrument} from {starts_at} over to you. Cancelling it costs up to "
    "¥{amount} by now and counts on your credit; hand it back if you can't come."
)
CANCELLED_BY_YOU = gettext_noop("You have cancelled the booking of {instrument} from {starts_at}.")
MOVED_BY_YOU = gettext_noop("You have moved the booking of {instrument} to {starts_at}.")
MOVED_BY_YOU_FOR_DECISION = gettext_noop(
    "You have moved the booking of {instrument} to {starts_at}. It waits for a decision again."
)
EXTENDED_BY_YOU = gettext_noop("You have extended the booking of {instrument} from {starts_at} to {ends_at}.")
HANDED_OVER_BY_YOU = gettext_noop(
    "You have handed the booking of {instrument} from {starts_at} over to {user}; it is no longer yours."
)
AGREED = gettext_noop("{user} agrees to the booking of {instrument} at {starts_at}.")
MOVED_FOR_DECISION = gettext_noop(
    "{user} has moved the booking of {instrument} to {starts_at}. Decide again by {decide_by}."
)
OUTSIDE_OPEN_TIME = gettext_noop(
    "The public holidays were corrected: the booking of {instrument} from {starts_at} lies outside the "
    "opening hours now. It stands; arrange with each other whether it is to be moved."
)
LAPSED = gettext_noop(
    "Nobody decided on your booking of {instrument} from {starts_at} in time; it has lapsed."
)
LAPSED_UNDECIDED = gettext_noop(
    "Nobody decided in time on the request of {user} for {instrument} from {starts_at}; it has lapsed."
)
WITHDRAWN = gettext_noop(
    "The offer of {instrument} from {starts_at} was withdrawn: {reason} You stay on the waiting list."
)
WITHDRAWN_WITH_MEMBERSHIP = gettext_noop(
    "The offer of {instrument} from {starts_at} was withdrawn: you no longer belong to “{organization}”, "
    "which was to pay."
)
NO_SHOW = gettext_noop(
    "You did not come for your booking of {instrument} from {starts_at}. {charge} It counts on your credit; "
    "you can appeal until {appeal_until}."
)
HOURS_INSTEAD_OF_NO_SHOW = gettext_noop(
    "Your use of {instrument} from {came_at} was recorded. That you missed your booking from {starts_at} "
    "counts on your credit no longer. {charge}"
)
NO_SHOW_TAKEN_BACK = gettext_noop(
    "You checked in at the kiosk of {instrument} at {came_at}, while its line was cut. That you missed your "
    "booking from {starts_at} counts on your credit no longer. {charge}"
)
CHARGED = gettext_noop("It costs ¥{amount}.")
NOT_CHARGED = gettext_noop("You are not charged for it.")
CHARGE_BILLED = gettext_noop(
    "Its charge of ¥{amount} is on a statement already; the next statement of the unit gives it back."
)
CHARGE_RISEN = gettext_noop(
    "Your booking of {instrument} from {starts_at}, which you had cancelled late, costs ¥{charge} now: more "
    "of its time is free than before."
)
CHARGE_GIVEN_BACK = gettext_noop(
    "The time of your booking of {instrument} from {starts_at}, which you had cancelled late, was used, as "
    "is recorded now. It costs ¥{charge}; the next statement of the unit gives ¥{amount} back."
)
CHARGE_WAIVED = gettext_noop(
    "The unit waives the charge for your booking of {instrument} from {starts_at}: {reason} {charge}"
)
YOUR_USE_OVERDUE = gettext_noop(
    "Your use of {instrument} was booked until {ends_at} and is not checked out. Tell the keeper when it "
    "ended, or check out at the kiosk where there is one."
)
USE_OVERDUE = gettext_noop(
    "The use of {instrument} by {user} was booked until {ends_at} and is not checked out. Check it out with "
    "the time at which it really ended."
)

MAILED_AT_ONCE = frozenset(
    {
        MOVED_BY_UNIT,
        MOVED_FOR_REASON,
        HANDED_OVER_TO_YOU,
        HANDED_OVER_TO_YOU_LATE,
        EXTENDED,
        YOUR_USE_OVERDUE,
        USE_OVERDUE,
    }
)
"""They ask for an answer, or are about a use under way: its start doesn't say how urgent they are."""


def notify_user(booking: Booking, message: str, now: datetime, **params: Any) -> None:
    """Notify the booking's user."""
    notify_ids([booking.user_id], booking, message, now, **params)


def notify_keepers(booking: Booking, message: str, now: datetime, **params: Any) -> None:
    """Notify the active keepers of the booked instrument; the unit's managers where it has none."""
    notify_ids(list_answerers(booking.instrument), booking, message, now, **params)


def notify_other_keepers(
    booking: Booking, message: str, now: datetime, actor: "User | None", **params: Any
) -> None:
    """Notify the keepers of an instrument, without `actor`, who knows already or is told otherwise.

    Where it has none, the unit's managers are told.
    """
    others = [pk for pk in list_answerers(booking.instrument) if actor is None or pk != actor.pk]
    notify_ids(others, booking, message, now, **params)


def notify_of_own_act(
    booking: Booking, person: "User", message: str, now: datetime, *, path: str = "", **params: Any
) -> None:
    """Tell somebody of their own act, where they had been told of the booking: their calendar may have it.

    The mail brings the calendar up to date (`bookings.feeds`). `path` leads elsewhere than to the booking.
    """
    page = page_address("booking", booking.public_id)
    if not journal.notifications(person).filter(path=page).exists():
        return
    notify(
        users=[person],
        message=message,
        now=now,
        path=path or page,
        kind=NotificationKind.BOOKINGS,
        act_by=booking.starts_at,
        params={
            "instrument": get_instrument_name(booking.instrument),
            "user": booking.user.name,
            "starts_at": booking.starts_at,
            **params,
        },
    )


def notify_giver(booking: Booking, giver: "User", now: datetime) -> None:
    """Tell who handed a booking over, whose page is no longer theirs to open, where they knew of it."""
    path = page_address("me")
    notify_of_own_act(booking, giver, HANDED_OVER_BY_YOU, now, path=path, handed_over=booking.public_id)


def notify_of_closed_project(project: "Project", actor: "User", now: datetime) -> None:
    """Tell the users of bookings ahead that name the project, other than who closed it."""
    for booking in get_bookings_ahead(project, now).exclude(user=actor):
        notify_user(booking, PROJECT_CLOSED, now, project=project.name)


def notify_of_reopened_project(project: "Project", actor: "User", now: datetime) -> None:
    """Tell the users of bookings ahead that name the project, other than who opened it again."""
    for booking in get_bookings_ahead(project, now).exclude(user=actor):
        notify_user(booking, PROJECT_REOPENED, now, project=project.name)


def notify_of_claim(keeper_ids: "Collection[int]", booking: Booking, now: datetime) -> None:
    """Tell the keepers of a new request, until when to decide on it, or of a booking; else the managers."""
    told = keeper_ids or list_answerers(booking.instrument)
    if booking.state == BookingState.REQUESTED:
        notify_ids(told, booking, REQUESTED, now, decide_by=booking.decide_by)
    else:
        notify_ids(told, booking, BOOKED, now)


def notify_ids(
    user_ids: "Collection[int]", booking: Booking, message: str, now: datetime, **params: Any
) -> None:
    """Notify people by their keys, as the keepers that were read with the facts of a request."""
    notify(
        users=user_ids,
        message=message,
        now=now,
        path=page_address("booking", booking.public_id),
        kind=NotificationKind.BOOKINGS,
        act_by=now if message in MAILED_AT_ONCE else params.get("decide_by", booking.starts_at),
        params={
            "instrument": get_instrument_name(booking.instrument),
            "user": booking.user.name,
            "starts_at": booking.starts_at,
            **params,
        },
    )


def notify_other_side(booking: Booking, message: str, now: datetime, *, by_user: bool, **params: Any) -> None:
    """Notify the keepers of what the user has done, or the user of what the unit has done."""
    notify_them = notify_keepers if by_user else notify_user
    notify_them(booking, message, now, **params)


def tell_of_maker(
    instrument: "Instrument", message: str, maker: "User", now: datetime, *, path: str, **params: Any
) -> None:
    """Tell who looks after an instrument that something ended with the role of the person who made it."""
    managers = accounts.managers_of(instrument.organization).values_list("pk", flat=True)
    keepers = instrument.keepers.filter(is_active=True).values_list("pk", flat=True)
    notify(
        users=sorted({*managers, *keepers}),
        message=message,
        params={"instrument": get_instrument_name(instrument), "person": maker.get_full_name(), **params},
        path=path,
        kind=NotificationKind.UNIT,
        act_by=now,
        now=now,
    )


def list_answerers(instrument: "Instrument", *, besides: "Collection[int]" = ()) -> list[int]:
    """Return the keys of who is told what a unit has to do: the active keepers, else the unit's managers.

    `besides` are the keys of people about whom it is: where they are the only keepers, managers are told.
    """
    keepers = instrument.keepers.filter(is_active=True).exclude(pk__in=besides)
    managers = accounts.people_with_role(Role.UNIT_MANAGER, instrument.organization_id)
    others = managers.exclude(pk__in=besides).values_list("pk", flat=True)
    return list(keepers.values_list("pk", flat=True)) or list(others)


def get_instrument_name(instrument: "Instrument") -> Bilingual:
    """Return the instrument's name in both languages."""
    return Bilingual(instrument.name_zh, instrument.name_en)
