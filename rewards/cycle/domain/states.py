"""States of an annual assessment and its transitions."""

from enum import StrEnum

from instrument_share.kernel.states import Moves


class CycleState(StrEnum):
    """The state of an annual assessment."""

    COLLECTING = "collecting"
    FROZEN = "frozen"
    CHECKED = "checked"
    SCORED = "scored"
    NOTICED = "noticed"
    APPROVED = "approved"
    REPORTED = "reported"
    PAID = "paid"


MOVES: Moves = {
    CycleState.COLLECTING: {"freeze": CycleState.FROZEN, "adopt": CycleState.COLLECTING},
    CycleState.FROZEN: {"check": CycleState.CHECKED, "adopt": CycleState.FROZEN},
    CycleState.CHECKED: {
        "check": CycleState.CHECKED,
        "score": CycleState.SCORED,
        "adopt": CycleState.CHECKED,
    },
    CycleState.SCORED: {
        "score": CycleState.SCORED,
        "announce": CycleState.NOTICED,
        "adopt": CycleState.CHECKED,
    },
    CycleState.NOTICED: {
        "score": CycleState.SCORED,
        "approve": CycleState.APPROVED,
        "adopt": CycleState.CHECKED,
    },
    CycleState.APPROVED: {"preview": CycleState.APPROVED, "send": CycleState.REPORTED},
    CycleState.REPORTED: {"return": CycleState.APPROVED, "pay": CycleState.PAID},
    CycleState.PAID: {"reverse": CycleState.REPORTED},
}
"""Scoring again after a changed decision takes a noticed cycle back, and so does the decided policy in the
place of a draft; nothing changes after approval."""

BEFORE_APPROVAL = (CycleState.CHECKED, CycleState.SCORED, CycleState.NOTICED)
"""States in which findings are decided."""

TAKES_FINDINGS = (CycleState.FROZEN, *BEFORE_APPROVAL)
"""States in which people can open a finding, of an inspection or an objection, and its unit answers it."""

SEALED = (CycleState.REPORTED, CycleState.PAID)
"""States in which a report is in force, sent or accepted."""

FINAL = (CycleState.APPROVED, CycleState.REPORTED, CycleState.PAID)
"""States in which the results stand for good."""
