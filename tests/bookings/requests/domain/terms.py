"""Terms to start from; each test replaces what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import Decision, ServiceMode, UserKind
from providers.terms.domain.terms import OpeningPattern, Price, Terms

START = datetime(2026, 1, 1, tzinfo=UTC)

TERMS = Terms(
    rule_id=1,
    version=1,
    applies_from=START,
    patterns=(OpeningPattern(opens=time(8), closes=time(20), starts_on=START.date()),),
    user_kinds=frozenset(UserKind),
    service_modes=frozenset(ServiceMode),
    prices=(Price(Decimal("100.00")),),
    decision=Decision.AT_ONCE,
)


def terms(**changes):
    return replace(TERMS, **changes)


def local(text):
    """An instant from what a clock in the city shows."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_TIME).astimezone(UTC)


def between(start, end):
    """`between("2026-03-02 09:00", "11:00")`; an end without a date is on the same day."""
    if len(end) == 5:
        end = f"{start[:10]} {end}"
    return Interval(local(start), local(end))


def hours(count):
    return timedelta(hours=count)
