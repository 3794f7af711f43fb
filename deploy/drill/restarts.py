"""Stop PostgreSQL hard under load, as a power cut does, and start it again.

python -m deploy.drill.restarts [TIMES]
"""

import random
import sys
import time

from deploy.drill.site import Site, end, site

CLIENTS, MAILS_FOR_EACH, AWAY = 6, 10, 3


def act(one: Site, times: int) -> bool:
    draw = random.Random(2)
    with one.booked_by(CLIENTS) as told:
        for _ in range(times):
            time.sleep(draw.uniform(2, 6))
            one.server.stop("immediate")
            time.sleep(draw.uniform(0, AWAY))
            one.server.start()
            one.wait_until_ready()
        time.sleep(3)
    ended = [name for name, program in one.programs.items() if program.poll() is not None]
    print(f"{times} restarts of PostgreSQL; programs that ended: {ended}; told so far: {dict(told.statuses)}")
    one.print_failures()
    return not told.statuses[500] and not ended


def main(times: int) -> None:
    with site(mails=MAILS_FOR_EACH * times) as one:
        is_sound = act(one, times)
        end(one.judge() and is_sound)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
