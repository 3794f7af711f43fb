"""The catalogue of measures (docs/reward-policy.md, "Measures").

Each is an exact value with its formula and numbers:

    calculate_measure("utilization", facts).formula  ->  "(1190.00 + 384.00) ÷ 2105.75 = 0.7475"

A measure whose denominator is zero has no value; what that scores is the policy's to say. Figures in a
formula are rounded for reading; the value is not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bookings.domain import Rating
from providers.domain import InformationKind
from rewards.assessment.domain.facts import InstrumentFacts, UnitFacts
from rewards.policy.domain.figures import format_exact, format_rounded, to_hours
from rewards.policy.domain.policy import Quota

LISTED_AT_MOST = 4
"""A formula lists the instruments one by one up to this many, else their sum."""

KINDS_OF_INFORMATION = len(InformationKind)

EXTERNAL_WEIGHT = Fraction(3, 2)
"""What a yuan of external income weighs against one of internal income in `income_yield`."""


@dataclass(frozen=True)
class MeasureResult:
    """One measure of one unit. `value` is None where the denominator is zero."""

    code: str
    numerator: Fraction
    denominator: Fraction
    value: Fraction | None
    formula: str

    def as_json(self) -> dict[str, str | None]:
        return {
            "code": self.code,
            "numerator": format_exact(self.numerator),
            "denominator": format_exact(self.denominator),
            "value": None if self.value is None else format_exact(self.value),
            "shown": None if self.value is None else format_rounded(self.value, 4),
            "formula": self.formula,
        }


Calculation = Callable[[str, UnitFacts, Quota], MeasureResult]


def calculate_measure(code: str, facts: UnitFacts, quota: Quota | None = None) -> MeasureResult:
    """Calculate the measure `code` of the catalogue. KeyError for a code that is not in it."""
    return _CALCULATIONS[code](code, facts, quota or Quota())


def calculate_quota_hours(instrument: InstrumentFacts, year_days: int, quota: Quota) -> Fraction:
    """Return the hours expected of an instrument for the part of the year that it was in service."""
    full = quota.special if instrument.purpose == "special" else quota.general
    return full * Fraction(instrument.in_service_days, year_days)


# How quotients are put together and written down.


def _quotient(
    code: str, top: Fraction, bottom: Fraction, written_top: str, written_bottom: str
) -> MeasureResult:
    value = top / bottom if bottom else None
    result = "= " + format_rounded(value, 4) if value is not None else "= —"
    return MeasureResult(code, top, bottom, value, f"{written_top} ÷ {written_bottom} {result}")


def _listed(terms: list[Fraction]) -> str:
    if 1 < len(terms) <= LISTED_AT_MOST:
        return f"({' + '.join(format_rounded(term) for term in terms)})"
    return format_rounded(sum(terms, Fraction(0)))


def _sum(terms: list[Fraction]) -> Fraction:
    return sum(terms, Fraction(0))


def _over_instruments(code: str, tops: list[Fraction], bottoms: list[Fraction]) -> MeasureResult:
    """Return the quotient of two sums over instruments, in the form "(a + b) ÷ c"."""
    return _quotient(code, _sum(tops), _sum(bottoms), _listed(tops), format_rounded(_sum(bottoms)))


def _hours_of(facts: UnitFacts, name: str) -> list[Fraction]:
    return [to_hours(getattr(instrument, name)) for instrument in facts.instruments]


def _money_of(facts: UnitFacts, name: str) -> Fraction:
    return _sum([Fraction(getattr(instrument, name)) for instrument in facts.instruments])


def _count(code: str, count: Fraction | int, places: int = 0) -> MeasureResult:
    return MeasureResult(code, Fraction(count), Fraction(1), Fraction(count), format_rounded(count, places))


def _complement(code: str, lost: Fraction, whole: Fraction) -> MeasureResult:
    """Return 1 − lost ÷ whole."""
    value = 1 - lost / whole if whole else None
    result = format_rounded(value, 4) if value is not None else "—"
    return MeasureResult(
        code, whole - lost, whole, value, f"1 − {format_rounded(lost)} ÷ {format_rounded(whole)} = {result}"
    )


# The catalogue, in the order of docs/reward-policy.md.


def _hours_mean(name: str) -> Calculation:
    def calculate(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
        years = [Fraction(i.in_service_days, facts.year_days) for i in facts.instruments]
        return _over_instruments(code, _hours_of(facts, name), years)

    return calculate


def _per_quota(name: str) -> Calculation:
    def calculate(code: str, facts: UnitFacts, quota: Quota) -> MeasureResult:
        quotas = [
            calculate_quota_hours(instrument, facts.year_days, quota) for instrument in facts.instruments
        ]
        return _over_instruments(code, _hours_of(facts, name), quotas)

    return calculate


def _hours_share(part: str, whole: str) -> Calculation:
    def calculate(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
        return _over_instruments(code, _hours_of(facts, part), _hours_of(facts, whole))

    return calculate


def _hours_kept(lost: str, whole: str) -> Calculation:
    def calculate(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
        return _complement(code, _sum(_hours_of(facts, lost)), _sum(_hours_of(facts, whole)))

    return calculate


def _external_income(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
    return _count(code, _money_of(facts, "external_income"), places=2)


def _income_yield(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
    internal, external = _money_of(facts, "internal_income"), _money_of(facts, "external_income")
    value = _money_of(facts, "original_value")
    written = f"({format_rounded(internal)} + {format_exact(EXTERNAL_WEIGHT)} × {format_rounded(external)})"
    return _quotient(code, internal + EXTERNAL_WEIGHT * external, value, written, format_rounded(value))


def _networked_share(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
    published, declared = facts.published_instruments, facts.declared_instruments or 0
    return _quotient(code, Fraction(published), Fraction(declared), str(published), str(declared))


def _completeness(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
    complete, months = sum(facts.kinds_complete), len(facts.kinds_complete)
    written = f"({KINDS_OF_INFORMATION} × {months})"
    return _quotient(
        code, Fraction(complete), Fraction(KINDS_OF_INFORMATION * months), str(complete), written
    )


def _satisfaction(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
    total = sum(rating * count for rating, count in enumerate(facts.reviews, start=1))
    reviews = sum(facts.reviews)
    return _quotient(code, Fraction(total), Fraction(reviews), str(total), str(reviews))


def _decision_timeliness(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
    written = f"({facts.decided} + {facts.lapsed})"
    due = Fraction(facts.decided + facts.lapsed)
    return _quotient(code, Fraction(facts.decided_in_time), due, str(facts.decided_in_time), written)


def _counted(name: str) -> Calculation:
    def calculate(code: str, facts: UnitFacts, _quota: Quota) -> MeasureResult:
        return _count(code, getattr(facts, name))

    return calculate


_CALCULATIONS: Mapping[str, Calculation] = {
    "effective_hours_mean": _hours_mean("effective_seconds"),
    "utilization": _per_quota("effective_seconds"),
    "external_hours_mean": _hours_mean("external_seconds"),
    "external_share": _hours_share("external_seconds", "effective_seconds"),
    "sme_share": _hours_share("sme_seconds", "external_seconds"),
    "external_income": _external_income,
    "income_yield": _income_yield,
    "open_hours_share": _per_quota("offered_seconds"),
    "uptime_share": _hours_kept("closed_seconds", "offered_seconds"),
    "networked_share": _networked_share,
    "completeness": _completeness,
    "satisfaction": _satisfaction,
    "decision_timeliness": _decision_timeliness,
    "data_quality": _hours_kept("invalidated_seconds", "reported_seconds"),
    "organizations_served": _counted("organizations_served"),
    "major_projects": _counted("major_projects"),
    "cases_published": _counted("cases_published"),
}

MEASURE_FIGURES: Mapping[str, str] = {
    "weight": format_exact(EXTERNAL_WEIGHT),
    "kinds": str(KINDS_OF_INFORMATION),
    "best": str(len(Rating)),
}
"""The figures that the messages of the measures state."""
