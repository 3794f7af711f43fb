"""Five hundred visitors at once, each on connections of their own, while people book.

python -m deploy.drill.crowd [VISITORS] [SECONDS]
"""

import sys
import threading
import time
from collections import Counter
from http.client import HTTPException

from deploy.drill.site import Site, end, site

PAGES = ("/", "/instruments/", "/units/", "/api/v1/instruments")


def act(one: Site, visitors: int, seconds: float) -> bool:
    statuses: Counter[object] = Counter()
    waits: list[float] = []
    stop = time.monotonic() + seconds
    threading.stack_size(256 * 1024)
    crowd = [
        threading.Thread(target=visit, args=(one, number, stop, statuses, waits))
        for number in range(visitors)
    ]
    with one.booked_by(4):
        for visitor in crowd:
            visitor.start()
        for visitor in crowd:
            visitor.join()
    waits.sort()
    print(f"{visitors} visitors, {seconds:.0f} s: {dict(statuses)}")
    for share in (0.5, 0.95, 0.99):
        print(f"  {share:.0%} answered within {waits[int(share * (len(waits) - 1))]:.2f} s")
    return not statuses[500]


def main(visitors: int, seconds: float) -> None:
    with site(mails=50) as one:
        is_sound = act(one, visitors, seconds)
        end(one.judge() and is_sound)


def visit(one: Site, number: int, stop: float, statuses: "Counter[object]", waits: list[float]) -> None:
    while time.monotonic() < stop:
        begun = time.monotonic()
        try:
            status: object = one.ask("GET", PAGES[number % len(PAGES)], timeout=120)[0]
        except (OSError, HTTPException) as error:
            status = type(error).__name__
        statuses[status] += 1
        waits.append(time.monotonic() - begun)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500, float(sys.argv[2]) if len(sys.argv) > 2 else 60)
