"""The state of each version of a rule: which applies, which will, and which never does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from providers.terms.domain.listed_prices import Version, versions_in_force


class RuleState(StrEnum):
    """What has become of a published version."""

    COMING = "coming"
    IN_FORCE = "in_force"
    OVER = "over"
    OVERTAKEN = "overtaken"
    """A later version with the same or an earlier start takes its place: it never applies."""
    WITHDRAWN = "withdrawn"


class PublishedVersion(Version, Protocol):
    """A version, and when it was withdrawn, if ever."""

    @property
    def withdrawn_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Standing:
    """The state of a version, and the number of the version that has overtaken it, if one has."""

    state: RuleState
    overtaken_by: int | None = None


def find_rule_states(versions: Iterable[PublishedVersion], now: datetime) -> Mapping[int, Standing]:
    """Return the standing of every version of a rule by its number."""
    published = list(versions)
    standing = [one for one in published if one.withdrawn_at is None]
    ends = {one.version: until for one, until in versions_in_force(standing)}
    return {
        one.version: Standing(RuleState.WITHDRAWN)
        if one.withdrawn_at is not None
        else _find_standing(one, ends, standing, now)
        for one in published
    }


def _find_standing(
    one: PublishedVersion,
    ends: Mapping[int, datetime],
    standing: Iterable[PublishedVersion],
    now: datetime,
) -> Standing:
    if one.version not in ends:
        later = (
            other.version
            for other in standing
            if other.version > one.version and other.applies_from <= one.applies_from
        )
        return Standing(RuleState.OVERTAKEN, max(later))
    if one.applies_from > now:
        return Standing(RuleState.COMING)
    return Standing(RuleState.IN_FORCE if now < ends[one.version] else RuleState.OVER)
