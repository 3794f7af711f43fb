"""The clock of web server and worker jumps an hour ahead, an hour back, and over midnight, under load.

    python -m deploy.drill.clock_jump

Needs libfaketime (apt-get install faketime), which reads the jump from a file: the programs run on meanwhile.
The clock of the database stays: it is another machine.
"""

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.drill.site import Site, end, site

CLIENTS, EACH = 4, 12
CITY = ZoneInfo("Asia/Shanghai")


def find_library() -> str:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found or not shutil.which("faketime"):
        raise SystemExit("libfaketime is missing: apt-get install faketime.")
    return str(found[0])


def main() -> None:
    library = find_library()
    with site(mails=20) as one:
        jump = one.folder / "jump"
        set_clock(jump, 0)
        one.environment |= {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(jump),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        for name in ("web", "worker"):
            one.kill(name)
        one.start()
        one.wait_until_ready()
        with one.booked_by(CLIENTS) as told:
            for what, seconds in (("as it is", 0), ("+1 h", 3600), ("-1 h", -3600)):
                leap(one, jump, what, seconds)
            leap(one, jump, "10 s before midnight, and over it", seconds_to_midnight() - 10)
            leap(one, jump, "as it is", 0)
        del one.environment["LD_PRELOAD"]
        for name in ("web", "worker"):
            one.kill(name)
        one.start()
        one.wait_for_mails()
        is_sound = one.judge() and not told.statuses[500]
    end(is_sound)


def leap(one: Site, jump: Path, what: str, seconds: int) -> None:
    set_clock(jump, seconds)
    before = dict(one.told.statuses)
    time.sleep(2 * EACH if "midnight" in what else EACH)
    came = {key: number - before.get(key, 0) for key, number in one.told.statuses.items()}
    print(f"{what}: {came}")


def set_clock(jump: Path, seconds: int) -> None:
    """At once: programs read the file whenever they ask for the time, and an empty one ends them."""
    new = jump.with_suffix(".new")
    new.write_text(f"{seconds:+d}")
    new.replace(jump)


def seconds_to_midnight() -> int:
    now = datetime.now(CITY)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - now).total_seconds())


if __name__ == "__main__":
    main()
