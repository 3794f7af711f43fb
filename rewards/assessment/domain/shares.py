"""Divide a sum under caps, exactly, and round the shares so that they add up.

See docs/reward-policy.md, "Order" and "Rounding".

Shares and weights are keyed by the unit's USCC. Limits are given in whole money units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Amounts = Mapping[str, Fraction]


@dataclass(frozen=True)
class Limit:
    """The members together receive `most` yuan at most."""

    members: frozenset[str]
    most: Fraction

    @classmethod
    def each(cls, limits: Mapping[str, Fraction]) -> "list[Limit]":
        return [cls(frozenset([uscc]), most) for uscc, most in limits.items()]

    def is_exceeded_by(self, amounts: Amounts) -> bool:
        return sum((amounts[uscc] for uscc in self.members if uscc in amounts), Fraction(0)) > self.most


def fill_shares(weights: Amounts, limits: Iterable[Limit]) -> dict[str, Fraction]:
    """Divide exactly in proportion to the weights; what a limited share leaves goes to the others.

    All shares grow together, each as fast as its weight, and stop where a limit over them is reached. Every
    unit with a weight must be under at least one limit (the sum to divide is one over all of them).
    """
    limits = list(limits)
    shares = dict.fromkeys(weights, Fraction(0))
    growing = {uscc for uscc, weight in weights.items() if weight > 0}
    while growing:
        levels = [
            (_level(limit, shares, weights, growing), limit) for limit in limits if limit.members & growing
        ]
        reached = min(level for level, _ in levels)
        stopped = set().union(*(limit.members & growing for level, limit in levels if level == reached))
        shares.update({uscc: reached * weights[uscc] for uscc in stopped})
        growing -= stopped
    return shares


def _level(limit: Limit, shares: Amounts, weights: Amounts, growing: set[str]) -> Fraction:
    """Yuan for each unit of weight at which `limit` is reached."""
    known = limit.members & weights.keys()
    left = limit.most - sum((shares[uscc] for uscc in known - growing), Fraction(0))
    return left / sum((weights[uscc] for uscc in known & growing), Fraction(0))


def round_shares(
    shares: Amounts, total: Fraction, unit: Fraction, limits: Iterable[Limit], ranking: Sequence[str]
) -> tuple[dict[str, Fraction], frozenset[str]]:
    """Return the shares in whole money units, and who got one unit more than its share rounded down.

    Each is rounded down; what is then missing from `total` (itself rounded down) is given out one unit each
    by largest remainder, never past a limit, ties in the order of `ranking`.
    """
    down = {uscc: share // unit * unit for uscc, share in shares.items()}
    missing = (total - sum(down.values(), Fraction(0))) // unit
    places = {uscc: place for place, uscc in enumerate(ranking)}
    order = sorted(
        (uscc for uscc in shares if shares[uscc] > 0),
        key=lambda uscc: (down[uscc] - shares[uscc], places[uscc]),
    )
    amounts, limits, extra = dict(down), list(limits), set[str]()
    for uscc in order:
        if len(extra) == missing:
            break
        amounts[uscc] += unit
        if any(limit.is_exceeded_by(amounts) for limit in limits if uscc in limit.members):
            amounts[uscc] -= unit
        else:
            extra.add(uscc)
    return amounts, frozenset(extra)
