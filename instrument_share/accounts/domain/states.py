"""The states of organizations and memberships as tables of moves."""

from instrument_share.kernel.states import Moves

ORGANIZATION: Moves = {
    "pending": {"admit": "admitted", "refuse": "refused"},
    "refused": {"submit": "pending"},
    "admitted": {"suspend": "suspended"},
    "suspended": {"reinstate": "admitted"},
}
"""A refused body is corrected and handed in again; what is pending may be corrected as it stands."""

MEMBERSHIP: Moves = {
    "pending": {"admit": "active", "refuse": "refused"},
    "active": {"end": "ended"},
    "refused": {"ask": "pending", "grant": "active"},
    "ended": {"ask": "pending", "grant": "active"},
}
