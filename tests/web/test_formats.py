from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation

from instrument_share.kernel.interval import Interval
from instrument_share.web.text import formats

AT_TWO = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai, a Thursday


@pytest.mark.parametrize(
    ("shown", "chinese", "english"),
    [
        (lambda: formats.bracketed("010102"), "（010102）", " (010102)"),
        (lambda: formats.yuan(Decimal("1234.5")), "¥1,234.50", "¥1,234.50"),
        (lambda: formats.yuan(Decimal("0.005")), "¥0.01", "¥0.01"),
        (lambda: formats.yuan(-300), "−¥300.00", "−¥300.00"),
        (lambda: formats.yuan(None), "—", "—"),
        (lambda: formats.hours(timedelta(minutes=150)), "2.5 小时", "2.5 hours"),
        (lambda: formats.hours(1), "1 小时", "1 hour"),
        (lambda: formats.hours(Decimal("1234.50")), "1,234.5 小时", "1,234.5 hours"),
        (lambda: formats.length(timedelta(minutes=30)), "30 分钟", "30 minutes"),
        (lambda: formats.length(timedelta(minutes=1)), "1 分钟", "1 minute"),
        (lambda: formats.length(timedelta(minutes=60)), "1 小时", "1 hour"),
        (lambda: formats.length(timedelta(minutes=90)), "1.5 小时", "1.5 hours"),
        (lambda: formats.length(timedelta(minutes=100)), "100 分钟", "100 minutes"),
        (lambda: formats.percent(Decimal("0.853")), "85.3%", "85.3%"),
        (lambda: formats.number(Decimal("1000")), "1,000", "1,000"),
        (lambda: formats.moment(AT_TWO), "2026年3月5日 14:00", "5 Mar 2026, 14:00"),
        (lambda: formats.day(AT_TWO), "2026年3月5日 周四", "Thu 5 Mar 2026"),
        (lambda: formats.day(date(2026, 3, 8)), "2026年3月8日 周日", "Sun 8 Mar 2026"),
        (lambda: formats.date_only(date(2026, 3, 8)), "2026年3月8日", "8 Mar 2026"),
        (lambda: formats.moment(None), "—", "—"),
        (lambda: formats.bilingual(None, "name"), "—", "—"),
    ],
)
def test_numbers_amounts_and_times_in_both_languages(shown, chinese, english):
    with translation.override("zh-hans"):
        assert shown() == chinese
    with translation.override("en"):
        assert shown() == english


@pytest.mark.parametrize(
    ("lasts", "chinese", "english"),
    [
        (2.5, "2026年3月5日 周四 14:00–16:30", "Thu 5 Mar 2026, 14:00–16:30"),
        (10, "2026年3月5日 周四 14:00–24:00", "Thu 5 Mar 2026, 14:00–24:00"),
        (
            12,
            "2026年3月5日 周四 14:00 – 2026年3月6日 周五 02:00",
            "Thu 5 Mar 2026, 14:00 – Fri 6 Mar 2026, 02:00",
        ),
    ],
)
def test_a_range_names_the_day_once_unless_it_spans_the_night(lasts, chinese, english):
    interval = Interval(AT_TWO, AT_TWO + timedelta(hours=lasts))
    with translation.override("zh-hans"):
        assert formats.timerange(interval) == chinese
    with translation.override("en"):
        assert formats.timerange(interval) == english


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        ("2.5", "2.5"),
        ("15.8333", "15 小时 50 分钟"),
        ("0.1667", "10 分钟"),
        ("0.9999", "1 小时 0 分钟"),
        ("10", "10"),
    ],
)
def test_hours_off_the_quarter_are_told_in_minutes(length, shown):
    assert formats.hours_and_minutes(Decimal(length)) == shown


def test_bilingual_falls_back_to_chinese():
    both = SimpleNamespace(name_zh="材料所", name_en="Institute of Materials")
    one = SimpleNamespace(name_zh="材料所", name_en="")
    with translation.override("en"):
        assert [formats.bilingual(thing, "name") for thing in (both, one)] == [
            "Institute of Materials",
            "材料所",
        ]
    with translation.override("zh-hans"):
        assert formats.bilingual(both, "name") == "材料所"


@pytest.mark.parametrize(
    ("ahead", "zh", "en"),
    [
        (timedelta(hours=3), "今天 11:00", "Today 11:00"),
        (timedelta(hours=25), "明天 09:00", "Tomorrow 09:00"),
        (timedelta(days=3), "周四 08:00", "Thu 08:00"),
        (timedelta(days=7), "2026年3月9日 08:00", "9 Mar 2026, 08:00"),
    ],
)
def test_a_near_time_is_named_by_its_day(ahead, zh, en):
    now = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday, 08:00 in the city
    for language, said in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert formats.soon(now + ahead, now) == said


def test_hours_of_a_day_end_at_24():
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert formats.clock_range(Interval(start, start + timedelta(hours=2))) == "20:00–22:00"
    assert formats.clock_range(Interval(start, start + timedelta(hours=4))) == "20:00–24:00"
