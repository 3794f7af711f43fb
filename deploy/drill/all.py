"""One drill after the other on one site, and one judgement at the end.

python -m deploy.drill.all [KILLS] [RESTARTS] [SECONDS]
"""

import sys

from deploy.drill import crowd, kills, point_in_time, restarts, silent_mail
from deploy.drill.site import end, site

MAILS = 200


def main(times_killed: int, times_restarted: int, seconds: float) -> None:
    with site(mails=MAILS, EMAIL_TIMEOUT="5") as one:
        is_sound = point_in_time.act(one)
        is_sound &= restarts.act(one, times_restarted)
        is_sound &= kills.act(one, times_killed)
        is_sound &= silent_mail.act(one, seconds)
        is_sound &= crowd.act(one, 500, seconds)
        is_sound &= one.judge()
    end(is_sound)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [20, 5, 30][len(given) :]))
