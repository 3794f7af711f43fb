"""What has become of each published version of a rule."""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from providers.terms.domain.rule_states import RuleState, Standing, find_rule_states


class Version(NamedTuple):
    version: int
    applies_from: datetime
    withdrawn_at: datetime | None = None


def at(day):
    return datetime(2026, 3, day, tzinfo=UTC)


def states(now, *versions):
    found = find_rule_states(versions, now)
    return [found[one.version] for one in versions]


COMING, IN_FORCE, OVER = (Standing(one) for one in (RuleState.COMING, RuleState.IN_FORCE, RuleState.OVER))
WITHDRAWN = Standing(RuleState.WITHDRAWN)


@pytest.mark.parametrize(("day", "expected"), [(1, COMING), (2, IN_FORCE), (3, IN_FORCE)])
def test_only_version_comes_and_applies_from_its_start(day, expected):
    assert states(at(day), Version(1, at(2))) == [expected]


@pytest.mark.parametrize(
    ("day", "expected"), [(2, [IN_FORCE, COMING]), (4, [IN_FORCE, COMING]), (5, [OVER, IN_FORCE])]
)
def test_version_is_over_once_the_next_has_begun(day, expected):
    assert states(at(day), Version(1, at(2)), Version(2, at(5))) == expected


@pytest.mark.parametrize("start", [4, 5])
@pytest.mark.parametrize("day", [3, 9])
def test_version_with_a_later_one_at_or_before_its_start_is_overtaken(start, day):
    overtaken = Standing(RuleState.OVERTAKEN, overtaken_by=3)
    found = states(at(day), Version(1, at(2)), Version(2, at(5)), Version(3, at(start)))
    assert found[1] == overtaken


def test_version_is_overtaken_by_the_one_that_applies_in_its_place():
    found = states(at(1), Version(1, at(5)), Version(2, at(4)), Version(3, at(3)), Version(4, at(9)))
    assert [one.overtaken_by for one in found] == [3, 3, None, None]


def test_withdrawn_version_overtakes_none():
    assert states(at(3), Version(1, at(2)), Version(2, at(5)), Version(3, at(4), at(3))) == [
        IN_FORCE,
        COMING,
        WITHDRAWN,
    ]
