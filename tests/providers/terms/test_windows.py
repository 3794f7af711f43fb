from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instrument_share.journal.selectors import history
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden, Invalid
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.public_id import new_public_id
from providers.instruments.services.people import keeper_assign
from providers.instruments.services.suspension import instrument_suspend
from providers.terms.domain.choices import DayKind, HolidayTreatment, QuotaHolder, QuotaSpan
from providers.terms.domain.special_days import CalendarYearUnknown, Day
from providers.terms.domain.terms import DayException, OpeningPattern, Quota
from providers.terms.models import OpenServiceRule, OpenWindow
from providers.terms.selectors.closures import closures
from providers.terms.selectors.rules import open_windows, terms_at
from providers.terms.services import windows
from providers.terms.services.closures import ClosureLifted, closure_lift, closure_record
from providers.terms.services.holidays import calendar_year_set
from providers.terms.services.retirement import instrument_retire
from providers.terms.services.rules import RuleInThePast, rule_publish
from providers.terms.services.windows import (
    Extended,
    ExtensionFailed,
    windows_extend,
    windows_extend_due,
    windows_rebuild,
)
from tests.engines import drawn
from tests.providers.conftest import NOW, published, terms


def local(month, day, hour=0, minute=0, year=2025):
    return datetime(year, month, day, hour, minute, tzinfo=CITY_TIME)


def publish(world, instrument, draft, applies_from=NOW, now=NOW):
    return rule_publish(
        actor=world.manager, instrument_id=instrument.pk, draft=draft, applies_from=applies_from, now=now
    )


def told(instrument, start, end):
    """The windows as people read them, in Shanghai."""
    windows = open_windows([instrument.pk], Interval(start, end))[instrument.pk]
    return [
        f"{w.start.astimezone(CITY_TIME):%m-%d %H:%M} {w.end.astimezone(CITY_TIME):%m-%d %H:%M}"
        for w in windows
    ]


def rows(instrument):
    windows = OpenWindow.objects.filter(instrument=instrument).order_by("starts_at")
    return list(windows.values_list("rule", "starts_at", "ends_at"))


def test_a_published_rule_opens_the_instrument_to_its_horizon(world, instrument):
    rule = publish(world, instrument, terms(horizon=timedelta(days=7)))
    assert told(instrument, local(9, 1), local(12, 1)) == [
        "09-01 09:00 09-01 17:00",
        "09-02 09:00 09-02 17:00",
        "09-03 09:00 09-03 17:00",
        "09-04 09:00 09-04 17:00",
        "09-05 09:00 09-05 17:00",
        "09-08 09:00 09-08 17:00",
    ]
    assert rule.version == 1
    assert [entry.action for entry in history(rule)] == ["rule.published"]


def test_the_terms_come_back_as_they_were_published(world, instrument):
    draft = terms(
        OpeningPattern(time(20), time(8), date(2025, 9, 1), until=date(2025, 12, 31)),
        needs_qualification=True,
        quotas=(Quota(QuotaHolder.USER, QuotaSpan.WEEK, most_time=timedelta(minutes=600)),),
        exceptions=(DayException(date(2025, 10, 8)), DayException(date(2025, 10, 8), time(9), time(12))),
        accepts_vouchers=True,
        turnaround=timedelta(minutes=15),
    )
    rule = publish(world, instrument, draft)
    found = terms_at(instrument.pk, NOW)
    assert found.rule_id == rule.pk
    assert {name: getattr(found, name) for name in vars(draft)} == vars(draft)


def test_no_terms_before_the_first_rule_applies(world, instrument):
    publish(world, instrument, terms(), applies_from=NOW + timedelta(days=1))
    assert terms_at(instrument.pk, NOW) is None
    assert terms_at(instrument.pk, NOW + timedelta(days=1)).version == 1


def test_a_new_version_in_mid_week_leaves_the_old_hours_until_then(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=4)))
    evening = OpeningPattern(time(18), time(22), date(2025, 9, 1))
    publish(
        world,
        instrument,
        terms(evening, horizon=timedelta(days=4)),
        applies_from=local(9, 3, 12),
        now=NOW + timedelta(hours=1),
    )
    assert told(instrument, local(9, 1), local(10, 1)) == [
        "09-01 09:00 09-01 17:00",
        "09-02 09:00 09-02 17:00",
        "09-03 09:00 09-03 12:00",
        "09-03 18:00 09-03 22:00",
        "09-04 18:00 09-04 22:00",
        "09-05 18:00 09-05 22:00",
    ]
    assert terms_at(instrument.pk, local(9, 3, 11, 59)).version == 1
    assert terms_at(instrument.pk, local(9, 3, 12)).version == 2


