"""A keeper's day on a tablet: who is late, a note, and an instrument that breaks."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bookings.requests.models import Booking
from bookings.usage.models import UsageLog
from bookings.usage.services.attendance import booking_check_in
from instrument_share.accounts.models import User
from instrument_share.journal.models import Notification
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.journeys.walk import PASSWORD, axe, go

pytestmark = pytest.mark.django_db(transaction=True)
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}


def test_a_late_use_a_note_and_an_instrument_that_breaks(enter, clock, watch):
    clock.set(NOW)
    city = factories.city()
    late = book(city, slot(day=0, hour=9, length=1))
    hit = book(city, slot(day=0, hour=13, length=1), subject="薄膜厚度")
    booking_check_in(actor=city.keeper, booking_id=late.pk, now=late.starts_at)
    for person in User.objects.all():
        person.set_password(PASSWORD)
        person.save()
    clock.set(late.ends_at + timedelta(minutes=30))
    page = enter(city.keeper.username, **TABLET)
    page.goto("/keeper/")
    axe(page)
    expect(page.locator("#overdue")).to_contain_text("戊")
    page.locator("#overdue").get_by_role("link", name="签退").click()
    page.locator("#id_ends_at").fill("2026-03-02T10:10")
    go(page.locator("main form[method=post] button.btn-primary").first)
    expect(page.locator("#amount")).to_contain_text("¥116.67")
    go(page.locator("main form[method=post] button.btn-primary").first)
    assert UsageLog.objects.get().effective_seconds == 70 * 60

    page.goto("/keeper/notes/")
    page.locator("#id_text").fill("真空计读数漂移，换样后等 10 分钟")
    go(page.get_by_role("button", name="保存记录"))
    page.goto("/keeper/")
    expect(page.locator("#remarks")).to_contain_text("真空计读数漂移")

    page.get_by_role("link", name="故障停用").first.click()
    expect(page.locator("#id_starts_at")).to_have_value("2026-03-02T10:30")
    page.locator("#id_reason_zh").fill("分子泵报警")
    watch.expect("422")
    page.locator("main form[method=post] button.btn-primary").first.click()
    fate = page.locator(".fate")
    expect(fate).to_have_count(1)
    axe(page)
    fate.get_by_role("radio", name="取消，不收费").check()
    go(page.get_by_role("button", name="停用并通知用户"))
    expect(page.locator("#notes")).to_contain_text("受影响的用户均已通知")
    assert Booking.objects.get(pk=hit.pk).state == "cancelled"
    told = Notification.objects.filter(user=city.researcher, params__reason__zh="分子泵报警")
    assert told.count() == 1


def test_the_row_of_an_approved_request_takes_the_focus_of_the_button(enter, clock):
    clock.set(NOW)
    city = factories.city(decision="by_keeper", decision_hours=24)
    for hour in (9, 13):
        book(city, slot(day=1, hour=hour, length=1))
    city.keeper.set_password(PASSWORD)
    city.keeper.save()
    page = enter(city.keeper.username, **TABLET)
    page.goto("/keeper/")
    page.locator("#decide li").first.get_by_role("button", name="通过").press("Enter")
    row = page.locator("#decide li").first
    expect(row.locator("[role=status]")).to_contain_text("已通过，并已通知")
    expect(row.get_by_role("link")).to_be_focused()
