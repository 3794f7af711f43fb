from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from instrument_share.web.responses.problem import told
from providers.terms.domain.choices import (
    Decision,
    Frequency,
    HolidayTreatment,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    RuleTopic,
    ServiceMode,
    UserKind,
)
from providers.terms.domain.sentences import sentences, sentences_by_part, sentences_by_topic
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Quota, Terms, TermsDraft

FRIDAY_NIGHT = OpeningPattern(
    time(20), time(8), date(2025, 9, 1), (4,), Frequency.MONTHLY_BY_WEEKDAY, nth=-1, until=date(2026, 1, 1)
)
TERMS = TermsDraft(
    patterns=(OpeningPattern(time(9), time(17), date(2025, 9, 1)), FRIDAY_NIGHT),
    user_kinds=frozenset({UserKind.ENTERPRISE, UserKind.OUTSIDE}),
    service_modes=frozenset({ServiceMode.SELF_OPERATED, ServiceMode.SAMPLES}),
    lead=timedelta(hours=2),
    needs_qualification=True,
    may_span_gaps=True,
    quotas=(Quota(QuotaHolder.USER, QuotaSpan.WEEK, most_time=timedelta(minutes=600)),),
    exceptions=(DayException(date(2025, 9, 9)), DayException(date(2025, 9, 13), time(20), time(0))),
    accepts_vouchers=True,
    turnaround=timedelta(minutes=15),
    change_deadline=timedelta(days=3),
    minimum_charge_yuan=Decimal(50),
    prices=(
        Price(Decimal("100.50"), UserKind.ENTERPRISE, weekdays=(5, 6)),
        Price(Decimal(30), unit=PriceUnit.SAMPLE, service_mode=ServiceMode.SAMPLES),
    ),
)

IN_CHINESE = """\
周一至周五 09:00—17:00 开放。
2025年9月1日至2026年1月1日：每月最后一个周五 20:00—次日 08:00 开放。
法定节假日不开放；调休上班日按周一的时段开放。
2025年9月9日不按常规时段开放。
2025年9月13日加开：20:00—24:00。
预约以 30 分钟为单位，最短 30 分钟，最长 8 小时。
最多可提前 30 天预约。
请至少提前 2 小时预约。
一次预约可跨越两个开放时段之间的间隔（如过夜）。
每次预约结束后预留 15 分钟用于清洁和准备，签退后即可预约。
每人每周最多预约 10 小时。
可预约的用户：外单位科研人员、企业。
服务方式：自主上机、送样。
自主上机或远程操作者须持有在使用结束前有效的上机资格。
机组负责人在 24 小时内审批，逾期申请自动失效。
100.50 元/小时（企业、周六、周日）。
30.00 元/样品（送样）。
每次预约最低收费 50.00 元。
费用可用科技创新券抵扣。
距开始 3 天以上可改期，距开始 24 小时以上可免费取消。
逾期取消收取报价的 50%，爽约收取报价的 100%。"""

IN_ENGLISH = """\
Open Monday to Friday, 09:00 to 17:00.
From 1 Sep 2025 through 1 Jan 2026: Open on the last Friday of the month, 20:00 to 08:00 the next day.
Closed on public holidays; make-up workdays follow Monday's hours.
Not open as usual on 9 Sep 2025.
Also open on 13 Sep 2025, 20:00 to 24:00.
Time is booked in steps of 30 minutes: 30 minutes at least, 8 hours at most.
It can be booked up to 30 days ahead.
Book at least 2 hours before the start.
A booking may run on through the hours between two openings, overnight.
Kept free after each booking for cleaning and set-up: 15 minutes, until its use is checked out.
One person may book at most 10 hours per week.
It may be booked by: outside researchers, enterprises.
Ways of service: self-operated, samples sent in.
To operate it yourself you need a qualification valid for the whole booking.
The keeper decides within 24 hours; after that the request lapses.
¥100.50 per hour (enterprises, Saturday, Sunday).
¥30.00 per sample (samples sent in).
At least ¥50.00 is charged for a booking.
Innovation vouchers are accepted towards the price.
It can be moved up to 3 days, and cancelled free of charge up to 24 hours, before the start.
Late cancellation costs 50% of the quoted price, a no-show 100%."""