def test_a_version_beyond_the_horizon_lets_the_old_one_go_on_until_it_applies(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=2)))
    late = OpeningPattern(time(10), time(12), date(2025, 9, 1))
    publish(world, instrument, terms(late, horizon=timedelta(days=2)), applies_from=local(9, 10))
    windows_extend(now=NOW + timedelta(days=8))
    assert told(instrument, local(9, 8), local(10, 1)) == [
        "09-08 09:00 09-08 17:00",
        "09-09 09:00 09-09 17:00",
        "09-10 10:00 09-10 12:00",
        "09-11 10:00 09-11 12:00",
    ]


def test_the_version_published_last_wins_over_one_that_was_to_apply_later(world, instrument):
    publish(world, instrument, terms(horizon=timedelta(days=20)))
    later = OpeningPattern(time(1), time(2), date(2025, 9, 1))
    publish(world, instrument, terms(later, horizon=timedelta(days=20)), applies_from=local(9, 10))
    sooner = OpeningPattern(time(3), time(4), date(2025, 9, 1))
    publish(world, instrument, terms(sooner, horizon=timedelta(days=20)), applies_from=local(9, 9))
    assert told(instrument, local(9, 8), local(9, 12)) == [
        "09-08 09:00 09-08 17:00",
        "09-09 03:00 09-09 04:00",
        "09-10 03:00 09-10 04:00",
        "09-11 03:00 09-11 04:00",
    ]
    assert terms_at(instrument.pk, local(9, 15)).version == 3


def test_a_rule_cannot_rewrite_the_past(world, instrument):
    with pytest.raises(RuleInThePast):
        publish(world, instrument, terms(), applies_from=NOW - timedelta(seconds=1))


def test_every_fault_of_the_terms_is_named_at_once(world, instrument):
    draft = terms(
        OpeningPattern(time(9), time(17), date(2025, 9, 1), weekdays=(7,), interval=0),
        min_length=timedelta(minutes=45),
        user_kinds=frozenset(),
    )
    with pytest.raises(Invalid) as refused:
        publish(world, instrument, draft)
    assert [problem.code for problem in refused.value.problems] == [
        "rule.weekdays",
        "rule.interval",
        "rule.min_length",
        "rule.no_users",
    ]
    assert OpenServiceRule.objects.count() == 0


def test_a_night_that_has_begun_when_the_rule_applies_is_open_from_then_on(world, instrument):
    night = OpeningPattern(time(20), time(8), date(2025, 8, 1))
    publish(world, instrument, terms(night, horizon=timedelta(days=1)), applies_from=local(9, 3))
    windows_extend(now=local(9, 3))
    assert told(instrument, local(9, 1), local(9, 4)) == [
        "09-03 00:00 09-03 08:00",
        "09-03 20:00 09-04 08:00",
    ]


def test_touching_openings_are_one_window_also_across_an_extension(world, instrument):
    around_the_clock = OpeningPattern(time(0), time(0), date(2025, 9, 1), weekdays=tuple(range(7)))
    publish(world, instrument, terms(around_the_clock, horizon=timedelta(days=2)))
    windows_extend(now=NOW + timedelta(days=5))
    assert told(instrument, local(9, 1), local(12, 1)) == ["09-01 09:00 09-09 00:00"]


def test_a_second_extension_finds_nothing_to_do(world, instrument, statements):
    publish(world, instrument, terms())
    before = rows(instrument)
    assert windows_extend(now=NOW).windows == 0
    assert rows(instrument) == before
    assert len(statements.of(lambda: windows_extend(now=NOW))) <= 3


