"""Sheets of rules and prices, and the bookings that their new hours would leave outside."""

import pytest

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, NextFree
from bookings.requests.services.notifications import WITHDRAWN
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.wording import Sentence
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.sheet_columns import PRICES, RULES
from providers.exchange.services.imports import apply, preview
from providers.instruments.models import InstrumentLink
from providers.terms.models import OpenServiceRule
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
RULES_HEADING = (
    "内部编号,生效日期,开放星期,开放开始时间,开放结束时间,节假日安排,可预约对象,服务方式,每小时价格（元）\n"
)
PRICES_HEADING = "内部编号,生效日期,服务对象,计价方式,价格（元）\n"


@pytest.fixture
def city():
    """Open every day from 08:00 to 20:00."""
    made = factories.city()
    put_in_force(made, hours())
    return made


def rule_row(instrument, closes="18:00", day=2, users="企业"):
    date = slot(day=day).start.date().isoformat()
    return f"{instrument.inner_number},{date},周一至周日,8:00,{closes},节假日照常开放,{users},自主上机,100\n"


def bring(city, text, act=apply, kind=RULES, **more):
    return act(
        actor=city.manager,
        organization_id=city.owner.pk,
        table=read_table(text.encode()),
        kind=kind,
        now=NOW,
        **more,
    )


def test_sheet_names_bookings_outside_its_hours_and_refuses_their_instrument(city):
    book(city, slot(day=3, hour=9))
    outside = [book(city, slot(day=day, hour=18)) for day in (3, 4)]
    other = factories.instrument(city.owner)
    text = RULES_HEADING + rule_row(city.instrument) + rule_row(other)
    for act, more in ((preview, {}), (apply, {}), (apply, {"partial": True})):
        report = bring(city, text, act, **more)
        (error,) = report.errors
        assert (error.cell, error.code) == ("B2", "import.bookings_outside")
        assert error.reason.params["number"] == 2
        assert error.reason.params["bookings"] == tuple(
            Sentence("{booking} ({starts_at})", {"booking": one.public_id, "starts_at": one.starts_at})
            for one in outside
        )
    assert (report.applied, report.entered) == (True, 1)
    assert OpenServiceRule.objects.filter(instrument=other).count() == 1
    assert OpenServiceRule.objects.filter(instrument=city.instrument).count() == 2
    assert {one.state for one in outside} == {BookingState.APPROVED}


def test_sheet_names_a_booking_that_begins_before_it_applies_and_ends_outside_its_hours(city):
    put_in_force(city, hours(opens=0, closes=0))
    book(city, slot(day=1, hour=22, length=4))
    report = bring(city, RULES_HEADING + rule_row(city.instrument))
    assert [error.code for error in report.errors] == ["import.bookings_outside"]


def test_sheet_publishes_where_no_booking_is_hit_and_makes_the_next_free_time_again(city):
    book(city, slot(day=3, hour=9))
    assert bring(city, RULES_HEADING + rule_row(city.instrument, closes="19:00")).applied
    assert bring(
        city, PRICES_HEADING + f"{city.instrument.inner_number},2026-03-20,,,300\n", kind=PRICES
    ).applied
    NextFree.objects.all().delete()
    assert bring(city, RULES_HEADING + rule_row(city.instrument, closes="17:00", day=4)).applied
    assert NextFree.objects.get(instrument=city.instrument).at is not None


def test_prices_of_instrument_with_bookings_outside_already_are_published(city):
    kept = book(city, slot(day=3, hour=18))
    put_in_force(city, hours(closes=18), day=2, outcomes={kept.public_id: "keep"})
    report = bring(city, PRICES_HEADING + f"{city.instrument.inner_number},2026-03-20,,,300\n", kind=PRICES)
    assert (report.applied, report.entered, report.errors) == (True, 1, ())


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"users": "本单位用户"}, "lapsed"),
        ({"closes": "10:00"}, "lapsed"),
        ({"closes": "11:00"}, "offered"),
        ({"users": "本单位用户", "day": 2}, "offered"),
    ],
)
def test_sheet_withdraws_the_offers_that_its_rules_refuse(city, row, state):
    """As a version that is published by hand does; unanswered they would count against who waits."""
    entry = join(city)
    report = bring(city, RULES_HEADING + rule_row(city.instrument, **{"day": 1, **row}))
    assert (report.applied, report.errors) == (True, ())
    assert offered(entry) == [(slot().start, slot().end, state)]
    messages = [one.message for one in journal.notifications(entry.user)]
    assert (messages[0] == WITHDRAWN) == (state == "lapsed")


@pytest.mark.parametrize("both", [False, True])
def test_sheet_withdraws_an_offer_once_on_all_instruments_that_it_holds(city, both):
    other = factories.instrument(city.owner)
    factories.rule(other)
    factories.windows(other)
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)
    join(city)
    changed = [city.instrument, other] if both else [other]
    rows = "".join(rule_row(one, day=1, users="本单位用户") for one in changed)
    assert bring(city, RULES_HEADING + rows).applied
    assert set(Booking.objects.values_list("instrument", "state")) == {
        (city.instrument.pk, "lapsed"),
        (other.pk, "lapsed"),
    }
    ended = AuditEntry.objects.filter(action="booking.offer_lapsed").values_list("subject_id", flat=True)
    assert sorted(ended) == sorted(Booking.objects.values_list("public_id", flat=True))
