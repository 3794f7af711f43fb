"""Which usage entries of a year count, and how much of each (docs/reward-policy.md, "What counts").

Call `count_entries` once for each instrument with all of its entries, and add up what it returns with
`sum_entries`.
An entry that does not count says why, by the first reason that applies in the order of `REASONS`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction

import msgspec

from bookings.domain import Rating
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.interval import calculate_share_left
from rewards.assessment.domain.facts import Totals
from rewards.cycle.domain.entries import (
    EntryFacts,
    InstrumentStanding,
    find_overlapping_pairs,
    is_late_by_hand,
)
from rewards.policy.domain.policy import Counting

REASONS: Mapping[str, str] = {
    "other_year": gettext_noop("Starts in another year"),
    "not_published": gettext_noop("The instrument was not published in the year"),
    "below_threshold": gettext_noop("The instrument's value is below the threshold"),
    "not_shared": gettext_noop("The instrument is not open to outside users"),
    "retired": gettext_noop("The instrument was retired before the year"),
    "invalidated": gettext_noop("Invalidated by an auditor"),
    "unconfirmed": gettext_noop("Not confirmed"),
    "related": gettext_noop("The user is a related organization"),
    "statutory": gettext_noop("Statutory testing or law enforcement"),
    "commodity_inspection": gettext_noop("Commercial inspection of goods"),
    "medical": gettext_noop("Medical care"),
    "filming": gettext_noop("Commercial filming"),
    "telecom": gettext_noop("Telecom billing"),
    "outside_region": gettext_noop("The user is outside the region"),
    "late_by_hand": gettext_noop("Entered by hand too late"),
    "overlap": gettext_noop("Lies wholly within entries recorded earlier"),
}
"""Why an entry does not count, in the order in which the reasons are looked at."""

_NOTHING = Fraction(0)
_UNCUT: tuple[Fraction, tuple[str, ...]] = (Fraction(1), ())
_SECONDS = tuple(name for name in Totals.__dataclass_fields__ if name.endswith("_seconds"))
_INCOMES = tuple(name for name in Totals.__dataclass_fields__ if name.endswith("_income"))
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])
"""A sum that would be rounded is an error."""

OUT_OF_SCOPE = frozenset({"other_year", "not_published", "below_threshold", "not_shared", "retired"})
"""Reasons that lie in the year or the instrument, not in the entry: such hours are not even reported."""

RATING_FIGURES: Mapping[Rating, int] = {
    rating: figure for figure, rating in enumerate(reversed(Rating), start=1)
}
"""What each rating counts, from 极差 (1) to 非常满意 (5)."""

_WITHOUT_REVIEW = OUT_OF_SCOPE | {"invalidated"}


class CountedEntry(msgspec.Struct, frozen=True):
    """The decision on one entry. `fraction` is the part left after overlaps; 0 where it does not count."""

    entry: EntryFacts
    reason: str | None
    fraction: Fraction
    overlaps: tuple[str, ...] = ()
    """Earlier recorded entries (public ids) that took time from this one; each pair is a finding."""

    @property
    def counts(self) -> bool:
        return self.reason is None

    @property
    def effective_seconds(self) -> Fraction | int:
        if self.fraction == 1:
            return self.entry.effective_seconds
        return self.entry.effective_seconds * self.fraction


def ineligibility_reason(standing: InstrumentStanding, year: int, rules: Counting) -> str | None:
    """Return why an instrument does not count in `year`, or None when it does."""
    if not standing.published_in_year:
        return "not_published"
    if Fraction(standing.original_value) < rules.value_threshold:
        return "below_threshold"
    if not standing.externally_shared:
        return "not_shared"
    if standing.retired_on is not None and standing.retired_on < date(year, 1, 1):
        return "retired"
    return None


def count_service_days(year: int, began: date, retired: date | None = None) -> int:
    """Return the whole days of `year` in service, first and last included; suspensions are service."""
    first = max(began, date(year, 1, 1))
    last = min(retired or date(year, 12, 31), date(year, 12, 31))
    return max((last - first).days + 1, 0)


def count_days_of_year(year: int) -> int:
    """Return the number of days of a year: 365 or 366."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def count_entries(
    entries: Iterable[EntryFacts], standing: InstrumentStanding, year: int, rules: Counting
) -> list[CountedEntry]:
    """Decide on each entry of one instrument, in the order in which they were recorded.

    An overlap is taken from the entry recorded later. Only confirmed entries that nobody invalidated can
    take time; those that the policy leaves out can, for the instrument was in use. Pass the entries around
    the turn of the year too: they take time, and are then left out themselves.
    """
    barred = ineligibility_reason(standing, year, rules)
    ordered = sorted(entries, key=lambda entry: entry.number)
    cuts = _cuts([entry for entry in ordered if entry.confirmed and not entry.invalidated])
    decisions = []
    for entry in ordered:
        fraction, overlaps = cuts.get(entry.public_id, _UNCUT)
        reason = _reason(entry, barred, year, rules) or (None if fraction else "overlap")
        decisions.append(CountedEntry(entry, reason, _NOTHING if reason else fraction, overlaps))
    return decisions


