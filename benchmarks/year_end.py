"""Freezing, checking and scoring a year, against a GROUP BY over its logs; each in a process of its own.

3,000 logs by default. `BENCH_LOGS=250000` (or 1000000) fills a PostgreSQL server with so many.
"""

import os

from benchmarks.harness import Verdict, analyze, make_database
from benchmarks.harness.large_year import make_large_year
from benchmarks.harness.step import run_step
from benchmarks.harness.year import Steps, Year
from bookings.usage.models import UsageLog

SMALL = 3_000
USES_EACH = SMALL // 20
ACCEPTED = {
    # the ratio of 3,000 logs, where reading units and instruments weighs most, and of a large year
    "freeze": (35, 80),
    "check": (20, 28),
    "score": (30, 18),
}
MOST_MEMORY = 300  # MB, however many logs


def main() -> None:
    make_database()
    verdict = Verdict()
    wanted = int(os.environ.get("BENCH_LOGS", SMALL))
    if wanted == SMALL:
        year = Year(USES_EACH)
        year.import_all()
        Steps(year.city.officer)
    else:
        make_large_year(wanted)
    analyze()
    logs = UsageLog.objects.count()
    for step, accepted in ACCEPTED.items():
        taken = run_step(step)
        verdict.judge(f"{step} of {logs:,} logs", taken.seconds, taken.floor, accepted[wanted != SMALL])
        verdict.at_most("  memory at its peak, MB", taken.peak, MOST_MEMORY)
    verdict.exit()


if __name__ == "__main__":
    main()
