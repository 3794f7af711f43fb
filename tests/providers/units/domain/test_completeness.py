from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from instrument_share.kernel.wording import Bilingual, Words
from providers.units.domain import reminders
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness import UnitCompleteness, completeness_on
from providers.units.domain.information import (
    InformationKind,
    InstrumentRecord,
    ProfileRevision,
    Published,
    UnitRecord,
)

TODAY = date(2026, 3, 31)
MISSING, STALE, COMPLETE = Completeness.MISSING, Completeness.STALE, Completeness.COMPLETE


def ago(days):
    return TODAY - timedelta(days=days)


def judged(kind, as_of=TODAY, **record):
    (unit,) = completeness_on(UnitRecord(7, **record), [as_of], 200_000)
    return next(one for one in unit.kinds if one.kind is kind)


def test_a_unit_that_has_entered_nothing_is_told_all_six_steps():
    (unit,) = completeness_on(UnitRecord(7), [TODAY], 200_000)
    assert [kind.state for kind in unit.kinds] == [MISSING] * 6
    assert (unit.complete, unit.percent, len(unit.next_steps)) == (0, 0, 6)


@pytest.mark.parametrize(
    ("revisions", "state"),
    [
        ([], MISSING),
        ([ProfileRevision(ago(9), published=False, confirmed=None)], MISSING),
        ([ProfileRevision(ago(9), published=True, confirmed=ago(9))], COMPLETE),
        ([ProfileRevision(ago(9), published=True, confirmed=ago(9), lacking=("Picture",))], MISSING),
        ([ProfileRevision(ago(365), published=True, confirmed=ago(365))], COMPLETE),
        ([ProfileRevision(ago(366), published=True, confirmed=ago(366))], STALE),
        (
            [
                ProfileRevision(ago(500), published=True, confirmed=ago(500)),
                ProfileRevision(ago(100), published=True, confirmed=ago(100)),
            ],
            COMPLETE,
        ),
        ([ProfileRevision(ago(-1), published=True, confirmed=ago(-1))], MISSING),
    ],
)
def test_profile(revisions, state):
    assert judged(InformationKind.PROFILE, profile=tuple(revisions)).state is state


MICROSCOPE = Bilingual("电镜", "Electron microscope")
TEN, LONG = ago(10), ago(400)


def instrument(value=200_000, published=TEN, confirmed=(TEN,), retired=None, created=LONG):
    return InstrumentRecord(MICROSCOPE, Decimal(value), created, published, retired, confirmed)


@pytest.mark.parametrize(
    ("instruments", "state"),
    [
        ([], MISSING),
        ([instrument()], COMPLETE),
        ([instrument(), instrument(published=None, confirmed=())], MISSING),
        ([instrument(), instrument(published=None, confirmed=(), value="199999.99")], COMPLETE),
        ([instrument(), instrument(published=ago(-1))], MISSING),
        ([instrument(confirmed=(ago(365),))], COMPLETE),
        ([instrument(confirmed=(ago(366),))], STALE),
        ([instrument(confirmed=(ago(366), ago(365)))], COMPLETE),
        ([instrument(), instrument(published=None, confirmed=(), retired=TODAY)], COMPLETE),
        ([instrument(), instrument(published=None, confirmed=(), retired=ago(-1))], MISSING),
        ([instrument(), instrument(published=None, confirmed=(), created=ago(-1))], COMPLETE),
        ([instrument(published=None, confirmed=(), value=1)], MISSING),
    ],
)
def test_instruments(instruments, state):
    assert judged(InformationKind.INSTRUMENT, instruments=tuple(instruments)).state is state


def test_unpublished_instruments_are_named():
    found = judged(
        InformationKind.INSTRUMENT, instruments=(instrument(), instrument(published=None, confirmed=()))
    )
    assert found.reason.params["number"] == 1
    assert found.reason.params["total"] == 2
    assert found.next_step.params["names"] == (MICROSCOPE,)


