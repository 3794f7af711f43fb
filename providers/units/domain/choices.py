"""The closed lists of units and their publications."""

from enum import StrEnum


class ProfileState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class PublicationState(StrEnum):
    """Of news, regulations, cases and openness statements."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Completeness(StrEnum):
    MISSING = "missing"
    STALE = "stale"
    COMPLETE = "complete"
