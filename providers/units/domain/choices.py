"""The closed lists of units and their publications."""

from enum import StrEnum


class ProfileState(StrEnum):
    """The states of a unit's profile."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class PublicationState(StrEnum):
    """The states of news, regulations, cases and openness statements."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Completeness(StrEnum):
    """完整度: whether a kind of information is missing, out of date or complete."""

    MISSING = "missing"
    STALE = "stale"
    COMPLETE = "complete"


class InformationState(StrEnum):
    """How pages put the completeness of a kind in words: finer than `Completeness`, which is what counts."""

    MISSING = "missing"
    INCOMPLETE = "incomplete"
    """Published in part: some of the instruments, or a profile that lacks a value."""
    TOO_FEW = "too_few"
    """Some recent items, but fewer than needed."""
    STALE = "stale"
    COMPLETE = "complete"


LISTED_UNDER = {
    InformationState.MISSING: Completeness.MISSING,
    InformationState.INCOMPLETE: Completeness.MISSING,
    InformationState.TOO_FEW: Completeness.STALE,
    InformationState.STALE: Completeness.STALE,
    InformationState.COMPLETE: Completeness.COMPLETE,
}
"""Under which state tables list a kind that pages put so in words."""
