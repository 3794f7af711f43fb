"""The tables of docs/pricing.md are true: every row of them is calculated again."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise, takewhile
from pathlib import Path

import pytest

from bookings.requests.domain.cancellation import calculate_late_cancel_charge
from bookings.requests.domain.pricing import calculate_quote
from bookings.statements.domain.billing import get_age_band
from bookings.statements.services.statements import statement_send
from bookings.usage.services.usage import usage_confirm
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import PriceUnit, ServiceMode, UserKind
from providers.terms.domain.terms import Price
from tests.bookings.requests.domain.terms import between, terms
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    cancelled_late,
    charges,
    correct,
    draft,
    not_attended,
    open_at_the_end_of_march,
    usage_by_hand,
)
from tests.factories import NOW

D = Decimal
PAGE = Path(__file__).parents[2] / "docs/pricing.md"
PRICES = (
    Price(D(100)),
    Price(D(50), from_time=time(22), until_time=time(6)),
    Price(D(200), UserKind.ENTERPRISE),
    Price(D(30), unit=PriceUnit.SAMPLE),
    Price(D(80), None, ServiceMode.OPERATED, unit=PriceUnit.USE),
)
BOOKED = between("2026-03-02 09:00", "11:00")


def rows_under(head):
    """The rows of the table with this head."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index(head) + 2
    rows = list(takewhile(lambda line: line.startswith("|"), lines[start:]))
    assert rows
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_quotes():
    offered = terms(prices=PRICES, minimum_charge_yuan=D(120))
    for start, end, kind, mode, samples, amount in rows_under(
        "| From | To | Kind of user | Way of service | Samples | Amount |"
    ):
        interval = between(start, end)
        price = calculate_quote(offered, interval, UserKind(kind), ServiceMode(mode), int(samples))
        assert price.total == D(amount), (start, end, kind, mode)


def test_late_cancellations():
    for minutes, charge in rows_under("| Minutes that nobody took | Charge |"):
        free = timedelta(minutes=int(minutes))
        taken = [Interval(BOOKED.start, BOOKED.end - free)] if free < BOOKED.length else []
        assert calculate_late_cancel_charge(D(300), 50, BOOKED, taken) == D(charge), minutes


def test_ages_of_debts():
    bands = ["0–30", "31–60", "61–90", "over 90"]
    for days, band in rows_under("| Days | Band |"):
        sent = date(2026, 3, 1)
        assert bands[get_age_band(sent, sent + int(days) * DAY)] == band, days


@pytest.mark.django_db
@pytest.mark.parametrize("row", range(4))
def test_charges_on_statements(city, row):
    start, end, happened, charge, month = rows_under(
        "| Booked from | To | What happened | Charge | Statement of |"
    )[row]
    open_at_the_end_of_march(city)
    make = {"late": cancelled_late, "no-show": not_attended}[happened]
    booking = make(city, between(start, end))
    found = [
        one for of in (date(2026, 3, 1), date(2026, 4, 1)) for one in draft(city, of, APRIL_1 + 30 * DAY)
    ]
    assert [(f"{one.month:%Y-%m}", charges(one)) for one in found] == [(month, [(booking.pk, D(charge))])]


@pytest.mark.django_db
def test_statements(city):
    first = usage_by_hand(city, NOW + DAY, 1, amount_yuan=D(200))
    late = usage_by_hand(city, NOW + 2 * DAY, 1, amount_yuan=D(80), is_confirmed=False)
    expected = rows_under("| Statement of | Lines | Total |")
    months = [datetime.fromisoformat(f"{month}-01").date() for month, *_rest in expected]
    found = []
    for month, following in pairwise([*months, date(2026, 6, 1)]):
        over = APRIL_1 + (following - date(2026, 4, 1))
        (statement,) = draft(city, month, over)
        amounts = statement.lines.order_by("position").values_list("amount_yuan", flat=True)
        lines = ", ".join(str(amount) for amount in sorted(amounts, reverse=True))
        found.append([f"{month:%Y-%m}", lines, str(statement.total_yuan)])
        statement_send(actor=city.manager, statement_id=statement.pk, now=over)
        if month == months[0]:
            usage_confirm(actor=city.researcher, log_id=late.pk, now=over + DAY)
            correct(city, first, over + DAY, amount_yuan=D("150.50"))
        if month == months[1]:
            correct(city, first, over + DAY, amount_yuan=D(160))
    assert found == expected
