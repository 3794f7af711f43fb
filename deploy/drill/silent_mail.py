"""A mail server that takes connections and says nothing, under load; then it speaks again.

python -m deploy.drill.silent_mail [SECONDS]
"""

import sys
import time

from deploy.drill.site import Site, end, site

CLIENTS, MAILS = 4, 40


def act(one: Site, seconds: float) -> bool:
    one.mailbox.silent = True
    with one.booked_by(CLIENTS) as told:
        time.sleep(seconds)
    print(f"the mail server was silent for {seconds:.0f} s; told so far: {dict(told.statuses)}")
    one.mailbox.silent = False
    begun = time.monotonic()
    one.wait_for_mails()
    print(f"all mails have come {time.monotonic() - begun:.0f} s after it spoke again")
    return not told.statuses[500]


def main(seconds: float) -> None:
    with site(mails=MAILS, EMAIL_TIMEOUT="5") as one:
        is_sound = act(one, seconds)
        end(one.judge() and is_sound)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