def test_an_instrument_confirmed_on_the_very_day_is_not_named_as_stale():
    old = InstrumentRecord(Bilingual("质谱仪"), Decimal(200_000), LONG, LONG, None, (ago(366),))
    found = judged(InformationKind.INSTRUMENT, instruments=(instrument(confirmed=(TODAY,)), old))
    assert found.state is STALE
    assert found.next_step.params["names"] == (Bilingual("质谱仪"),)


@pytest.mark.parametrize(
    ("ages", "state", "lacking"),
    [
        ([], MISSING, 4),
        ([1, 2, 3], MISSING, 1),
        ([1, 2, 3, 365], COMPLETE, None),
        ([1, 2, 3, 366], STALE, 1),
        ([-1, 1, 2, 3], MISSING, 1),
    ],
)
def test_news(ages, state, lacking):
    found = judged(InformationKind.NEWS, news=tuple(Published(ago(age)) for age in ages))
    assert found.state is state
    assert (found.next_step and found.next_step.params["lacking"]) == lacking


@pytest.mark.parametrize(("withdrawn", "state"), [(TODAY, MISSING), (ago(-1), COMPLETE), (None, COMPLETE)])
def test_a_case_counts_until_the_day_on_which_it_is_taken_down(withdrawn, state):
    cases = (Published(ago(5)), Published(ago(5), withdrawn=withdrawn))
    assert judged(InformationKind.CASE, cases=cases).state is state


@pytest.mark.parametrize(
    ("effective", "expires", "state"),
    [
        (TODAY, None, COMPLETE),
        (ago(-1), None, MISSING),
        (ago(90), TODAY, COMPLETE),
        (ago(90), ago(1), STALE),
    ],
)
def test_regulation(effective, expires, state):
    regulations = (Published(ago(90), effective=effective, expires=expires),)
    assert judged(InformationKind.REGULATION, regulations=regulations).state is state


@pytest.mark.parametrize(
    ("as_of", "year", "state"),
    [
        (date(2026, 3, 31), 2024, COMPLETE),
        (date(2026, 4, 1), 2024, STALE),
        (date(2026, 4, 1), 2025, COMPLETE),
        (date(2026, 12, 31), 2025, COMPLETE),
        (date(2027, 1, 1), 2025, COMPLETE),
        (date(2026, 3, 31), 2023, STALE),
        (date(2026, 3, 31), 2026, MISSING),
    ],
)
def test_until_31_march_the_statement_of_the_year_before_last_counts(as_of, year, state):
    statements = (Published(date(2023, 1, 1), year=year),)
    assert judged(InformationKind.OPENNESS, as_of, statements=statements).state is state


def test_a_stale_kind_is_not_complete_and_missing_kinds_come_first():
    (unit,) = completeness_on(
        UnitRecord(
            7,
            profile=(ProfileRevision(ago(400), published=True, confirmed=ago(400)),),
            regulations=(Published(ago(1), effective=ago(1)),),
        ),
        [TODAY],
        200_000,
    )
    assert (unit.complete, unit.percent) == (1, 16)
    assert [step.kind for step in unit.next_steps][-1] is InformationKind.PROFILE


def said(kind, as_of=TODAY, **record):
    """The reason and the next step, each with its values."""
    found = judged(kind, as_of, **record)
    step = found.next_step
    return (found.reason.message, found.reason.params), (step and step.message, step and step.params)