def sum_entries(decisions: Iterable[CountedEntry]) -> Totals:
    """Sum up one instrument's year. Reported hours are all of its hours, invalidated ones included."""
    seconds: dict[str, Fraction | int] = dict.fromkeys(_SECONDS, 0)
    income = {name: _ExactSum() for name in _INCOMES}
    for decision in decisions:
        entry = decision.entry
        if decision.reason not in OUT_OF_SCOPE:
            seconds["reported_seconds"] += entry.effective_seconds
        if decision.reason == "invalidated":
            seconds["invalidated_seconds"] += entry.effective_seconds
        if decision.reason is not None:
            continue
        time = decision.effective_seconds
        seconds["effective_seconds"] += time
        if not entry.external:
            income["internal_income"].add(decision)
            continue
        seconds["external_seconds"] += time
        income["external_income"].add(decision)
        if entry.enterprise:
            income["enterprise_income"].add(decision)
        if entry.sme:
            seconds["sme_seconds"] += time
            income["sme_income"].add(decision)
    return Totals(**seconds, **{name: amounts.total for name, amounts in income.items()})


class _ExactSum:
    """Sum amounts exactly: whole ones together as decimals, a tenth of the time of fractions one by one."""

    def __init__(self) -> None:
        self._whole: list[Decimal] = []
        self._parts = _NOTHING

    def add(self, decision: CountedEntry) -> None:
        if decision.fraction == 1:
            self._whole.append(decision.entry.amount)
        else:
            self._parts += Fraction(decision.entry.amount) * decision.fraction

    @property
    def total(self) -> Fraction:
        with localcontext(_EXACT):
            whole = sum(self._whole, Decimal(0))
        return Fraction(whole) + self._parts


def is_review_counted(rating: Rating | None, reason: str) -> bool:
    """Return whether a use was rated and its rating counts; `reason` is why the use does not, or empty.

    That is so of all uses in scope that nobody invalidated, whether or not the policy pays for them.
    """
    return rating is not None and reason not in _WITHOUT_REVIEW


def order_ratings(ratings: Mapping[Rating | None, int]) -> tuple[int, ...]:
    """Return how many ratings there are of each, from 极差 to 非常满意, as `UnitFacts.reviews` has them."""
    return tuple(ratings.get(rating, 0) for rating in RATING_FIGURES)


def count_exclusions(decisions: Iterable[CountedEntry]) -> dict[str, tuple[int, int]]:
    """Count the entries that each reason left out, and their effective seconds, in order of `REASONS`."""
    found: dict[str, tuple[int, int]] = {}
    for decision in decisions:
        if decision.reason:
            count, seconds = found.get(decision.reason, (0, 0))
            found[decision.reason] = count + 1, seconds + decision.entry.effective_seconds
    return {reason: found[reason] for reason in REASONS if reason in found}


def _reason(entry: EntryFacts, barred: str | None, year: int, rules: Counting) -> str | None:
    if not entry.is_of_year(year):
        return "other_year"
    if barred:
        return barred
    if entry.invalidated:
        return "invalidated"
    if not entry.confirmed:
        return "unconfirmed"
    return _excluded_by_policy(entry, rules)


def _excluded_by_policy(entry: EntryFacts, rules: Counting) -> str | None:
    if entry.external and entry.related and "related" in rules.exclude:
        return "related"
    if entry.purpose in rules.exclude:
        return entry.purpose
    if entry.external and not entry.inside_region and "outside_region" in rules.exclude:
        return "outside_region"
    return "late_by_hand" if is_late_by_hand(entry, rules.late_by_hand_days) else None


def _cuts(ordered: list[EntryFacts]) -> dict[str, tuple[Fraction, tuple[str, ...]]]:
    """For each entry that loses time: the fraction left, and the earlier recorded entries it overlaps."""
    earlier = _earlier_overlapping(ordered)
    cuts = {}
    for entry in ordered:
        others = earlier.get(entry.public_id, [])
        if others:
            left = calculate_share_left(entry.interval, [other.interval for other in others])
            cuts[entry.public_id] = left, tuple(other.public_id for other in others)
    return cuts


def _earlier_overlapping(ordered: list[EntryFacts]) -> dict[str, list[EntryFacts]]:
    earlier: dict[str, list[EntryFacts]] = {}
    for first, second in find_overlapping_pairs(ordered):
        earlier.setdefault(second.public_id, []).append(first)
    return {key: sorted(others, key=lambda other: other.number) for key, others in earlier.items()}
