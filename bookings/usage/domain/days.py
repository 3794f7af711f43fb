"""Sums of usage by day, kept so that figures for everybody need not read a year of logs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from instrument_share.kernel.city_time import CITY_TIME

FEN = 100

Amounts = tuple[int, int, int, int]
"""Internal and external effective seconds, amount in 0.01 yuan, number of uses."""
NOTHING: Amounts = (0, 0, 0, 0)


@dataclass
class DaySums:
    """What logs add up to; a log that is taken away leaves what the others add up to."""

    days: dict[tuple[int, date], Amounts] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    """By unit and day."""
    served: Counter[tuple[int, int, date]] = field(default_factory=Counter)
    """Uses by unit, paying outside organization and day."""

    def add(self, facts: Mapping[str, Any], *, times: int = 1) -> None:
        """Add a log as it counts (`times=-1`: take it away).

        `facts` are its unit, payer (None for a person), external, starts_at, effective_seconds and
        amount_yuan.
        """
        day = facts["starts_at"].astimezone(CITY_TIME).date()
        seconds = facts["effective_seconds"]
        inside, outside = (0, seconds) if facts["external"] else (seconds, 0)
        self.add_day(facts["unit"], day, (inside, outside, to_fen(facts["amount_yuan"]), 1), times=times)
        if facts["external"] and facts["payer"] is not None:
            self.served[facts["unit"], facts["payer"], day] += times

    def add_day(self, unit: int, day: date, amounts: Amounts, *, times: int = 1) -> None:
        """Add what several logs of a unit and day amount to."""
        before = self.days[unit, day]
        inside, outside, fen, uses = (one + times * more for one, more in zip(before, amounts, strict=True))
        self.days[unit, day] = (inside, outside, fen, uses)

    def without_nothing(self) -> "DaySums":
        """Return the sums without days and payers that came to nothing."""
        return DaySums(
            {key: amounts for key, amounts in self.days.items() if amounts != NOTHING},
            Counter({key: uses for key, uses in self.served.items() if uses}),
        )


def to_fen(amount_yuan: Decimal) -> int:
    """Return an amount in 0.01 yuan; stored amounts have no smaller part."""
    return int(amount_yuan * FEN)
