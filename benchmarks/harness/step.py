"""One step of the year in a process of its own: prints its seconds, those of the floor, and its peak memory.

`python -m benchmarks.harness.step freeze`, on the database of its parent.
"""

import json
import resource
import subprocess
import sys
from typing import NamedTuple

from benchmarks.harness import timed
from benchmarks.harness.year import Steps

# isort: split
from django.db.models import Count, Sum
from django.db.models.functions import ExtractMonth

from bookings.usage.models import UsageLog
from instrument_share.accounts.models import User
from instrument_share.kernel.city_time import CITY_TIME

ROUNDS = 5


class Taken(NamedTuple):
    """What a step took: seconds, those of the floor in the same process, and megabytes at the most."""

    seconds: float
    floor: float
    peak: int


def run_step(step: str) -> Taken:
    """Run a step in a child."""
    command = [sys.executable, "-m", "benchmarks.harness.step", step]
    return Taken(*json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def group_by() -> None:
    """The least that a year's figures take: confirmed logs, grouped by instrument and month."""
    confirmed = UsageLog.objects.filter(confirmations__correction__isnull=True, confirmations__isnull=False)
    month = ExtractMonth("starts_at", tzinfo=CITY_TIME)
    groups = confirmed.order_by().annotate(month=month).values_list("instrument", "external", "month")
    list(groups.annotate(uses=Count("pk"), seconds=Sum("effective_seconds"), yuan=Sum("amount_yuan")))


def main(step: str) -> None:
    steps = Steps(User.objects.get(memberships__role="bureau_officer"))
    floor = min(timed(group_by) for _ in range(ROUNDS))
    seconds = timed(getattr(steps, step))
    floor = min(floor, *(timed(group_by) for _ in range(ROUNDS)))
    print(json.dumps([seconds, floor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))


if __name__ == "__main__":
    main(sys.argv[1])
