"""What a budget has left, what keeps a booking from naming a project, and that nothing overdraws it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.projects.domain.budget import Budget, NamedProject, find_project_problems, get_open_part
from bookings.projects.domain.choices import NATIONAL_WORDS, FundingSource, ProjectState
from bookings.projects.domain.facts import ProjectFacts, find_fact_problems, get_title
from bookings.usage.domain.national import OTHER_INCOME, encode_funding_sources
from instrument_share.kernel.interval import Interval
from tests.factories import slot

YUAN = Decimal


def named(**changes):
    facts = {
        "state": ProjectState.OPEN,
        "may_use": True,
        "tells_figures": True,
        "is_of_payer": True,
        "first_date": None,
        "last_date": None,
        "budget": Budget(YUAN(1000), YUAN(300), YUAN(500)),
        **changes,
    }
    return NamedProject(**facts)


def codes(project, price=0, interval=None):
    return [one.code for one in find_project_problems(project, interval or slot(), YUAN(price))]


def test_left_is_what_is_neither_committed_nor_spent():
    budget = Budget(YUAN(1000), YUAN("300.50"), YUAN(500))
    assert (budget.used_yuan, budget.left_yuan) == (YUAN("800.50"), YUAN("199.50"))
    assert Budget(None, YUAN(5)).left_yuan is None


def test_the_last_fen_fits_and_one_more_does_not():
    assert codes(named(), YUAN(200)) == []
    (problem,) = find_project_problems(named(), slot(), YUAN("200.01"))
    assert (problem.code, problem.field) == ("booking.project_budget_exceeded", "organization_project")
    assert problem.params == {
        "price": "200.01",
        "budget": "1,000.00",
        "left": "200.00",
        "committed": "300.00",
        "spent": "500.00",
    }


def test_without_a_budget_everything_fits_and_overdrawn_only_what_is_free():
    assert codes(named(budget=Budget(None)), YUAN(10**6)) == []
    overdrawn = named(budget=Budget(YUAN(10), YUAN(0), YUAN(12)))
    assert codes(overdrawn, YUAN(0)) == []
    assert codes(overdrawn, YUAN("0.01")) == ["booking.project_budget_exceeded"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": ProjectState.CLOSED}, ["booking.project_closed"]),
        ({"may_use": False}, ["booking.project_not_allowed"]),
        ({"is_of_payer": False, "may_use": False}, ["booking.project_other_payer"]),
        ({"first_date": date(2026, 3, 3)}, []),
        ({"first_date": date(2026, 3, 4)}, ["booking.project_not_begun"]),
        ({"last_date": date(2026, 3, 3)}, []),
        ({"last_date": date(2026, 3, 2)}, ["booking.project_over"]),
    ],
)
def test_each_condition_is_told_by_its_code(changes, expected):
    assert codes(named(**changes), YUAN(10)) == expected


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, (0, 9)),
        ({"first_date": date(2026, 3, 4), "last_date": date(2026, 3, 5)}, (2, 4)),
        ({"first_date": date.min, "last_date": date.max}, (0, 9)),
        ({"last_date": date(2026, 3, 1)}, None),
        ({"first_date": date(2026, 3, 11)}, None),
        ({"state": ProjectState.CLOSED}, None),
        ({"may_use": False}, None),
        ({"is_of_payer": False}, None),
    ],
)
def test_open_part_is_where_the_project_may_be_named(changes, days):
    midnights = [slot(day=day, hour=0).start for day in range(10)]
    part = get_open_part(named(**changes), Interval(midnights[0], midnights[9]))
    assert part == (days and Interval(midnights[days[0]], midnights[days[1]]))


def test_figures_are_not_told_to_who_may_not_use_the_project():
    assert codes(named(may_use=False), YUAN(10**6)) == ["booking.project_not_allowed"]


def test_booking_that_ends_at_midnight_ends_on_the_day_before():
    assert codes(named(last_date=date(2026, 3, 3)), 0, slot(hour=22, length=2)) == []


@given(
    st.integers(0, 10**6),
    st.lists(
        st.tuples(
            st.sampled_from(["book", "move", "cancel", "charge", "use"]),
            st.integers(0, 9),
            st.integers(0, 10**5),
            st.integers(0, 100),
        ),
        max_size=40,
    ),
)
def test_no_sequence_of_bookings_moves_ends_and_uses_overdraws_a_budget(limit, steps):
    """Amounts in fen; a use costs at most what was quoted, a charge a percentage of it."""
    committed: dict[int, int] = {}
    spent = 0

    def budget(without=None):
        held = sum(price for key, price in committed.items() if key != without)
        return Budget(*(YUAN(fen) / 100 for fen in (limit, held, spent)))

    for number, (step, which, price, share) in enumerate(steps):
        key = list(committed)[which % len(committed)] if committed else None
        if step == "book" or key is None:
            key, is_free = number, budget()
        elif step == "move":
            is_free = budget(without=key)
        else:
            quoted = committed.pop(key)
            spent += {"cancel": 0, "charge": quoted * share // 100, "use": quoted * share // 100}[step]
            assert (budget().left_yuan or 0) >= 0
            continue
        if is_free.covers(YUAN(price) / 100):
            committed[key] = price
        assert (budget().left_yuan or 0) >= 0


def test_every_funding_source_is_a_word_of_the_national_records():
    letters = {source: encode_funding_sources([word]) for source, word in NATIONAL_WORDS.items()}
    assert set(letters) == set(FundingSource)
    assert len(set(letters.values())) == len(letters)
    assert [source for source, letter in letters.items() if letter == OTHER_INCOME] == [FundingSource.OTHER]


def test_everything_wrong_with_a_project_is_told_at_once():
    facts = ProjectFacts(
        name=" ",
        number="1" * 51,
        holder_id=3,
        for_all_members=False,
        member_ids=frozenset({1, 4}),
        first_date=date(2026, 3, 2),
        last_date=date(2026, 3, 1),
        budget_yuan=YUAN("-0.01"),
    )
    assert [one.field for one in find_fact_problems(facts, {1, 2})] == [
        "name",
        "number",
        "holder",
        "members",
        "last_date",
        "budget_yuan",
    ]
    assert list(find_fact_problems(ProjectFacts(name="钛合金", holder_id=1, budget_yuan=YUAN(0)), {1})) == []


def test_title_has_the_number_in_brackets():
    assert (get_title("钛合金", ""), get_title("钛合金", "2024YFC0001")) == ("钛合金", "钛合金 (2024YFC0001)")
