"""A series with dates that clash, and an offer from the waiting list that two people see, by clicking."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.requests.services.cancellations import booking_cancel
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.journeys.walk import PASSWORD, axe, go

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(clock):
    clock.set(NOW)
    city = factories.city(horizon_days=120)
    factories.windows(city.instrument, first=NOW + timedelta(days=30), days=90)
    city.other = factories.member(city.company, name="壬")
    city.admin = factories.member(city.company, Role.ORG_ADMIN, name="庚")
    for person in User.objects.all():
        person.set_password(PASSWORD)
        person.save()
    return city


def weeks_later(number):
    return slot(day=1 + 7 * number)


def held_by(person):
    return list(Booking.objects.filter(user=person, state="approved").order_by("starts_at"))


def test_a_series_of_twelve_is_booked_but_for_two_dates_that_clash(city, enter):
    for number in (2, 6):
        book(city, weeks_later(number), actor=city.other)
    page = enter(city.researcher.username)
    page.goto(f"/instruments/{city.instrument.public_id}/book/?start=2026-03-03T09:00&end=2026-03-03T11:00")
    page.locator("#id_subject").fill("每周定标")
    page.get_by_role("button", name="按周重复").click()
    page.locator("#id_count").fill("12")
    go(page.get_by_role("button", name="查看各次"))
    expect(page.locator("#dates [role=status]")).to_contain_text("¥2,000.00")
    expect(page.locator("#dates li", has_text="不可约")).to_have_count(2)
    expect(page.locator("#dates input[name=date]")).to_have_count(10)
    axe(page)
    go(page.locator("#dates button[name=book]"))
    expect(page.locator("#notes")).to_contain_text("10")
    assert [one.starts_at for one in held_by(city.researcher)] == [
        weeks_later(number).start for number in range(12) if number not in (2, 6)
    ]
    axe(page)

    page.goto(f"/bookings/{held_by(city.researcher)[4].public_id}/")
    page.locator("a[href$='/series/cancel/']").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[value=following]").check()
    axe(page)
    go(dialog.locator("form[method=post] button.btn-danger"))
    assert len(held_by(city.researcher)) == 4


def test_of_two_who_see_an_offer_the_first_gets_it(city, enter, watch):
    taken = book(city, slot(), actor=city.other)
    mine = enter(city.researcher.username)
    mine.goto(f"/instruments/{city.instrument.public_id}/wait/")
    mine.locator("#id_starts_at").fill("2026-03-03T09:00")
    mine.locator("#id_ends_at").fill("2026-03-03T11:00")
    mine.locator("#id_hours").fill("2")
    mine.locator("#id_subject").fill("断口形貌")
    axe(mine)
    go(mine.get_by_role("button", name="加入候补"))
    expect(mine.locator("main")).to_contain_text("候补中")

    booking_cancel(actor=city.other, booking_id=taken.pk, now=NOW)
    theirs = enter(city.admin.username)
    for page in (mine, theirs):
        page.goto("/me/waiting/")
        expect(page.locator("main")).to_contain_text("¥200.00")
    axe(mine)
    go(mine.get_by_role("button", name="接受该时段"))
    expect(mine.locator(".page-head")).to_contain_text("已通过")

    watch.expect("409")
    go(theirs.get_by_role("button", name="接受该时段"))
    expect(theirs.locator("main")).to_contain_text("已有答复或已过接受期限")
    (booking,) = held_by(city.researcher)
    assert (booking.starts_at, booking.ends_at) == (slot().start, slot().end)
