"""What instruments tell the apps above them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument

Needs = Mapping[int, Collection[int]]
"""By instrument, those without which it can't be booked."""
LinkFollower = Callable[["User", int, Needs, Needs, datetime], None]
LinkTeller = Callable[[Needs, Needs, datetime], list[str]]
KeeperTeller = Callable[["Instrument", Iterable["User"]], list[str]]
_followers: list[LinkFollower] = []
_link_tellers: list[LinkTeller] = []
_keeper_tellers: list[KeeperTeller] = []


def register_link_follower(follower: LinkFollower, teller: LinkTeller) -> None:
    """Have `follower` called as an instrument is booked with others than before.

    It takes who changed that, the instrument's id, and what it and those that need it needed before and need
    now. `teller` says before whom that hits.
    """
    _followers.append(follower)
    _link_tellers.append(teller)


def tell_link_followers(
    actor: "User", instrument_id: int, former_needs: Needs, needs: Needs, now: datetime
) -> None:
    """Tell that an instrument is booked with others than before, in the transaction that changed it."""
    for follower in _followers:
        follower(actor, instrument_id, former_needs, needs, now)


def tell_whom_links_hit(former_needs: Needs, needs: Needs, now: datetime) -> list[str]:
    """Return whom it hits that instruments are booked with others than before, as sentences."""
    return [sentence for tell in _link_tellers for sentence in tell(former_needs, needs, now)]


def register_keeper_teller(teller: KeeperTeller) -> None:
    """Have `teller` say what stops at an instrument as one of its keepers is removed."""
    _keeper_tellers.append(teller)


def tell_what_stops(instrument: "Instrument", keepers: "Iterable[User]") -> list[str]:
    """Return what stops at an instrument as one of these keepers is removed, as sentences."""
    return [sentence for tell in _keeper_tellers for sentence in tell(instrument, keepers)]