def read(terms, language):
    with override(language):
        return [told(sentence.message, sentence.params) for sentence in sentences(terms)]


@pytest.mark.parametrize(("language", "text"), [("zh-hans", IN_CHINESE), ("en", IN_ENGLISH)])
def test_a_rule_is_told_as_sentences(language, text):
    assert read(TERMS, language) == text.splitlines()


@pytest.mark.parametrize(
    ("topic", "first", "last"),
    [
        (
            RuleTopic.TIME,
            "Open Monday to Friday, 09:00 to 17:00.",
            "One person may book at most 10 hours per week.",
        ),
        (
            RuleTopic.ACCESS,
            "It may be booked by: outside researchers, enterprises.",
            "The keeper decides within 24 hours; after that the request lapses.",
        ),
        (
            RuleTopic.COSTS,
            "¥100.50 per hour (enterprises, Saturday, Sunday).",
            "Innovation vouchers are accepted towards the price.",
        ),
        (
            RuleTopic.CANCELLATION,
            "It can be moved up to 3 days, and cancelled free of charge up to 24 hours, before the start.",
            "Late cancellation costs 50% of the quoted price, a no-show 100%.",
        ),
    ],
)
def test_a_topic_has_its_sentences_in_their_order(topic, first, last):
    with override("en"):
        about = [told(one.message, one.params) for one in sentences_by_topic(TERMS)[topic]]
    assert (about[0], about[-1]) == (first, last)


def test_a_rule_says_that_moves_end_with_free_cancellation():
    rule = replace(TERMS, change_deadline=timedelta(hours=2))
    assert "Free changes and cancellation up to 24 hours before the start." in read(rule, "en")
    assert "距开始 24 小时以上可改期、可免费取消。" in read(rule, "zh-hans")


def test_every_sentence_has_exactly_one_topic():
    divided = sentences_by_topic(TERMS)
    assert {topic: len(about) for topic, about in divided.items()} == {
        RuleTopic.TIME: 11,
        RuleTopic.ACCESS: 4,
        RuleTopic.COSTS: 4,
        RuleTopic.CANCELLATION: 2,
    }
    for topic, about in divided.items():
        kinds = {one.message for one in about}
        others = {one.message for other, of in divided.items() if other != topic for one in of}
        assert kinds.isdisjoint(others)


def test_a_rule_that_leaves_things_out_says_less():
    plain = TermsDraft(
        patterns=(OpeningPattern(time(0), time(0), date(2025, 9, 1), (5, 6), interval=2),),
        user_kinds=frozenset({UserKind.INSIDE}),
        service_modes=frozenset({ServiceMode.REMOTE}),
        prices=(Price(Decimal(0)),),
        holidays=HolidayTreatment.IGNORED,
        decision=Decision.AT_ONCE,
    )
    assert read(plain, "en")[:2] == [
        "Open every 2 weeks on Saturday, Sunday, around the clock.",
        "Open on public holidays too, at the same hours.",
    ]
    assert "A booking that fits the rule is approved at once." in read(plain, "en")
    assert len(read(plain, "en")) == 10


@pytest.mark.parametrize(
    ("minutes", "text"), [(45, "45 minutes"), (90, "1.5 hours"), (100, "100 minutes"), (570, "9.5 hours")]
)
def test_durations_are_written_in_natural_units(minutes, text):
    said = read(replace(TERMS, max_length=timedelta(minutes=minutes)), "en")
    assert any(f": 30 minutes at least, {text} at most." in one for one in said)


WHOLE_DAY = {"opens": time(0), "closes": time(0)}


