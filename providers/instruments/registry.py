"""What instruments tell the apps above them."""

from collections.abc import Callable, Collection
from datetime import datetime

LinkFollower = Callable[[Collection[int], datetime], None]
_followers: list[LinkFollower] = []


def register_link_follower(follower: LinkFollower) -> None:
    """Have `follower` called with the ids of instruments that are booked with others than before."""
    _followers.append(follower)


def tell_link_followers(instrument_ids: Collection[int], now: datetime) -> None:
    """Tell that these instruments are booked with others than before, in the transaction that changed it."""
    for follower in _followers:
        follower(instrument_ids, now)