def test_instrument_that_fails_keeps_no_other_from_its_windows(world, instrument, monkeypatch):
    broken = published(world, inner_number="B-1")
    for one in (instrument, broken):
        publish(world, one, terms(horizon=timedelta(days=1)))
    expand = windows.openings

    def fail_for_broken(events, *asked):
        if events[0].calendar.slug == broken_slug:
            raise OverflowError
        return expand(events, *asked)

    broken_slug = OpenServiceRule.objects.get(instrument=broken).calendar.slug
    monkeypatch.setattr(windows, "openings", fail_for_broken)
    with pytest.raises(ExtensionFailed, match=rf"^instruments {broken.public_id}; windows of others: 1$"):
        windows_extend_due(now=NOW + timedelta(days=1))
    assert [len(told(one, local(9, 1), local(10, 1))) for one in (instrument, broken)] == [3, 2]
    monkeypatch.undo()
    assert windows_extend_due(now=NOW + timedelta(days=1)) == Extended(1)


def test_query_count_is_independent_of_instrument_count(world, instrument, statements):
    publish(world, instrument, terms())
    others = [published(world, inner_number=f"B-{n}") for n in range(5)]

    def extend():
        windows_extend(now=extend.now)
        extend.now += timedelta(days=1)

    extend.now = NOW + timedelta(days=1)
    statements.assert_unchanged(extend, by=lambda: [publish(world, one, terms(), now=NOW) for one in others])


HOURS = st.times().map(lambda t: t.replace(second=0, microsecond=0))
PATTERNS = st.builds(
    OpeningPattern,
    opens=HOURS,
    closes=HOURS,
    starts_on=st.dates(date(2025, 8, 1), date(2025, 11, 1)),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    interval=st.integers(1, 3),
    until=st.none() | st.dates(date(2025, 11, 2), date(2026, 2, 1)),
)


