"""A mail server that takes connections and says nothing, under load; then it speaks again.

python -m deploy.drill.silent_mail [SECONDS]
"""

import sys
import time

from deploy.drill.site import end, site

CLIENTS, MAILS = 4, 40


def main(seconds: float) -> None:
    with site(mails=MAILS, EMAIL_TIMEOUT="5") as one:
        one.mailbox.silent = True
        with one.booked_by(CLIENTS) as told:
            time.sleep(seconds)
            print(f"silent for {seconds:.0f} s: {dict(told.statuses)}")
        one.mailbox.silent = False
        begun = time.monotonic()
        one.wait_for_mails(900)
        print(f"all mails have come {time.monotonic() - begun:.0f} s after it spoke again")
        time.sleep(1)
        is_sound = one.judge() and not told.statuses[500]
    end(is_sound)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
