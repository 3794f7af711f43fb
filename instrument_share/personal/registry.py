"""What each app says of the personal data that it holds: for archives, for deletion, for retention.

Models are named by their labels (`bookings.Booking`), so that an app declares what is its own in one list and
a test can hold every model of the site against it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from instrument_share.kernel.wording import Sentence

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

ACTED = "what the person did in office: the archive holds their entries of the audit log"


@dataclass(frozen=True)
class OwnRows:
    """Rows of a model that are a person's own and go into their archive.

    `own` are paths to the person (`user`, `booking__user`); `where` finds rows that no path leads to.
    `hidden` are fields that never leave the site: secrets, and what only machines read. `sentence` are the
    fields of a marked message and its parameters: spreadsheets hold it in the reader's language.
    """

    model: str
    title: str
    own: tuple[str, ...] = ()
    where: Callable[["User"], Q] | None = None
    hidden: tuple[str, ...] = ()
    sentence: tuple[str, str] | None = None

    def condition(self, user: "User") -> Q:
        """Return the condition of the person's rows."""
        found = self.where(user) if self.where else Q(pk__in=())
        for path in self.own:
            found |= Q(**{path: user})
        return found


@dataclass(frozen=True)
class Obstacle:
    """What has to be ended before an account can be deleted, and the page where that is done."""

    sentence: Sentence
    path: str


@dataclass(frozen=True)
class Retention:
    """Rows that are deleted when they are older than `days()`; `forget` deletes at most so many of them."""

    code: str
    title: str
    days: Callable[[], int]
    forget: Callable[[datetime, int], int]


@dataclass
class _Declared:
    rows: dict[str, OwnRows] = field(default_factory=dict)
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    obstacles: list[Callable[["User", datetime], Iterable[Obstacle]]] = field(default_factory=list)
    erasers: dict[str, Callable[["User", datetime], None]] = field(default_factory=dict)
    retentions: dict[str, Retention] = field(default_factory=dict)


_declared = _Declared()


def register_own_rows(*rows: OwnRows) -> None:
    """Put these rows into the archives of those whose they are."""
    _declared.rows.update({one.model: one for one in rows})


def register_links(links: Mapping[str, Iterable[str]], reason: str) -> None:
    """Leave links to people out of archives: `{model: fields}`, with the reason."""
    _declared.links.update({(model, name): reason for model, names in links.items() for name in names})


def register_kept_texts(texts: Mapping[str, Iterable[str]], reason: str) -> None:
    """Name the texts in which a person's name may stand after the account is deleted, with the reason."""
    _declared.texts.update({(model, name): reason for model, names in texts.items() for name in names})


def register_obstacles(find: Callable[["User", datetime], Iterable[Obstacle]]) -> None:
    """Let `find` say what a person has to end before the account can be deleted."""
    _declared.obstacles.append(find)


def register_eraser(name: str, erase: Callable[["User", datetime], None]) -> None:
    """Let `erase` take the person out of an app's rows when the account is deleted, in that transaction."""
    _declared.erasers[name] = erase


def register_retention(*rules: Retention) -> None:
    """Delete old rows by the clock."""
    _declared.retentions.update({one.code: one for one in rules})


def own_rows() -> list[OwnRows]:
    """Return what an archive holds, in the order of registration."""
    return list(_declared.rows.values())


def left_out_links() -> Mapping[tuple[str, str], str]:
    """Return the links to people that archives leave out, with the reasons."""
    return _declared.links


def kept_texts() -> Mapping[tuple[str, str], str]:
    """Return the texts in which a name may stay, with the reasons."""
    return _declared.texts


def obstacles(user: "User", now: datetime) -> list[Obstacle]:
    """Return all that the person has to end before the account can be deleted."""
    return [one for find in _declared.obstacles for one in find(user, now)]


def erasers() -> list[Callable[["User", datetime], None]]:
    """Return what takes a person out of each app's rows, the highest app first."""
    return list(reversed(_declared.erasers.values()))


def retentions() -> list[Retention]:
    """Return the rules of retention."""
    return list(_declared.retentions.values())
