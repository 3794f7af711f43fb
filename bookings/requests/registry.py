"""What rooms above this one say on the pages of a request."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

WaitReader = Callable[["User", int], bool]
_readers: list[WaitReader] = []


def register_wait_reader(reader: WaitReader) -> None:
    """Have `reader` say whether a person waits for an instrument already."""
    _readers.append(reader)


def is_waiting(viewer: "User", instrument_id: int) -> bool:
    """Return whether the viewer is on the waiting list of the instrument already."""
    return any(reader(viewer, instrument_id) for reader in _readers)
