"""What keeps terms from being published."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from providers.terms.domain.choices import (
    Decision,
    Frequency,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    ServiceMode,
    UserKind,
)
from providers.terms.domain.terms import (
    LAST,
    DayException,
    OpeningPattern,
    Price,
    Quota,
    TermsDraft,
    problems_of_terms,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATTERN = OpeningPattern(time(9), time(17), date(2026, 3, 2))
MONTHLY = replace(PATTERN, frequency=Frequency.MONTHLY_BY_WEEKDAY, weekdays=(0,), nth=1)
DRAFT = TermsDraft(
    patterns=(PATTERN,),
    user_kinds=frozenset({UserKind.OUTSIDE}),
    service_modes=frozenset({ServiceMode.OPERATED}),
    prices=(Price(Decimal(100)),),
)


def codes(**changes):
    return [
        (problem.code.removeprefix("rule."), problem.field)
        for problem in problems_of_terms(replace(DRAFT, **changes))
    ]


def test_draft_terms_have_expected_defaults():
    assert codes() == []
    assert (DRAFT.step, DRAFT.min_length, DRAFT.max_length) == (30 * MINUTE, 30 * MINUTE, 8 * HOUR)
    assert (DRAFT.lead, DRAFT.horizon, DRAFT.turnaround) == (timedelta(), 30 * DAY, timedelta())
    assert (DRAFT.change_deadline, DRAFT.cancel_deadline, DRAFT.decision_hours) == (DAY, DAY, 24)
    assert (DRAFT.late_cancel_percent, DRAFT.no_show_percent, DRAFT.minimum_charge_yuan) == (50, 100, 0)
    assert not any((DRAFT.may_span_gaps, DRAFT.needs_qualification, DRAFT.accepts_vouchers))
    assert (PATTERN.weekdays, PATTERN.interval, PATTERN.nth) == ((0, 1, 2, 3, 4), 1, None)


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        (replace(PATTERN, weekdays=()), "weekdays"),
        (replace(PATTERN, weekdays=(7,)), "weekdays"),
        (replace(PATTERN, weekdays=(0, 6)), None),
        (replace(PATTERN, interval=0), "interval"),
        (replace(PATTERN, interval=52), None),
        (replace(PATTERN, interval=53), "interval"),
        (replace(PATTERN, nth=1), "nth_weekly"),
        (replace(PATTERN, until=date(2026, 3, 2)), None),
        (replace(PATTERN, until=date(2026, 3, 1)), "until"),
        (replace(PATTERN, until=date(2099, 12, 31)), None),
        (replace(PATTERN, until=date(9999, 12, 31)), "day_far_off"),
        (replace(PATTERN, starts_on=date(1899, 12, 31)), "day_far_off"),
        (MONTHLY, None),
        (replace(MONTHLY, nth=5), None),
        (replace(MONTHLY, nth=LAST), None),
        (replace(MONTHLY, nth=6), "nth"),
        (replace(MONTHLY, nth=0), "nth"),
        (replace(MONTHLY, nth=None), "nth"),
        (replace(MONTHLY, weekdays=(0, 1)), "one_weekday"),
    ],
)
def test_opening_hours(pattern, code):
    assert codes(patterns=(pattern,)) == ([(code, "patterns")] if code else [])


def test_opening_hours_are_named_by_their_number():
    (problem,) = problems_of_terms(replace(DRAFT, patterns=(PATTERN, replace(PATTERN, interval=0))))
    assert problem.params == {"number": 2, "most": 52}
    assert codes(patterns=()) == [("no_hours", "patterns")]


@pytest.mark.parametrize(
    ("exceptions", "codes_of_them"),
    [
        ([DayException(date(2026, 10, 1)), DayException(date(2026, 10, 1), time(9), time(12))], []),
        ([DayException(date(2026, 10, 1), time(9))], ["exception_times"]),
        ([DayException(date(2026, 10, 1), None, time(9))], ["exception_times"]),
        ([DayException(date(2026, 10, 1))] * 2, ["exception_twice"]),
        ([DayException(date(9999, 12, 31))], ["exception_far_off"]),
    ],
)
def test_exceptions(exceptions, codes_of_them):
    assert codes(exceptions=tuple(exceptions)) == [(code, "exceptions") for code in codes_of_them]


USER, ORGANIZATION = QuotaHolder.USER, QuotaHolder.ORGANIZATION


@pytest.mark.parametrize(
    ("quotas", "codes_of_them"),
    [
        ([Quota(USER, QuotaSpan.DAY, MINUTE), Quota(USER, QuotaSpan.WEEK, None, 1)], []),
        ([Quota(USER, QuotaSpan.DAY, MINUTE), Quota(ORGANIZATION, QuotaSpan.DAY, MINUTE)], []),
        ([Quota(USER, QuotaSpan.DAY)], ["quota_empty"]),
        ([Quota(USER, QuotaSpan.DAY, MINUTE - timedelta(seconds=1), 5)], ["quota_empty"]),
        ([Quota(USER, QuotaSpan.DAY, HOUR, 0)], ["quota_empty"]),
        ([Quota(USER, QuotaSpan.DAY, HOUR), Quota(USER, QuotaSpan.DAY, None, 2)], ["quota_twice"]),
    ],
)
def test_quotas(quotas, codes_of_them):
    assert codes(quotas=tuple(quotas)) == [(code, "quotas") for code in codes_of_them]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"step": MINUTE, "min_length": MINUTE}, None),
        ({"step": DAY, "min_length": DAY, "max_length": DAY}, None),
        ({"step": timedelta(seconds=59)}, "step"),
        ({"step": timedelta(seconds=90)}, "step"),
        ({"step": DAY + MINUTE}, "step"),
        ({"min_length": 15 * MINUTE}, "min_length"),
        ({"min_length": 45 * MINUTE}, "min_length"),
        ({"min_length": 8 * HOUR}, None),
        ({"max_length": 30 * MINUTE}, None),
        ({"max_length": 45 * MINUTE}, "max_length"),
        ({"min_length": HOUR, "max_length": 30 * MINUTE}, "max_length"),
        ({"horizon": DAY}, None),
        ({"horizon": 23 * HOUR}, "horizon"),
        ({"horizon": 36 * HOUR}, "horizon"),
        ({"horizon": 2 * DAY, "lead": 2 * DAY}, None),
        ({"horizon": 2 * DAY, "lead": 2 * DAY + MINUTE}, "horizon"),
        ({"lead": MINUTE}, None),
        ({"lead": -MINUTE}, "lead"),
        ({"lead": timedelta(seconds=1)}, "lead"),
        ({"change_deadline": -MINUTE}, "change_deadline"),
        ({"cancel_deadline": timedelta(seconds=61)}, "cancel_deadline"),
        ({"turnaround": timedelta(seconds=30)}, "turnaround"),
        ({"turnaround": timedelta()}, None),
    ],
)
def test_lengths(changes, field):
    assert codes(**changes) == ([(field, field)] if field else [])


def test_invalid_step_hides_dependent_problems():
    assert codes(step=timedelta(), min_length=45 * MINUTE) == [("step", "step")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"user_kinds": frozenset()}, [("no_users", "user_kinds")]),
        ({"service_modes": frozenset()}, [("no_modes", "service_modes")]),
        ({"decision_hours": 1}, []),
        ({"decision_hours": 720}, []),
        ({"decision_hours": 0}, [("decision_hours", "decision_hours")]),
        ({"decision_hours": 721}, [("decision_hours", "decision_hours")]),
        ({"decision_hours": 0, "decision": Decision.AT_ONCE}, []),
    ],
)
def test_invalid_admission_and_decision_terms_are_refused(changes, found):
    assert codes(**changes) == found


def test_everybody_who_may_book_has_a_price():
    kinds = frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE})
    modes = frozenset({ServiceMode.OPERATED, ServiceMode.REMOTE})
    prices = (Price(Decimal(1), UserKind.OUTSIDE), Price(Decimal(1), UserKind.ENTERPRISE, ServiceMode.REMOTE))
    draft = {"user_kinds": kinds, "service_modes": modes}
    assert codes(**draft, prices=prices) == [("no_price", "prices")]
    assert codes(**draft, prices=(*prices, Price(Decimal(0), None, ServiceMode.OPERATED))) == []
    assert codes(prices=()) == [("no_price", "prices")]


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (Price(Decimal(0)), None),
        (Price(Decimal("-0.01")), "price_negative"),
        (Price(Decimal(1), from_time=time(9)), "price_times"),
        (Price(Decimal(1), until_time=time(9)), "price_times"),
        (Price(Decimal(1), from_time=time(9), until_time=time(8)), None),
        (Price(Decimal(1), weekdays=(5, 6)), None),
        (Price(Decimal(1), unit=PriceUnit.SAMPLE), None),
        (Price(Decimal(1), unit=PriceUnit.SAMPLE, weekdays=(5, 6)), "price_counted_at_times"),
        (
            Price(Decimal(1), unit=PriceUnit.USE, from_time=time(18), until_time=time(22)),
            "price_counted_at_times",
        ),
    ],
)
def test_prices(price, code):
    assert codes(prices=(price,)) == ([(code, "prices")] if code else [])
