"""Kinds of notifications, how each is mailed, and when a digest is due."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop


class NotificationKind(StrEnum):
    """What a notification is about; people choose for each kind how it is mailed."""

    BOOKINGS = "bookings"
    USES = "uses"
    SAMPLES = "samples"
    STATEMENTS = "statements"
    UNIT = "unit"
    ASSESSMENT = "assessment"
    ACCOUNT = "account"


class MailDelivery(StrEnum):
    """When notifications of a kind are mailed."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


ALWAYS_MAILED = frozenset({NotificationKind.ASSESSMENT, NotificationKind.ACCOUNT})
"""Kinds that can't be turned off: official matters with time limits, and who may act for whom."""

DIGEST_TIME = time(8)
"""In the city (Asia/Shanghai)."""

URGENT_WITHIN = timedelta(days=2)
"""What has to be done so soon is mailed at once: a digest may come a day later, and a day stays to act."""

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    NotificationKind: {
        NotificationKind.BOOKINGS: gettext_noop("Bookings, waiting lists and credit"),
        NotificationKind.USES: gettext_noop("Recorded hours and devices"),
        NotificationKind.SAMPLES: gettext_noop("Samples sent in"),
        NotificationKind.STATEMENTS: gettext_noop("Statements and payments"),
        NotificationKind.UNIT: gettext_noop("Instruments and information of the unit"),
        NotificationKind.ASSESSMENT: gettext_noop("Annual assessment and vouchers"),
        NotificationKind.ACCOUNT: gettext_noop("Account, organizations and everything else"),
    },
    MailDelivery: {
        MailDelivery.AT_ONCE: gettext_noop("At once"),
        MailDelivery.DAILY: gettext_noop("Once a day"),
        MailDelivery.NEVER: gettext_noop("Never"),
    },
}


def get_deliveries(kind: NotificationKind) -> list[MailDelivery]:
    """Return what may be chosen for a kind."""
    return [one for one in MailDelivery if one is not MailDelivery.NEVER or kind not in ALWAYS_MAILED]


def is_urgent(act_by: datetime | None, now: datetime) -> bool:
    """Return whether what is to be done by `act_by` can't wait for a digest; what is over can."""
    return act_by is not None and now <= act_by <= now + URGENT_WITHIN


def get_last_digest_time(now: datetime) -> datetime:
    """Return the last time at which digests were due, at or before now."""
    local = now.astimezone(CITY_TIME)
    due = datetime.combine(local.date(), DIGEST_TIME, CITY_TIME)
    return due if due <= local else due - timedelta(days=1)
