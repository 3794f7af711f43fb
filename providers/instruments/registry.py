"""What instruments tell the apps above them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument

LinkFollower = Callable[["User", int, Mapping[int, Collection[int]], datetime], None]
KeeperTeller = Callable[["Instrument", Iterable["User"]], list[str]]
_followers: list[LinkFollower] = []
_keeper_tellers: list[KeeperTeller] = []


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


def register_keeper_teller(teller: KeeperTeller) -> None:
    """Have `teller` say what stops at an instrument as one of its keepers is removed."""
    _keeper_tellers.append(teller)


def tell_what_stops(instrument: "Instrument", keepers: "Iterable[User]") -> list[str]:
    """Return what stops at an instrument as one of these keepers is removed, as sentences."""
    return [sentence for tell in _keeper_tellers for sentence in tell(instrument, keepers)]
