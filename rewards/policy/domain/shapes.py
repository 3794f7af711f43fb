"""Score shapes: how the value of a measure becomes points, exactly (docs/reward-policy.md, "Shapes")."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Linear:
    """No points at `zero`, all at `full`, straight between, clipped. `full` may lie below `zero`."""

    zero: Fraction
    full: Fraction

    def points(self, value: Fraction, out_of: Fraction) -> Fraction:
        reached = (value - self.zero) / (self.full - self.zero)
        return out_of * min(max(reached, Fraction(0)), Fraction(1))


@dataclass(frozen=True)
class Steps:
    """The points of the highest bound that is reached; none below the first."""

    steps: tuple[tuple[Fraction, Fraction], ...]

    def points(self, value: Fraction, out_of: Fraction) -> Fraction:
        reached = [points for bound, points in self.steps if value >= bound]
        return min(reached[-1], out_of) if reached else Fraction(0)


@dataclass(frozen=True)
class PerUnit:
    """`each` is one step: `step_points` for each whole step, up to the points of the indicator."""

    step_points: Fraction
    each: Fraction

    def points(self, value: Fraction, out_of: Fraction) -> Fraction:
        return min(self.step_points * max(value // self.each, 0), out_of)


Shape = Linear | Steps | PerUnit
