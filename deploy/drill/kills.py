"""Kill web server and worker in turn under load, and start each again at once, as systemd does.

python -m deploy.drill.kills [KILLS]
"""

import random
import sys
import time

from deploy.drill.site import end, site

CLIENTS, MAILS_FOR_EACH = 6, 20


def main(kills: int) -> None:
    draw = random.Random(1)
    with site(mails=MAILS_FOR_EACH * kills) as one:
        begun = time.monotonic()
        with one.booked_by(CLIENTS):
            for number in range(kills):
                name = ("web", "worker")[number % 2]
                time.sleep(draw.uniform(0.2, 4))
                one.kill(name)
                one.start(name)
                if name == "web":
                    one.wait_until_ready()
        print(f"{kills} kills in {time.monotonic() - begun:.0f} s")
        one.wait_for_mails()
        time.sleep(1)
        is_sound = one.judge()
    end(is_sound)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
