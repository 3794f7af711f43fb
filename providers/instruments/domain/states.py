"""The states of an instrument, of a unit's profile and of what it publishes, as tables of moves."""

from instrument_share.kernel.states import Moves
from providers.instruments.domain.words import InstrumentState
from providers.units.domain.words import ProfileState, PublicationState

INSTRUMENT_MOVES: Moves = {
    InstrumentState.DRAFT: {"submit": InstrumentState.SUBMITTED},
    InstrumentState.SUBMITTED: {"publish": InstrumentState.PUBLISHED, "return": InstrumentState.DRAFT},
    InstrumentState.PUBLISHED: {"suspend": InstrumentState.SUSPENDED},
    InstrumentState.SUSPENDED: {"resume": InstrumentState.PUBLISHED, "retire": InstrumentState.RETIRED},
}

PROFILE_MOVES: Moves = {
    ProfileState.DRAFT: {"submit": ProfileState.SUBMITTED},
    ProfileState.SUBMITTED: {"publish": ProfileState.PUBLISHED, "return": ProfileState.DRAFT},
}

PUBLICATION_MOVES: Moves = {
    PublicationState.DRAFT: {
        "publish": PublicationState.PUBLISHED,
        "schedule": PublicationState.SCHEDULED,
        "discard": PublicationState.DRAFT,
    },
    PublicationState.SCHEDULED: {
        "publish": PublicationState.PUBLISHED,
        "schedule": PublicationState.SCHEDULED,
        "unschedule": PublicationState.DRAFT,
        "discard": PublicationState.DRAFT,
    },
    PublicationState.PUBLISHED: {"withdraw": PublicationState.WITHDRAWN},
}
"""A discarded draft is removed; what was public once is kept."""

PUBLIC = frozenset({InstrumentState.PUBLISHED, InstrumentState.SUSPENDED})
"""States in which everybody may see an instrument; a suspended one says that it is."""
EDITABLE_AS_A_WHOLE = frozenset({InstrumentState.DRAFT})
LIVE = frozenset({InstrumentState.PUBLISHED, InstrumentState.SUSPENDED})
"""States in which a change of a description goes live, and a change that the bureau reviews waits."""
