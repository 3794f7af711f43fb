"""Freezing, checking and scoring a year, against reading its logs once with `.values()`."""

from benchmarks.harness import Verdict, analyze, make_database
from benchmarks.harness.year import Steps, Year
from bookings.usage.models import UsageLog

USES_EACH = 150


def main() -> None:
    make_database()
    verdict = Verdict()
    year = Year(USES_EACH)
    year.import_all()
    analyze()
    steps = Steps(year.city.officer)
    logs = UsageLog.objects.count()
    read_once()
    verdict.compare(f"freeze of {logs:,} logs", measured=steps.freeze, floor=read_once, accepted=10)
    verdict.compare(f"check of {logs:,} logs", measured=steps.check, floor=read_once, accepted=5)
    verdict.compare(f"score of {logs:,} logs", measured=steps.score, floor=read_once, accepted=8, rounds=3)
    verdict.exit()


def read_once() -> None:
    list(UsageLog.objects.values())


if __name__ == "__main__":
    main()
