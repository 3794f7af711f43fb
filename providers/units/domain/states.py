"""The states of a unit's profile and of its publications, as tables of moves."""

from instrument_share.kernel.states import Moves
from providers.units.domain.choices import ProfileState, PublicationState

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
