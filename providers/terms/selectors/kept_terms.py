"""Terms kept in the process, as a published version never changes.

Whether a version was withdrawn, and which versions there are, stands in rows that are read each time. Terms
are kept by public id, which no other version ever gets, not even where a transaction was taken back and the
next one gives the same key again.
"""

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.terms.domain.terms import Terms

MOST_KEPT = 2000
"""Some 4 kB each. A booking read the same terms three times, in 15 of its 47 statements."""

_kept: "dict[str, Terms]" = {}
_lock = Lock()


def find_kept(public_id: str) -> "Terms | None":
    """Return the terms of a version if they are kept, which makes them the last to be dropped."""
    with _lock:
        found = _kept.pop(public_id, None)
        if found is not None:
            _kept[public_id] = found
        return found


def keep(public_id: str, terms: "Terms") -> None:
    """Keep the terms of a version; beyond the bound those that nobody used for longest are dropped."""
    with _lock:
        _kept[public_id] = terms
        if len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
