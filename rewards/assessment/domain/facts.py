"""What a unit did in a year, as frozen facts: the input of the measures.

Durations are seconds (exact fractions where an overlap was taken out), money is yuan, service is in days.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Seconds = Fraction | int
Yuan = Fraction | Decimal | int
Purpose = Literal["general", "special"]


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The sums over the usage entries of one instrument's year."""

    effective_seconds: Seconds = 0
    external_seconds: Seconds = 0
    sme_seconds: Seconds = 0
    """The part of the external seconds that was for small and medium enterprises."""
    internal_income: Yuan = 0
    external_income: Yuan = 0
    enterprise_income: Yuan = 0
    sme_income: Yuan = 0
    """The parts of the external income that came from enterprises, and from small and medium ones."""
    reported_seconds: Seconds = 0
    invalidated_seconds: Seconds = 0


@dataclass(frozen=True, kw_only=True)
class InstrumentFacts(Totals):
    """One eligible instrument's year."""

    public_id: str
    name_zh: str = ""
    name_en: str = ""
    purpose: Purpose = "general"
    original_value: Yuan = 0
    in_service_days: int = 0
    """Whole days of the year, first and last included, suspensions included."""
    offered_seconds: Seconds = 0
    """Windows offered to outside users, before closures."""
    closed_seconds: Seconds = 0
    """Closures inside those windows."""
    nonfiscal_value: Yuan = 0
    """The part of the original value that was paid from other than fiscal funds."""
    rewarded_before: bool = False
    """Whether a one-off reward was already paid for it."""


@dataclass(frozen=True)
class UnitFacts:
    """One owning unit's year."""

    uscc: str
    name_zh: str = ""
    name_en: str = ""
    year_days: int = 365
    instruments: tuple[InstrumentFacts, ...] = ()
    published_instruments: int = 0
    declared_instruments: int | None = None
    """The count that the unit declares each year; None where it declared none."""
    kinds_complete: tuple[int, ...] = ()
    """For each month end of the year, how many of the six kinds were complete (stale counts as 0)."""
    reviews: tuple[int, ...] = ()
    """Reviews by their rating: how many 极差 (1), 不满意 (2), 一般 (3), 基本满意 (4), 非常满意 (5)."""
    decided_in_time: int = 0
    decided: int = 0
    lapsed: int = 0
    organizations_served: int = 0
    major_projects: int = 0
    cases_published: int = 0
    grade: str | None = None
    """The grade that another assessment gave, for policies without indicators."""
