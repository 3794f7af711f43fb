"""What the journal's readers see: each app registers the words of its acts and the kinds of its subjects.

The journal knows none of them by name.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class Subject:
    """What an entry is about, as a reader sees it; the address is empty where that reader may not open it."""

    name: Bilingual
    address: str = ""


LookUp = Callable[["Viewer", Collection[str]], Mapping[str, Subject]]
"""Returns, for the public ids of subjects, what the viewer sees of each."""


def _nothing(_viewer: "Viewer", _ids: Collection[str]) -> Mapping[str, Subject]:
    return {}


@dataclass(frozen=True)
class SubjectKind:
    """A kind of subject: `label` is a message of the catalogues.

    `search` returns the public ids of those whose name holds a text, as a query of one column.
    """

    label: str
    look_up: LookUp = _nothing
    search: "Callable[[str], QuerySet[Any, Any]] | None" = None


Teller = Callable[[Mapping[str, Any]], str]
"""Returns the words for one of an entry's details, which it gets all of; empty where it knows none."""

_acts: dict[str, str] = {}
_tellers: dict[str, Callable[[], Teller]] = {}
_kinds: dict[str, SubjectKind] = {}
_fields: dict[str, str] = {}


def register_journal(
    acts: Mapping[str, str], kinds: Mapping[str, SubjectKind], fields: Mapping[str, str] | None = None
) -> None:
    """Register the words of acts by their code, kinds of subjects by the label of their model, and fields.

    `fields` are the words of what an act has changed, by its name; the lowest package's word stands.
    """
    _acts.update(acts)
    _kinds.update(kinds)
    for name, message in (fields or {}).items():
        _fields.setdefault(name, message)


def register_teller(key: str, prepare: Callable[[], Teller]) -> None:
    """Tell the code under a key of the details in words that stand in the database.

    `prepare` is called once for many entries, and returns what tells each of them.
    """
    _tellers[key] = prepare


def registered_tellers() -> Mapping[str, Callable[[], Teller]]:
    """Return what prepares to tell the codes under a key (`code`)."""
    return _tellers


def registered_fields() -> Mapping[str, str]:
    """Return the message of each field by its name (`value_yuan`)."""
    return _fields


def registered_acts() -> Mapping[str, str]:
    """Return the message of each act by its code (`booking.approved`)."""
    return _acts


def registered_kinds() -> Mapping[str, SubjectKind]:
    """Return every kind of subject by the label of its model (`bookings.Booking`)."""
    return _kinds
