"""What stands on a statement, and how long it has been owed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bookings.statements.domain.errors import NothingOwed
from instrument_share.kernel.money import FEN

AGE_LIMITS = (30, 60, 90)
"""Days after sending: what is owed is told by these bands, the last without an end."""
BANDS = len(AGE_LIMITS) + 1


@dataclass(frozen=True)
class Payer:
    """An organization or a person, by id: exactly one of them."""

    organization_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Billable:
    """A use to be billed, the difference that a correction of a billed one makes, or a booking's charge.

    `corrects_id` is the line of the use, `correction_id` the correction of its amount that was confirmed
    last; None for a use that stands on no statement yet. Times and `effective_seconds` are those that count
    now; a charge has the booked times and no effective ones. Where `corrects_id` is the line of a charge,
    the amount is below 0 and gives that back.
    """

    payer: Payer
    starts_at: datetime
    ends_at: datetime
    amount_yuan: Decimal
    effective_seconds: int = 0
    log_id: int | None = None
    booking_id: int | None = None
    corrects_id: int | None = None
    correction_id: int | None = None


def group_by_payer(found: Iterable[Billable]) -> Mapping[Payer, list[Billable]]:
    """Return what is to be billed to each payer, by start."""
    groups: dict[Payer, list[Billable]] = {}
    for one in sorted(found, key=lambda one: (one.starts_at, one.log_id or 0, one.booking_id or 0)):
        groups.setdefault(one.payer, []).append(one)
    return groups


def to_fen(amount: Decimal) -> Decimal:
    """Return an amount with two decimals; a sum comes from SQLite without its last zeros."""
    return amount.quantize(FEN)


def describe_sending(statements: Iterable[Any], account: Any) -> dict[str, str]:
    """Return the amounts of statements by public id, and their account, as a page holds what it shows."""
    amounts = {one.public_id: f"{one.total_yuan:.2f}" for one in statements}
    return {**amounts, "account": account.public_id if account else ""}


def previous_month(day: date) -> date:
    """Return the first day of the month before that of `day`."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


def is_payable(amount_yuan: Decimal, owed_yuan: Decimal) -> bool:
    """Return whether the amount pays what is owed or a part of it; a credit is paid by negative amounts."""
    return bool(amount_yuan) and 0 < amount_yuan * owed_yuan <= owed_yuan * owed_yuan


def require_owed(owed_yuan: Decimal) -> None:
    """Raise NothingOwed where no amount can be paid."""
    if not owed_yuan:
        raise NothingOwed


def get_age_band(sent_date: date, today: date) -> int:
    """Return the band of what was sent on a day: 0 up to 30 days later, 1 up to 60, 2 up to 90, then 3."""
    days = (today - sent_date).days
    return sum(days > limit for limit in AGE_LIMITS)
