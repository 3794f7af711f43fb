"""Notifications about recorded uses."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from bookings.requests.services.notifications import get_instrument_name, list_answerers
from bookings.usage.models import UsageCorrection, UsageLog
from bookings.usage.registry import describe_frozen_year
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence

CONFIRM = gettext_noop("Your use of {instrument} from {starts_at} was recorded. Confirm or question it.")
CONFIRM_UNTIL = gettext_noop(
    "Your use of {instrument} from {starts_at} was recorded. Confirm or question it; it counts as confirmed "
    "from {confirm_until} if you do neither."
)
CONFIRM_SEVERAL = gettext_noop("{count} of your uses were recorded from a sheet. Confirm or question them.")
CONFIRM_SEVERAL_UNTIL = gettext_noop(
    "{count} of your uses were recorded from a sheet. Confirm or question them; they count as confirmed from "
    "{confirm_until} if you do neither."
)
CONFIRM_OWN = gettext_noop(
    "{user} recorded hours of their own use of {instrument} from {starts_at}. Confirm them as a second "
    "person, or correct them."
)
CONFIRM_OWN_CORRECTION = gettext_noop(
    "{user} proposes a correction of their own use of {instrument} from {starts_at}. Confirm it as a second "
    "person."
)
CONFIRM_OWN_SEVERAL = gettext_noop(
    "{user} recorded hours of their own from a sheet; uses: {count}. Confirm them as a second person, or "
    "correct them."
)
CONFIRMED_BY_CLOCK = gettext_noop(
    "Nobody questioned your use of {instrument} from {starts_at}, so it was confirmed automatically."
)
RECORDED_BY_DEVICE = gettext_noop(
    "The device at {instrument} recorded your use from {starts_at}. Disagree if the hours are wrong."
)
CORRECTED = gettext_noop(
    "The record of your use of {instrument} from {starts_at} is to be corrected. Confirm it."
)
CORRECTION_CONFIRMED = gettext_noop(
    "The correction of your use of {instrument} from {starts_at} was confirmed and counts now. Disagree if "
    "it is wrong."
)
CORRECTION_WITHDRAWN = gettext_noop(
    "The proposed correction of your use of {instrument} from {starts_at} was withdrawn. Nothing changes."
)
OWN_CORRECTION_WITHDRAWN = gettext_noop(
    "The correction of the use of {instrument} from {starts_at} that you asked for was withdrawn: {reason}"
)
DISPUTED = gettext_noop(
    "{user} disagrees with the hours of {instrument} from {starts_at}. Answer by {answer_by}."
)
REVIEW_REPLIED = gettext_noop("The unit replied to your rating of {instrument} from {starts_at}.")
DISPUTE_ANSWERED = gettext_noop("Your disagreement about {instrument} from {starts_at} was answered.")


def notify_user_of_log(log: UsageLog, message: str, now: datetime, **params: Any) -> None:
    """Notify the user of a log, linking to its page."""
    _notify([log.user_id], log, message, now, **params)


def notify_proposer(correction: UsageCorrection, message: str, now: datetime, **params: Any) -> None:
    """Notify who asked for a correction, linking to the page of the log."""
    proposer = correction.entry.recorded_by_id
    _notify([] if proposer is None else [proposer], correction.log, message, now, **params)


def ask_to_confirm(log: UsageLog, now: datetime) -> None:
    """Ask the user of a new log to confirm or question it, and say what happens otherwise.

    Who recorded their own use can't confirm it, so that their colleagues are asked.
    """
    days = settings.USAGE_CONFIRM_DAYS
    if is_recorded_by_user(log):
        ask_colleagues_to_confirm(log, CONFIRM_OWN, now)
    elif days:
        notify_user_of_log(log, CONFIRM_UNTIL, now, confirm_until=now + timedelta(days=days))
    else:
        notify_user_of_log(log, CONFIRM, now)


def is_recorded_by_user(log: UsageLog) -> bool:
    """Return whether the user of a log has recorded it, so that somebody else of the unit confirms it."""
    return log.entry.recorded_by_id == log.user_id


def ask_colleagues_to_confirm(log: UsageLog, message: str, now: datetime) -> None:
    """Ask who answers for the instrument besides the user of a log."""
    others = list_answerers(log.instrument, besides=[log.user_id])
    _notify(others, log, message, now, user=log.user.name)


def ask_to_confirm_several(logs: Sequence[UsageLog], now: datetime) -> None:
    """Ask the one user of new logs to confirm or question them, in one message that says until when.

    Of uses that they have recorded themselves each colleague is asked, in one message too.
    """
    days, told = settings.USAGE_CONFIRM_DAYS, partial(_notify_of_several, [logs[0].user_id])
    if len(logs) == 1:
        ask_to_confirm(logs[0], now)
    elif is_recorded_by_user(logs[0]):
        _ask_colleagues_to_confirm_several(logs, now)
    elif days:
        until = now + timedelta(days=days)
        told(CONFIRM_SEVERAL_UNTIL, len(logs), now, page_address("me"), confirm_until=until)
    else:
        told(CONFIRM_SEVERAL, len(logs), now, page_address("me"))


def _ask_colleagues_to_confirm_several(logs: Sequence[UsageLog], now: datetime) -> None:
    """Ask who answers for the instruments besides the one user of these logs, of all logs at once."""
    user = logs[0].user
    number_by_instrument = Counter(log.instrument for log in logs)
    number_by_person: Counter[int] = Counter()
    for instrument, number in number_by_instrument.items():
        for person in list_answerers(instrument, besides=[user.pk]):
            number_by_person[person] += number
    for person, number in number_by_person.items():
        _notify_of_several([person], CONFIRM_OWN_SEVERAL, number, now, page_address("desk"), user=user.name)


def _notify_of_several(
    user_ids: Collection[int], message: str, number: int, now: datetime, path: str, **params: Any
) -> None:
    notify(
        users=user_ids,
        message=message,
        now=now,
        path=path,
        params={"count": number, **params},
        kind=NotificationKind.USES,
    )


def tell_of_device(log: UsageLog, now: datetime) -> None:
    """Tell the user of a new log that a device recorded it; the unit confirms it."""
    tell_of_record(log, RECORDED_BY_DEVICE, now)


def tell_of_record(log: UsageLog, message: str, now: datetime) -> None:
    """Notify the user of a new log for which they saw no page, and what a freeze of its year means for it."""
    frozen = describe_frozen_year(log.starts_at)
    _notify([log.user_id], log, message, now, lines=[frozen] if frozen else [])


def notify_keepers_of_log(log: UsageLog, message: str, now: datetime, **params: Any) -> None:
    """Notify who answers for a log's instrument, linking to its page."""
    _notify(list_answerers(log.instrument), log, message, now, user=log.user.name, **params)


def _notify(
    user_ids: Collection[int],
    log: UsageLog,
    message: str,
    now: datetime,
    lines: Sequence[Sentence] = (),
    **params: Any,
) -> None:
    notify(
        users=user_ids,
        message=message,
        now=now,
        path=page_address("usage_log", log.public_id),
        kind=NotificationKind.USES,
        act_by=params.get("answer_by"),
        params={
            "instrument": get_instrument_name(log.instrument),
            "starts_at": log.starts_at,
            **params,
        },
        lines=lines,
    )
