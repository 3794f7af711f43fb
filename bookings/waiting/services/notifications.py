"""Notifications about waits and offers."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.requests.selectors.affected import has_companions_in_service
from bookings.requests.services.notifications import get_instrument_name
from bookings.waiting.selectors import (
    get_starts_withdrawn_at,
    get_waits_for,
    get_waits_hit_by,
    get_waits_naming,
    waits_to_pay_elsewhere,
)
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from bookings.requests.models import Booking
    from bookings.requests.selectors.granting import GrantChange
    from bookings.waiting.models import WaitlistEntry
    from instrument_share.accounts.models import Organization, User
    from instrument_share.kernel.wording import Sentence
    from providers.models import Instrument

OFFERED = gettext_noop(
    "{instrument} is free for you from {starts_at}. Accept by {answer_by}, or it goes to the next on the "
    "list."
)
LAPSED = gettext_noop(
    "You did not answer the offer of {instrument} from {starts_at} in time; it has passed on. "
    "You stay on the waiting list."
)
ENDS_UNANSWERED = gettext_noop("A second offer that is not answered in time ends your wait.")
"""Stands below the first offer that was not answered, and below those that follow."""
UNANSWERED = gettext_noop(
    "You did not answer the offer of {instrument} from {starts_at} either; you wait for it no longer. Join "
    "the list again if you still need it."
)
WITHDRAWN = gettext_noop(
    "The offer of {instrument} from {starts_at} was withdrawn: you can't book it any more, because of what "
    "follows. You stay on the waiting list."
)
TAKEN = gettext_noop(
    "A request for {instrument} from {starts_at} was approved; that time is taken. You stay on the waiting "
    "list."
)
ACCEPTED_FOR_YOU = gettext_noop(
    "{actor} has accepted {instrument} from {starts_at} in your name. Cancel the booking if you can't come."
)
DECLINED_FOR_YOU = gettext_noop(
    "{actor} has declined the offer of {instrument} from {starts_at} in your name. You stay on the waiting "
    "list."
)
PROJECT_CLOSED = gettext_noop(
    "The project “{project}” is closed. Your wait for {instrument} names it, so that nothing is offered to "
    "you and no offer can be accepted. Leave the list, and join it again with another project."
)
PROJECT_HINDERS = gettext_noop(
    "The project “{project}” was changed. Your wait for {instrument} names it, and as it is now no booking "
    "of yours can, because of what follows. Leave the list, and join it again with another project."
)
PROJECT_NARROWED = gettext_noop(
    "The period of the project “{project}” was changed. Your wait for {instrument} names it: you are "
    "offered only times from {first} to {until}."
)
PROJECT_USABLE = gettext_noop(
    "The project “{project}” can be used again. Your wait for {instrument} names it: time is offered to you "
    "again."
)
RETIRED = gettext_noop("{instrument} was retired: {reason} You wait for it no longer.")
OUT_OF_SERVICE = gettext_noop(
    "{instrument} is out of service: {reason} You stay on the waiting list until {latest}; nothing is "
    "offered to you until it is back."
)
OFFER_OUT_OF_SERVICE = gettext_noop(
    "The offer of {instrument} from {starts_at} was withdrawn, as it is out of service: {reason} You stay "
    "on the waiting list until {latest}; nothing is offered to you until it is back."
)
IN_SERVICE = gettext_noop(
    "{instrument} is back in service. You are on its waiting list until {latest}: time that is free is "
    "offered to you again."
)
COMPANION_OUT_OF_SERVICE = gettext_noop(
    "{companion}, which is booked together with {instrument}, is out of service: {reason} You stay on the "
    "waiting list of {instrument} until {latest}; nothing is offered to you until {companion} is back."
)
OFFER_COMPANION_OUT_OF_SERVICE = gettext_noop(
    "The offer of {instrument} from {starts_at} was withdrawn, as {companion}, which is booked together "
    "with it, is out of service: {reason} You stay on the waiting list until {latest}; nothing is offered "
    "to you until {companion} is back."
)
COMPANION_IN_SERVICE = gettext_noop(
    "{companion}, which is booked together with {instrument}, is back in service. You are on the waiting "
    "list of {instrument} until {latest}: time that is free is offered to you again."
)
COMPANION_UNLINKED = gettext_noop(
    "{instrument} is no longer booked together with {companion}, which is out of service. You are on the "
    "waiting list of {instrument} until {latest}: time that is free is offered to you again."
)
OVER = gettext_noop(
    "Your wait for {instrument} has ended: no time before {latest} can be offered to you any more."
)
OVER_REFUSED = gettext_noop(
    "Your wait for {instrument} until {latest} has ended. At its end you could not book it, because:"
)
PAYER_LOST = gettext_noop(
    "Your wait for {instrument} has ended: you no longer belong to “{organization}”, which was to pay. Join "
    "the list again if somebody else pays."
)
PAYER_SUSPENDED = gettext_noop(
    "“{organization}”, which is to pay, is suspended: {reason} You stay on the waiting list of "
    "{instrument}; nothing is offered to you until it is reinstated."
)
PAYER_REINSTATED = gettext_noop(
    "“{organization}”, which is to pay, is reinstated. You still wait for {instrument} and are told when a "
    "time is offered to you."
)
GRANTED_NO_MORE = gettext_noop(
    "From {since} on, the rule of {instrument} does not grant you what you wait for. You stay on the "
    "waiting list until {latest}, but no time that begins then is offered to you."
)
GRANTED_AGAIN = gettext_noop(
    "From {since} on, the rule of {instrument} grants you what you wait for. You are on its waiting list "
    "until {latest}: time that is free is offered to you again."
)
COMPANION_GRANTS_NO_MORE = gettext_noop(
    "From {since} on, the rule of {companion}, which is booked together with {instrument}, does not grant "
    "you what you wait for. You stay on the waiting list of {instrument} until {latest}, but no time that "
    "begins then is offered to you."
)
COMPANION_GRANTS_AGAIN = gettext_noop(
    "From {since} on, no rule of what is booked together with {instrument} refuses what you wait for. You "
    "are on its waiting list until {latest}: time that is free is offered to you again."
)
GRANT_MESSAGES = (GRANTED_NO_MORE, COMPANION_GRANTS_NO_MORE, GRANTED_AGAIN, COMPANION_GRANTS_AGAIN)
"""By what `get_waits_hit_by` returns."""
PROJECT_OVER = gettext_noop(
    "Your wait for {instrument} has ended: the period of the project “{project}”, which it names, leaves no "
    "time that can be offered. Join the list again with another project."
)


def notify_waiting(
    entry: "WaitlistEntry", message: str, now: datetime, lines: "Iterable[Sentence]" = (), **params: Any
) -> None:
    """Notify somebody who waits; the `lines` stand below the message."""
    _notify(entry, message, now, page_address("my_waiting"), params.get("answer_by"), params, lines)


def notify_of_closed_project(project: "Project", actor: "User", now: datetime) -> None:
    """Tell those whose waits name a project, other than who closed it."""
    for entry in get_waits_naming(project).exclude(user=actor):
        notify_waiting(entry, PROJECT_CLOSED, now, project=project.name)


def notify_of_suspended_payer(organization: "Organization", now: datetime) -> None:
    """Tell those who wait elsewhere that the organization, which is to pay, is suspended."""
    _notify_of_payer(organization, PAYER_SUSPENDED, now, reason=organization.reason)


def notify_of_reinstated_payer(organization: "Organization", now: datetime) -> None:
    """Tell those who wait elsewhere that the organization, which is to pay, is reinstated."""
    _notify_of_payer(organization, PAYER_REINSTATED, now)


def _notify_of_payer(organization: "Organization", message: str, now: datetime, **params: Any) -> None:
    name = Bilingual(organization.name_zh, organization.name_en)
    for entry in waits_to_pay_elsewhere(organization.pk):
        notify_waiting(entry, message, now, organization=name, **params)


def notify_of_grant_changes(changes: "Collection[GrantChange]", now: datetime) -> None:
    """Tell those who wait from when on rules, or new links, grant them nothing, or grant them time again."""
    for message, hits in zip(GRANT_MESSAGES, get_waits_hit_by(changes, now), strict=True):
        for hit in hits:
            notify_waiting(hit.thing, message, now, **hit.params)


def notify_of_leaving(actor: "User", instrument: "Instrument", reason: str, now: datetime) -> None:
    """Tell those who wait for an instrument that it is out of service, and of an offer that ended with it.

    Who decided is told of their offer alone.
    """
    _notify_of_break(actor, instrument, OUT_OF_SERVICE, OFFER_OUT_OF_SERVICE, now, reason=reason)


def _notify_of_break(
    actor: "User", instrument: "Instrument", message: str, with_offer: str, now: datetime, **params: Any
) -> None:
    """Tell those who wait that nothing is offered; `with_offer` is for whom this has cost an offer, too."""
    waiting = get_waits_for(instrument.pk)
    starts = get_starts_withdrawn_at(waiting, now)
    for entry in waiting:
        if start := starts.get(entry.pk):
            told = {**params, "starts_at": start}
            _notify(entry, with_offer, now, page_address("my_waiting"), start, told)
        elif entry.user_id != actor.pk:
            notify_waiting(entry, message, now, **params)


def notify_of_return(actor: "User", instrument: "Instrument", now: datetime) -> None:
    """Tell those who wait for an instrument, other than who decided, that it is back in service.

    Where it can't be booked yet, as what is booked with it is not back, they are told once that is.
    """
    if has_companions_in_service(instrument.pk):
        _notify_of_end(actor, instrument, IN_SERVICE, now)


def notify_of_companion_leaving(
    actor: "User", instrument: "Instrument", companion: "Instrument", reason: str, now: datetime
) -> None:
    """Tell those who wait the same where what is booked with their instrument is out of service."""
    messages = COMPANION_OUT_OF_SERVICE, OFFER_COMPANION_OUT_OF_SERVICE
    name = get_instrument_name(companion)
    _notify_of_break(actor, instrument, *messages, now, companion=name, reason=reason)


def notify_of_companion_return(
    actor: "User", instrument: "Instrument", companion: "Instrument", now: datetime
) -> None:
    """Tell those who wait, other than who decided, that what is booked with their instrument is back."""
    _notify_of_end(actor, instrument, COMPANION_IN_SERVICE, now, companion=get_instrument_name(companion))


def notify_of_companion_unlinked(
    actor: "User", instrument: "Instrument", companion: "Instrument", now: datetime
) -> None:
    """Tell those who wait, other than who decided, that their instrument is booked without what it lacked."""
    _notify_of_end(actor, instrument, COMPANION_UNLINKED, now, companion=get_instrument_name(companion))


def _notify_of_end(
    actor: "User", instrument: "Instrument", message: str, now: datetime, **params: Any
) -> None:
    for entry in get_waits_for(instrument.pk).exclude(user=actor):
        notify_waiting(entry, message, now, **params)


def notify_of_acceptance(booking: "Booking", actor: "User", now: datetime) -> None:
    """Tell who waited that somebody else has accepted the time for them; at once, since they are to come."""
    entry = booking.waitlist_offer.entry
    if actor.pk != entry.user_id:
        path = page_address("booking", booking.public_id)
        params = {"actor": actor.name, "starts_at": booking.starts_at}
        _notify(entry, ACCEPTED_FOR_YOU, now, path, now, params)


def notify_of_refusal(booking: "Booking", actor: "User", now: datetime) -> None:
    """Tell who waits that somebody else has declined the time for them."""
    entry = booking.waitlist_offer.entry
    if actor.pk != entry.user_id:
        notify_waiting(entry, DECLINED_FOR_YOU, now, actor=actor.name, starts_at=booking.starts_at)


def _notify(
    entry: "WaitlistEntry",
    message: str,
    now: datetime,
    path: str,
    act_by: datetime | None,
    params: dict[str, Any],
    lines: "Iterable[Sentence]" = (),
) -> None:
    notify(
        users=[entry.user_id],
        message=message,
        now=now,
        path=path,
        kind=NotificationKind.BOOKINGS,
        act_by=act_by,
        params={"instrument": get_instrument_name(entry.instrument), "latest": entry.latest, **params},
        lines=lines,
    )
