from datetime import date
from decimal import Decimal

import pytest

from bookings.statements.domain.billing import get_age_band, is_payable, previous_month
from bookings.statements.domain.states import MOVES, StatementState, get_next_state
from instrument_share.kernel.errors import IllegalMove


@pytest.mark.parametrize(
    ("days", "band"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (400, 3)]
)
def test_age_band_begins_the_day_after_its_limit(days, band):
    assert get_age_band(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days)) == band


@pytest.mark.parametrize(
    ("amount", "owed", "payable"),
    [
        ("0.01", "100", True),
        ("100", "100", True),
        ("100.01", "100", False),
        ("0", "100", False),
        ("-1", "100", False),
        ("-20", "-50", True),
        ("-50.01", "-50", False),
        ("1", "-50", False),
        ("1", "0", False),
        ("0", "0", False),
    ],
)
def test_payment_is_a_part_of_what_is_owed(amount, owed, payable):
    assert is_payable(Decimal(amount), Decimal(owed)) is payable


def test_months_go_over_the_turn_of_the_year():
    assert previous_month(date(2026, 1, 31)) == date(2025, 12, 1)
    assert previous_month(date(2026, 12, 1)) == date(2026, 11, 1)


def test_only_the_moves_of_the_table_are_possible():
    assert get_next_state("draft", "send") == StatementState.SENT
    possible = {(state, move) for state, moves in MOVES.items() for move in moves}
    moves = {move for _state, move in possible}
    for state in StatementState:
        for move in moves:
            if (state, move) not in possible:
                with pytest.raises(IllegalMove):
                    get_next_state(state, move)
    assert set(MOVES[StatementState.SETTLED]) == {"reverse"}
