"""The states of an instrument and the transitions between them."""

from datetime import datetime

from instrument_share.kernel.states import Moves
from providers.instruments.domain.choices import InstrumentState

INSTRUMENT_MOVES: Moves = {
    InstrumentState.DRAFT: {"submit": InstrumentState.SUBMITTED},
    InstrumentState.SUBMITTED: {"publish": InstrumentState.PUBLISHED, "return": InstrumentState.DRAFT},
    InstrumentState.PUBLISHED: {"suspend": InstrumentState.SUSPENDED},
    InstrumentState.SUSPENDED: {"resume": InstrumentState.PUBLISHED, "retire": InstrumentState.RETIRED},
}

PUBLIC = frozenset({InstrumentState.PUBLISHED, InstrumentState.SUSPENDED})
"""States in which everybody may see an instrument; a suspended one says that it is."""
EDITABLE_AS_A_WHOLE = frozenset({InstrumentState.DRAFT})
LIVE = frozenset({InstrumentState.PUBLISHED, InstrumentState.SUSPENDED})
"""States in which a change of a description goes live, and a change that the bureau reviews waits."""


def is_removable(state: str, submitted_at: datetime | None) -> bool:
    """Return whether an instrument may be removed: a draft that was never submitted."""
    return state == InstrumentState.DRAFT and submitted_at is None
