"""Score shapes: exact points for the value of a measure (docs/reward-policy.md, "Shapes")."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Linear:
    """Points rise from 0 at `zero` to all at `full`, clipped; `full` may be below `zero`."""

    zero: Fraction
    full: Fraction

    def points(self, value: Fraction, out_of: Fraction) -> Fraction:
        """Return the points for a value."""
        reached = (value - self.zero) / (self.full - self.zero)
        return out_of * min(max(reached, Fraction(0)), Fraction(1))


@dataclass(frozen=True)
class Steps:
    """The points of the highest bound reached; 0 below the first."""

    steps: tuple[tuple[Fraction, Fraction], ...]

    def points(self, value: Fraction, out_of: Fraction) -> Fraction:
        """Return the points for a value."""
        reached = [points for bound, points in self.steps if value >= bound]
        return min(reached[-1], out_of) if reached else Fraction(0)


@dataclass(frozen=True)
class PerUnit:
    """`step_points` for each whole step of size `each`, up to the indicator's points."""

    step_points: Fraction
    each: Fraction

    def points(self, value: Fraction, out_of: Fraction) -> Fraction:
        """Return the points for a value."""
        return min(self.step_points * max(value // self.each, 0), out_of)


Shape = Linear | Steps | PerUnit
