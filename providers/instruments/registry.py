"""What instruments tell the apps above them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

LinkFollower = Callable[["User", int, Mapping[int, Collection[int]], datetime], None]
_followers: list[LinkFollower] = []


def register_link_follower(follower: LinkFollower) -> None:
    """Have `follower` called as an instrument is booked with others than before.

    It takes who changed that, the instrument's id, and what it and those that need it needed before.
    """
    _followers.append(follower)


def tell_link_followers(
    actor: "User", instrument_id: int, former_needs: Mapping[int, Collection[int]], now: datetime
) -> None:
    """Tell that an instrument is booked with others than before, in the transaction that changed it."""
    for follower in _followers:
        follower(actor, instrument_id, former_needs, now)
