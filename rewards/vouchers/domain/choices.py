"""Closed lists of innovation vouchers, and what may follow a state of a claim."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import IllegalMove, gettext_noop
from instrument_share.kernel.states import Moves


class Issuer(StrEnum):
    """Who gives the money of a scheme."""

    CITY = "city"
    PROVINCE = "province"


class ApplicationState(StrEnum):
    """The state of an application for a voucher."""

    SUBMITTED = "submitted"
    GRANTED = "granted"
    REFUSED = "refused"


class ClaimState(StrEnum):
    """The state of a claim; the last two follow from payout lists and payouts and are not stored."""

    SUBMITTED = "submitted"
    CHECKED = "checked"
    AUDITED = "audited"
    REFUSED = "refused"
    LISTED = "listed"
    PAID = "paid"


STORED_STATES = (ClaimState.SUBMITTED, ClaimState.CHECKED, ClaimState.AUDITED, ClaimState.REFUSED)
MOVES: Moves = {
    ClaimState.SUBMITTED: {"check": ClaimState.CHECKED, "refuse": ClaimState.REFUSED},
    ClaimState.CHECKED: {"audit": ClaimState.AUDITED, "refuse": ClaimState.REFUSED},
    ClaimState.AUDITED: {"refuse": ClaimState.REFUSED},
}
"""An audited claim is refused only while it stands on no list: its uses may have been corrected since."""
OPEN_STAGES = frozenset(stage for stage, moves in MOVES.items() if "refuse" in moves)
"""Stages of a claim that a change of its uses still stops, and in which it may wait for something."""

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Issuer: {Issuer.CITY: gettext_noop("The city"), Issuer.PROVINCE: gettext_noop("The province")},
}


def get_next_state(state: str, move: str) -> str:
    """Return the state of a claim after a move. Raises IllegalMove, in the words of claims."""
    if move not in MOVES.get(state, {}):
        raise IllegalMove(state=f"voucher_claim.{state}", move=f"voucher_claim.{move}")
    return MOVES[state][move]