def test_item_in_review_is_next_step_but_not_to_do():
    profile = (ProfileRevision(ago(9), published=False, confirmed=None, in_review=True),)
    waiting = instrument(published=None, confirmed=())
    waiting = InstrumentRecord(**{**vars(waiting), "in_review": TODAY})
    (unit,) = completeness_on(
        UnitRecord(7, profile=profile, instruments=(instrument(), waiting)), [TODAY], 200_000
    )
    assert [step.kind for step in unit.next_steps] == list(InformationKind)
    assert [step.kind for step in unit.to_do] == list(InformationKind)[2:]
    assert [step.title for step in unit.next_steps[:2]] == [Words("Profile"), Words("Instruments")]
    assert [step.next_step.message for step in unit.next_steps[:2]] == [
        "Nothing to do: the bureau is reviewing the profile.",
        "Nothing to do: the bureau is reviewing them.",
    ]


def test_next_step_names_only_items_unit_must_submit():
    def unpublished(name, in_review):
        return InstrumentRecord(Bilingual(name), Decimal(200_000), LONG, in_review=in_review)

    waiting, own = unpublished("甲", TODAY), unpublished("乙", ago(-1))
    _, (message, params) = said(InformationKind.INSTRUMENT, instruments=(instrument(), waiting, own))
    assert message == "Complete and submit: {own}."
    assert (params["number"], params["total"]) == (2, 3)
    assert params["own"] == (Bilingual("乙"),)
    _, (message, _) = said(InformationKind.INSTRUMENT, instruments=(instrument(), own))
    assert message == "Complete and submit them."


def test_five_instruments_are_named_and_of_more_the_first_five():
    def names(count):
        lacking = [InstrumentRecord(Bilingual(str(one)), Decimal(200_000), LONG) for one in range(count)]
        (_, params), _ = said(InformationKind.INSTRUMENT, instruments=(instrument(), *lacking))
        return [str(one.zh) if isinstance(one, Bilingual) else one for one in params["names"]]

    assert names(5) == ["0", "1", "2", "3", "4"]
    assert names(6) == ["0", "1", "2", "3", "4", "…"]


def test_instruments_that_are_all_there_are_counted_from_the_threshold():
    (reason, params), step = said(
        InformationKind.INSTRUMENT, instruments=(instrument(), instrument(value=199_999))
    )
    assert reason == "All {total} instruments of ¥{threshold} and more are published and confirmed."
    assert (params, step) == ({"total": 1, "threshold": Decimal(200_000)}, (None, None))


def test_instruments_that_are_all_below_the_threshold_are_told_so():
    below = (instrument(value=199_999), instrument(value=10, published=None, confirmed=()))
    (reason, params), step = said(InformationKind.INSTRUMENT, instruments=below)
    assert reason == "No instrument reaches ¥{threshold}; published below it: {number}."
    assert (params, step) == ({"number": 1, "threshold": Decimal(200_000)}, (None, None))


def test_a_profile_says_what_it_lacks_and_when_it_was_confirmed():
    def profile(*revisions):
        return said(InformationKind.PROFILE, profile=revisions)

    (reason, _), (step, _) = profile(ProfileRevision(ago(9), published=False, confirmed=None))
    assert (reason, step) == (
        "The profile is not published.",
        "Fill in the profile and submit it for review.",
    )
    (reason, params), _ = profile(
        ProfileRevision(ago(9), published=True, confirmed=ago(9), lacking=("Picture",))
    )
    assert (reason, params["shortest"]) == ("The profile lacks: {fields}.", 80)
    assert params["fields"] == (Words("Picture"),)
    confirmed = ProfileRevision(ago(400), published=True, confirmed=ago(366))
    assert profile(confirmed)[0][1] == {"days": 365, "date": ago(366)}
    (reason, params), step = profile(
        ProfileRevision(ago(20), published=True, confirmed=ago(19)),
        ProfileRevision(TODAY, published=True, confirmed=TODAY),
    )
    assert (reason, params, step) == (
        "The profile was confirmed on {date}.",
        {"date": TODAY},
        (None, None),
    )


