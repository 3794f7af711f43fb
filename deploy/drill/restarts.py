"""Stop PostgreSQL hard under load, as a power cut does, and start it again.

python -m deploy.drill.restarts [TIMES]
"""

import random
import sys
import time

from deploy.drill.site import end, site

CLIENTS, MAILS_FOR_EACH, AWAY = 6, 10, 3


def main(times: int) -> None:
    draw = random.Random(2)
    with site(mails=MAILS_FOR_EACH * times) as one:
        with one.booked_by(CLIENTS) as told:
            for _ in range(times):
                time.sleep(draw.uniform(2, 6))
                one.server.stop("immediate")
                time.sleep(draw.uniform(0, AWAY))
                one.server.start()
                one.wait_until_ready()
            time.sleep(3)
        print(f"{times} restarts; programs that ended: {[n for n, p in one.programs.items() if p.poll()]}")
        for status, body in told.bodies.items():
            if status >= 500:
                print(f"{status}: {body}")
        one.wait_for_mails()
        is_sound = one.judge() and not told.statuses[500]
    end(is_sound)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