def hours(language="en", **changes):
    pattern = replace(TERMS.patterns[0], **changes)
    return read(replace(TERMS, patterns=(pattern,)), language)[0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"weekdays": (0, 1)}, "Open Monday, Tuesday, 09:00 to 17:00."),
        ({"weekdays": (2, 0, 1, 0)}, "Open Monday to Wednesday, 09:00 to 17:00."),
        ({"weekdays": (0, 1, 3)}, "Open Monday, Tuesday, Thursday, 09:00 to 17:00."),
        ({"weekdays": (0,), "closes": time(9)}, "Open Monday, 09:00 to 09:00 the next day."),
        ({"weekdays": (0,), "opens": time(0)}, "Open Monday, 00:00 to 17:00."),
        ({"weekdays": (0,), "closes": time(0)}, "Open Monday, 09:00 to 24:00."),
        (WHOLE_DAY, "Open Monday to Friday, around the clock."),
        (
            {**WHOLE_DAY, "weekdays": (0,), "frequency": Frequency.MONTHLY_BY_WEEKDAY, "nth": 2},
            "Open on the second Monday of the month, around the clock.",
        ),
        (
            {"weekdays": (0,), "frequency": Frequency.MONTHLY_BY_WEEKDAY, "nth": 2, "interval": 3},
            "Open on the second Monday of every 3 months, 09:00 to 17:00.",
        ),
    ],
)
def test_opening_hours_are_told_with_their_days_and_times(changes, text):
    assert hours(**changes) == text


def test_whole_days_are_told_in_chinese_without_blanks():
    assert hours("zh-hans", **WHOLE_DAY, weekdays=range(7)) == "周一至周日全天开放。"
    assert hours("zh-hans", **WHOLE_DAY, weekdays=(5, 6), interval=2) == "每 2 周的周六、周日全天开放。"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(59, "59 minutes"), (60, "1 hour"), (1440, "24 hours"), (1470, "24.5 hours"), (2880, "2 days")],
)
def test_a_length_is_told_in_days_from_two_days_on(minutes, text):
    said = read(replace(TERMS, lead=timedelta(minutes=minutes)), "en")
    assert f"Book at least {text} before the start." in said


def test_quotas_are_told_for_whom_they_are_by_time_and_by_number():
    quotas = (
        Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, timedelta(hours=90), 12),
        Quota(QuotaHolder.USER, QuotaSpan.DAY, most_bookings=2),
    )
    said = read(replace(TERMS, quotas=quotas), "en")
    assert [one for one in said if one.startswith("One ")] == [
        "One organization may book at most 90 hours per month.",
        "One organization may have at most 12 bookings per month.",
        "One person may have at most 2 bookings per day.",
    ]


@pytest.mark.parametrize(
    ("starts_on", "said"),
    [
        (date(2025, 9, 2), "Open Monday to Friday, 09:00 to 17:00."),
        (date(2025, 9, 3), "From 3 Sep 2025: Open Monday to Friday, 09:00 to 17:00."),
    ],
)
def test_hours_that_begin_after_the_rule_say_from_when(starts_on, said):
    patterns = (OpeningPattern(time(9), time(17), starts_on),)
    facts = vars(replace(TERMS, patterns=patterns, exceptions=()))
    applies_from = datetime(2025, 9, 1, 16, tzinfo=UTC)  # midnight of the second in the city
    terms = Terms(**facts, rule_id=1, version=1, applies_from=applies_from)
    with override("en"):
        first = sentences_by_part(terms)["patterns"][0]
        assert told(first.message, first.params) == said


def test_a_price_by_time_of_day_says_from_when_until_when():
    night = Price(Decimal(60), from_time=time(18), until_time=time(8))
    half = Price(Decimal(60), from_time=time(18))
    said = read(replace(TERMS, prices=(night, half)), "en")
    assert [one for one in said if one.startswith("¥60")] == [
        "¥60.00 per hour (18:00 to 08:00 the next day).",
        "¥60.00 per hour.",
    ]
    exceptions = (DayException(date(2025, 9, 9), time(9)),)
    assert "Not open as usual on 9 Sep 2025." in read(replace(TERMS, exceptions=exceptions), "en")


def test_the_editor_divides_the_same_sentences_by_what_they_are_about():
    divided = sentences_by_part(TERMS)
    assert {name: len(found) for name, found in divided.items()} == {
        "patterns": 5,
        "prices": 4,
        "who": 4,
        "lengths": 7,
        "quotas": 1,
    }
    every = [sentence for found in divided.values() for sentence in found]
    assert sorted(map(repr, every)) == sorted(map(repr, sentences(TERMS)))