def test_enough_news_and_cases_are_told_with_their_numbers():
    news = tuple(Published(ago(age)) for age in (1, 2, 3, 365, 366))
    (_, params), step = said(InformationKind.NEWS, news=news)
    assert (params, step) == ({"recent": 4, "needed": 4, "days": 365}, (None, None))
    (_, params), (step, _) = said(InformationKind.CASE, cases=news[3:])
    assert params == {"recent": 1, "needed": 2, "days": 365, "lacking": 1}
    assert step == "Publish {lacking} more."


def test_regulations_in_force_are_counted_and_the_last_end_is_told():
    ended = [Published(ago(90), effective=ago(90), expires=ago(days)) for days in (20, 5)]
    later = Published(ago(1), effective=ago(-1))
    (_, params), _ = said(InformationKind.REGULATION, regulations=(*ended, later))
    assert params == {"date": ago(5)}
    in_force = [Published(ago(90), effective=TODAY, expires=end) for end in (TODAY, None, ago(-9))]
    (_, params), step = said(InformationKind.REGULATION, regulations=(*in_force, *ended, later))
    assert (params, step) == ({"number": 3}, (None, None))
    (reason, _), (step, _) = said(InformationKind.REGULATION)
    assert (reason, step) == (
        "No regulation in force is published.",
        "Publish the regulation that is in force now.",
    )


def test_a_statement_is_overdue_after_31_march():
    statements = (Published(date(2024, 1, 5), year=2022),)
    (reason, params), (step, _) = said(InformationKind.OPENNESS, statements=statements)
    assert reason == "The openness statement of {year} is not published, nor is the one before it."
    assert (params, step) == (
        {"year": 2025, "date": date(2026, 3, 31)},
        "Publish the openness statement of {year}.",
    )
    (reason, _), _ = said(InformationKind.OPENNESS, date(2026, 4, 1), statements=statements)
    assert reason == "The openness statement of {year} is not published; it was due on {date}."
    (reason, params), _ = said(InformationKind.OPENNESS)
    assert (reason, params) == ("No openness statement is published.", {"year": 2025})
    of_running_year = (Published(date(2026, 1, 5), year=2026),)
    (reason, params), (step, _) = said(InformationKind.OPENNESS, statements=of_running_year)
    assert (reason, params) == ("The openness statement of {year} is not published.", {"year": 2025})
    assert step == "Publish the openness statement of {year}."
    statements = tuple(Published(date(2024, 1, 5), year=year) for year in (2023, 2024, 2026))
    (_, params), step = said(InformationKind.OPENNESS, statements=statements)
    assert (params, step) == ({"year": 2024}, (None, None))


@pytest.mark.parametrize(("days", "outcome"), [(0, "recent"), (6, "recent"), (7, "sent"), (None, "sent")])
def test_a_unit_is_left_in_peace_for_seven_days_after_a_reminder(days, outcome):
    (unit,) = completeness_on(UnitRecord(7), [TODAY], 200_000)
    now = datetime(2026, 3, 31, 8, tzinfo=UTC)
    sent = None if days is None else now - timedelta(days=days)
    facts = {"last_sent_at": sent, "now": now}
    assert reminders.reminder_outcome(unit, reachable=True, **facts) == outcome
    assert reminders.reminder_outcome(unit, reachable=True, **facts, insist=True) == "sent"
    assert reminders.reminder_outcome(unit, reachable=False, **facts) == "unreachable"
    assert (300, timedelta(days=7)) == (reminders.LONGEST_NOTE, reminders.TOLD_LATE)


def test_items_in_review_cause_no_reminder():
    profile = (ProfileRevision(ago(9), published=False, confirmed=None, in_review=True),)
    (unit,) = completeness_on(UnitRecord(7, profile=profile), [TODAY], 200_000)
    waiting = UnitCompleteness(7, TODAY, unit.kinds[:1])
    assert (
        reminders.reminder_outcome(waiting, reachable=True, last_sent_at=None, now=datetime.now(UTC))
        == "complete"
    )
    assert reminders.open_kinds(["profile", "news"], unit) == (InformationKind.NEWS,)
