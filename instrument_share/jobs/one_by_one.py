"""One row after the other, for recurring jobs."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from instrument_share.databases.outage import is_database_away

logger = logging.getLogger(__name__)
K = TypeVar("K", int, str)


class SomeFailed(Exception):
    """Some rows of a recurring job failed; the log says why, and the next run tries them again."""


def do_one_by_one(what: str, keys: Iterable[K], step: Callable[[K], int]) -> int:
    """Do the step for each key, so that one that fails keeps back no other; return the sum of the results.

    Each step is a transaction of its own. `what` is the kind of rows, as the log and the pages of jobs name
    it. Raises SomeFailed at the end, and at once what tells that the database is away.
    """
    done, failed = 0, []
    for key in keys:
        try:
            done += step(key)
        except Exception as error:
            if is_database_away(error):
                raise
            logger.exception("The %s %s failed.", what, key)
            failed.append(str(key))
    if failed:
        raise SomeFailed(f"{what} {', '.join(failed)}; done for others: {done}")
    return done
