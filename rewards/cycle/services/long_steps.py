"""Steps of a year that take long: computed without a lock, kept in one short transaction.

A lock of minutes would hold up the decisions of auditors, on SQLite everything that is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from django.db import transaction

from instrument_share.kernel.errors import require_found
from instrument_share.kernel.progress import Tell, tell_nobody
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

Computed = TypeVar("Computed")
Kept = TypeVar("Kept")
Counted = Literal["logs", "paper", "files"]
"""What a step is counted by: the year's logs, the rows of its paper, the files of its package."""


class StepTell(Protocol):
    """A `Tell` of a step, which hears as well what is counted."""

    def __call__(self, done: int, total: int, counted: Counted = "logs", /) -> None:
        """Hear how much is done, of how much, and of what."""


def tell_of(tell: StepTell, counted: Counted) -> Tell:
    """Return what tells of the part of a step that is counted by something else than logs."""
    return lambda done, total: tell(done, total, counted)


@dataclass(frozen=True)
class LongStep(Generic[Computed, Kept]):
    """A step in three parts.

    `admit` raises what forbids it to a person at an instant, in the cycle's present state. `compute` changes
    nothing that anybody sees, so that it can be cut off and repeated. `keep` writes what was computed, in the
    caller's transaction and behind the cycle's lock.
    """

    admit: "Callable[[User, AssessmentCycle, datetime], None]"
    compute: Callable[[AssessmentCycle, datetime, StepTell], Computed]
    keep: "Callable[[User, AssessmentCycle, Computed, datetime], Kept]"

    def take(self, *, actor: "User", cycle_id: int, now: datetime) -> Kept:
        """Take the whole step at once."""
        computed = self.prepare(actor=actor, cycle_id=cycle_id, now=now)
        return self.finish(actor=actor, cycle_id=cycle_id, computed=computed, now=now)

    def prepare(
        self, *, actor: "User", cycle_id: int, now: datetime, tell: StepTell = tell_nobody
    ) -> Computed:
        """Compute the step; `tell` hears how far it is, outside of any transaction of the step."""
        found = AssessmentCycle.objects.select_related("policy").filter(pk=cycle_id).first()
        cycle = require_found(found)
        self.admit(actor, cycle, now)
        return self.compute(cycle, now, tell)

    @transaction.atomic
    def finish(self, *, actor: "User", cycle_id: int, computed: Computed, now: datetime) -> Kept:
        """Keep what was computed, if the step is still admitted."""
        cycle = cycle_lock(cycle_id)
        self.admit(actor, cycle, now)
        return self.keep(actor, cycle, computed, now)