@settings(max_examples=drawn(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patterns=st.lists(PATTERNS, min_size=1, max_size=3),
    holidays=st.sampled_from(HolidayTreatment),
    steps=st.lists(st.integers(1, 40), max_size=4),
    change_after=st.none() | st.integers(1, 60),
)
def test_extended_in_pieces_or_rebuilt_at_once_the_windows_are_the_same(
    world, patterns, holidays, steps, change_after
):
    instrument = published(world, inner_number=new_public_id("P"))
    publish(world, instrument, terms(*patterns, holidays=holidays))
    if change_after is not None:
        change = terms(*patterns[:1], holidays=holidays, may_span_gaps=True)
        publish(world, instrument, change, applies_from=NOW + timedelta(days=change_after))
    now = NOW
    for step in steps:
        now += timedelta(days=step)
        windows_extend(now=now)
    before = rows(instrument)
    for since in (None, NOW + timedelta(days=9)):
        windows_rebuild(actor=None, now=now, since=since)
        assert rows(instrument) == before


def test_a_year_that_nobody_has_entered_is_named(world, instrument):
    now = local(1, 4, year=2027)
    with pytest.raises(CalendarYearUnknown) as refused:
        publish(world, instrument, terms(), applies_from=now, now=now)
    assert refused.value.params == {"year": 2027}


def test_windows_stop_before_an_unknown_year_and_go_on_once_it_is_entered(world, instrument):
    now = local(12, 28, year=2026)
    publish(world, instrument, terms(), applies_from=now, now=now)
    assert told(instrument, now, local(2, 1, year=2027)) == [
        "12-28 09:00 12-28 17:00",
        "12-29 09:00 12-29 17:00",
        "12-30 09:00 12-30 17:00",
        "12-31 09:00 12-31 17:00",
    ]
    assert windows_extend(now=now) == Extended(0, (2027,))
    holiday = Day(date(2027, 1, 1), DayKind.HOLIDAY, "元旦")
    calendar_year_set(actor=None, year=2027, days=[holiday], source="国办发明电", now=now)
    assert told(instrument, local(12, 31, year=2026), local(1, 6, year=2027)) == [
        "12-31 09:00 12-31 17:00",
        "01-04 09:00 01-04 17:00",
        "01-05 09:00 01-05 17:00",
    ]


def test_a_rule_that_ignores_holidays_needs_no_calendar(world, instrument):
    now = local(1, 4, year=2031)
    ignoring = terms(holidays=HolidayTreatment.IGNORED, horizon=timedelta(days=1))
    publish(world, instrument, ignoring, applies_from=now, now=now)
    assert told(instrument, now, local(2, 1, year=2031)) == []  # Saturday, Sunday
    windows_extend(now=now + timedelta(days=1))
    assert told(instrument, now, local(2, 1, year=2031)) == ["01-06 09:00 01-06 17:00"]


def test_corrected_holiday_changes_only_future_windows(world, instrument):
    publish(world, instrument, terms())
    days = [
        Day(date(2025, 9, 2), DayKind.HOLIDAY, "台风停工"),
        Day(date(2025, 9, 5), DayKind.HOLIDAY, "台风停工"),
        Day(date(2025, 9, 6), DayKind.WORKDAY, "补班"),
    ]
    calendar_year_set(actor=None, year=2025, days=days, source="市政府通告", now=local(9, 4))
    assert told(instrument, local(9, 1), local(9, 8)) == [
        "09-01 09:00 09-01 17:00",
        "09-02 09:00 09-02 17:00",
        "09-03 09:00 09-03 17:00",
        "09-04 09:00 09-04 17:00",
        "09-06 09:00 09-06 17:00",
    ]


def test_a_retired_instrument_has_no_open_time_left(world, instrument):
    publish(world, instrument, terms())
    instrument_suspend(actor=world.manager, instrument_id=instrument.pk, reason="报废", now=NOW)
    instrument_retire(actor=world.manager, instrument_id=instrument.pk, reason="报废", now=local(9, 2, 12))
    windows_extend(now=NOW + timedelta(days=30))
    assert told(instrument, local(9, 1), local(12, 1)) == [
        "09-01 09:00 09-01 17:00",
        "09-02 09:00 09-02 12:00",
    ]


def test_only_the_units_manager_sets_the_rule(world, instrument):
    for stranger in (world.keeper, world.other_manager, world.officer, world.user):
        with pytest.raises(Forbidden):
            rule_publish(
                actor=stranger, instrument_id=instrument.pk, draft=terms(), applies_from=NOW, now=NOW
            )


def test_a_closure_is_seen_until_it_is_lifted(world, instrument):
    keeper_assign(actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW)
    interval = Interval(local(9, 2), local(9, 4))
    closure = closure_record(
        actor=world.keeper, instrument_id=instrument.pk, interval=interval, reason_zh="年度检修", now=NOW
    )
    week = Interval(local(9, 1), local(9, 8))
    assert closures([instrument.pk], week) == {instrument.pk: [interval]}
    assert closures([instrument.pk], Interval(local(9, 4), local(9, 5))) == {instrument.pk: []}
    closure_lift(actor=world.keeper, closure_id=closure.pk, now=local(9, 3))
    assert closures([instrument.pk], week) == {instrument.pk: []}
    with pytest.raises(ClosureLifted):
        closure_lift(actor=world.keeper, closure_id=closure.pk, now=local(9, 3))


def rebuilt(capsys, *arguments):
    call_command("rebuild_windows", *arguments)
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def spoilt(world, instrument, clock):
    """Two instruments, and a window of the first that was changed behind the rules' back."""
    other = published(world, inner_number="B-1")
    for one in (instrument, other):
        publish(world, one, terms(horizon=timedelta(days=7)))
    clock.set(NOW)
    window = OpenWindow.objects.filter(instrument=instrument).order_by("-starts_at").first()
    OpenWindow.objects.filter(pk=window.pk).update(ends_at=window.ends_at + timedelta(hours=1))
    return instrument, other


def test_command_rebuilds_windows_and_reports_differences(spoilt, capsys):
    instrument, other = spoilt
    assert rebuilt(capsys) == [f"{instrument.public_id} differs", "Instruments: 2. Identical: 1."]
    assert rebuilt(capsys) == ["Instruments: 2. Identical: 2."]
    assert rebuilt(capsys, "--instrument", other.public_id) == ["Instruments: 1. Identical: 1."]
    assert rebuilt(capsys, "--since", "2025-01-01", "--check") == ["Instruments: 2. Identical: 2."]


def test_a_check_changes_nothing_and_fails_where_something_differs(spoilt, capsys):
    instrument, _other = spoilt
    before = rows(instrument)
    with pytest.raises(CommandError, match="differ"):
        rebuilt(capsys, "--check")
    assert rows(instrument) == before


def test_an_instrument_that_does_not_exist_is_named(world):
    with pytest.raises(CommandError, match="INS-NONE"):
        call_command("rebuild_windows", "--instrument", "INS-NONE")
