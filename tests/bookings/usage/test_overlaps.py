"""Uses entered by hand for a time that other uses have."""

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from bookings.usage.domain.errors import UsageRefused
from bookings.usage.models import UsageLog
from bookings.usage.selectors.national import iterate_service_facts
from bookings.usage.selectors.statistics import get_openness
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.days import usage_units_differing
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.kernel.interval import Interval, calculate_share_left
from tests.bookings.requests.booking import book, codes
from tests.bookings.usage.test_usage import by_hand
from tests.factories import NOW, member, slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MORNING = slot(day=-2, hour=9, length=2)
LATE_MORNING = slot(day=-2, hour=10, length=4)
DAY = Interval(slot(day=-2, hour=0).start, slot(day=-1, hour=0).start)


def test_overlapping_use_is_refused_and_names_the_other(city):
    first = by_hand(city, MORNING)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, LATE_MORNING)
    assert codes(refused) == ["usage.overlaps"]
    assert refused.value.problems[0].params == {"log": first.public_id, "time": MORNING}
    assert by_hand(city, Interval(MORNING.end, LATE_MORNING.end)).pk


def test_correction_cannot_make_uses_overlap(city):
    by_hand(city, MORNING)
    other = by_hand(city, Interval(MORNING.end, LATE_MORNING.end))
    changes = {"starts_at": LATE_MORNING.start}
    with pytest.raises(UsageRefused) as refused:
        usage_correct(actor=city.keeper, log_id=other.pk, changes=changes, reason="记错", now=NOW)
    assert codes(refused) == ["usage.overlaps"]


def test_overlap_is_judged_by_corrected_times(city):
    log = by_hand(city, MORNING)
    changes = {"ends_at": MORNING.start + HOUR, "measuring_seconds": 3600}
    correction = usage_correct(actor=city.keeper, log_id=log.pk, changes=changes, reason="提前结束", now=NOW)
    with pytest.raises(UsageRefused):
        by_hand(city, LATE_MORNING)
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=NOW)
    assert by_hand(city, LATE_MORNING).pk


def test_common_time_counts_once_in_statistics_and_national_records(city):
    first = by_hand(city, MORNING)
    second = by_hand(city, LATE_MORNING, overlap_reason="两个样品仓同时使用", idle_seconds=3600)
    assert (second.overlap.taken, second.overlap.reason) == (
        {first.public_id: MORNING.to_text()},
        "两个样品仓同时使用",
    )
    for log in (first, second):
        usage_confirm(actor=city.researcher, log_id=log.pk, now=NOW)
    # Of four hours the second has three alone, so that three quarters of its three effective hours count.
    counted = {first.public_id: 7200, second.public_id: 8100}
    assert get_openness(DAY).effective_seconds == sum(counted.values())
    records = iterate_service_facts(city.manager, [city.owner.pk], NOW.year)
    assert {record["public_id"]: record["effective_seconds"] for record in records} == counted
    correction = usage_correct(
        actor=city.keeper,
        log_id=second.pk,
        changes={"starts_at": MORNING.end, "measuring_seconds": 7200, "idle_seconds": 0},
        reason="记错",
        now=NOW,
    )
    usage_confirm(actor=city.researcher, log_id=second.pk, correction_id=correction.pk, now=NOW)
    assert get_openness(DAY).effective_seconds == 14400
    assert usage_units_differing() == []


def test_check_out_marks_a_use_whose_time_was_entered_by_hand_meanwhile(city, see):
    running = slot(day=0, hour=9, length=2)
    booking = book(city, running)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=running.start)
    hour = Interval(running.start, running.start + HOUR)
    entered = by_hand(city, hour, now=hour.end)
    log = booking_check_out(actor=city.keeper, booking_id=booking.pk, now=running.end)
    assert log.overlap.taken == {entered.public_id: hour.to_text()}
    page = see(city.researcher, "usage_log", log.public_id, now=running.end).content.decode()
    assert "本次使用签退前，该时段已另有上机记录。" in page
    for one in (entered, log):
        usage_confirm(actor=city.researcher, log_id=one.pk, now=running.end)
    day = Interval(slot(day=0, hour=0).start, slot(day=1, hour=0).start)
    assert get_openness(day).effective_seconds == 7200
    assert usage_units_differing() == []


def test_share_left_is_exact():
    assert calculate_share_left(LATE_MORNING, [MORNING, MORNING]) == Fraction(3, 4)
    assert calculate_share_left(MORNING, [LATE_MORNING, MORNING]) == 0


def test_keeper_sees_the_other_use_and_records_with_a_reason(city, see, send):
    first = by_hand(city, MORNING)
    typed = {
        "instrument": city.instrument.public_id,
        "starts_at": "2026-02-28T10:00",
        "ends_at": "2026-02-28T12:00",
        "person": city.researcher.public_id,
        "account": "organization",
        "content": "断口观察",
        "service_mode": "operated",
        "direction": "research",
        "purpose": "service",
    }
    assert 'name="overlap_reason"' not in see(city.keeper, "usage_by_hand").content.decode()
    refused = send(city.keeper, "usage_by_hand", **typed)
    page = refused.content.decode()
    assert (refused.status_code, 'name="overlap_reason"' in page) == (422, True)
    assert f'href="/usage/{first.public_id}/"' in page
    label = re.search(r'<label[^>]*for="id_overlap_reason">(.*?)</label>', page, re.DOTALL)
    assert "选填" not in label[1]
    typed |= {"overlap_reason": "两个样品仓", "shown": f"{slot(-2, 10, 2).to_text()} 7200 0 200.00"}
    assert send(city.keeper, "usage_by_hand", **typed).status_code == 302
    second = UsageLog.objects.get(overlap__isnull=False)
    shown = see(city.researcher, "usage_log", second.public_id).content.decode()
    assert f'href="/usage/{first.public_id}/"' in shown
    assert "两个样品仓" in shown
    assert second.amount_yuan == Decimal("200.00")


def test_log_leads_to_the_uses_it_overlaps_only_where_they_may_be_read(city, see):
    colleague = member(city.company)
    first = by_hand(city, MORNING, user=colleague)
    second = by_hand(city, LATE_MORNING, overlap_reason="两个样品仓")
    link = f'href="/usage/{first.public_id}/"'
    assert see(city.researcher, "usage_log", first.public_id).status_code == 404
    shown = see(city.researcher, "usage_log", second.public_id).content.decode()
    assert (first.public_id in shown, link in shown) == (True, False)
    assert link in see(city.keeper, "usage_log", second.public_id).content.decode()
