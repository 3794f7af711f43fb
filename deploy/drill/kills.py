"""Kill web server and worker in turn under load, and start each again at once, as systemd does.

python -m deploy.drill.kills [KILLS]
"""

import random
import sys
import time

from deploy.drill.site import Site, end, site

CLIENTS, MAILS_FOR_EACH = 6, 20


def act(one: Site, kills: int) -> bool:
    draw = random.Random(1)
    begun = time.monotonic()
    with one.booked_by(CLIENTS) as told:
        for number in range(kills):
            name = ("web", "worker")[number % 2]
            time.sleep(draw.uniform(0.2, 4))
            one.kill(name)
            one.start(name)
            if name == "web":
                one.wait_until_ready()
    print(f"{kills} kills in {time.monotonic() - begun:.0f} s; told so far: {dict(told.statuses)}")
    return not told.statuses[500]


def main(kills: int) -> None:
    with site(mails=MAILS_FOR_EACH * kills) as one:
        is_sound = act(one, kills)
        end(one.judge() and is_sound)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
