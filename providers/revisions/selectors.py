"""Read the revisions of what units publish, and compare two of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from instrument_share.kernel.errors import NotFound
from providers.revisions.domain.textdiff import Line, Skipped, compare_paragraphs

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

CONTEXT = 1
"""So many unchanged paragraphs stand around a change of a long text."""
FILES = frozenset({"file", "picture"})


@dataclass(frozen=True)
class RevisedKind:
    """A kind of row with revisions; a room registers its own under the prefix of their ids."""

    name: str
    """As the states of the kind are labelled: `profile`, `instrument` or `publication`."""
    find: "Callable[[Viewer, str], Any]"
    """Returns the row with a public id, or raises NotFound where the viewer may not see it."""
    title: Callable[[Any], Any]
    """The name of a row as a parameter of a message."""
    address: Callable[[Any], str]
    """The address of a row's page."""
    labels: Mapping[str, str]
    """Field → label, in the order in which people read them."""
    state: Callable[[Any], str] = lambda row: str(row.state)
    whole: frozenset[str] = frozenset()
    """Text fields that are compared as a whole, as those of closed lists."""
    related: tuple[str, ...] = ()
    """Foreign keys that are shown."""


_kinds: dict[str, RevisedKind] = {}


def register_revised(kinds: Mapping[str, RevisedKind]) -> None:
    """Register kinds of rows by the prefix of their public ids."""
    _kinds.update(kinds)


@dataclass(frozen=True)
class RevisedRow:
    """A row with revisions."""

    kind: RevisedKind
    subject: Any

    @property
    def labels(self) -> Mapping[str, str]:
        return self.kind.labels

    @property
    def organization(self) -> "Organization":
        return self.subject.organization

    def rows(self) -> "QuerySet[Any]":
        """Return the revisions as rows; page them by ("-history_date", "-history_id")."""
        history = type(self.subject).history.filter(id=self.subject.pk)
        return history.select_related("history_user", *self.kind.related)


@dataclass(frozen=True)
class Revision:
    """One revision and what it changed; the first one changed nothing."""

    id: int
    at: datetime
    by: str
    """Who saved it; empty for what the system did by itself."""
    state: str
    new_state: bool
    changed: tuple[str, ...]
    """Labels of the fields."""
    is_first: bool = False
    confirmed: bool = False
    """Whether somebody only said that everything is still right."""


@dataclass(frozen=True)
class ChangedField:
    """A field before and after, with `lines` side by side where it is a text."""

    name: str
    label: str
    before: Any
    after: Any
    lines: tuple[Line | Skipped, ...] = ()

    @property
    def is_replaced(self) -> bool:
        """Return whether one file replaced another; of the old one only its name is kept."""
        return self.name in FILES and bool(self.before) and bool(self.after)


@dataclass(frozen=True)
class RevisionComparison:
    """Two rows of the history and the fields in which they differ."""

    before: Any
    after: Any
    """The two rows of the history."""
    fields: tuple[ChangedField, ...]


def revised_row(viewer: "Viewer", public_id: str) -> RevisedRow:
    """Return the row with this public id. Raises NotFound."""
    kind = _kinds.get(public_id.partition("-")[0])
    if kind is None:
        raise NotFound
    return RevisedRow(kind, kind.find(viewer, public_id))


def revisions(revised: RevisedRow, rows: Sequence[Any]) -> list[Revision]:
    """Return what each of these rows changed; the rows are consecutive, newest first.

    Takes one query, for the row before them.
    """
    if not rows:
        return []
    older = [*rows[1:], _previous(revised, rows[-1])]
    return [_revision(revised, row, before) for row, before in zip(rows, older, strict=True)]


def compare_revisions(
    revised: RevisedRow, revision_id: int, other_id: int | None = None
) -> RevisionComparison:
    """Compare a revision with `other_id`, by default with the one before it; the older one is first.

    Raises NotFound.
    """
    row = revised.rows().filter(history_id=revision_id).first()
    if row is None:
        raise NotFound
    other = (
        _previous(revised, row) if other_id is None else revised.rows().filter(history_id=other_id).first()
    )
    if other is None:
        raise NotFound
    before, after = sorted((other, row), key=lambda one: (one.history_date, one.history_id))
    return RevisionComparison(before, after, changed_fields(revised, before, after))


def changed_fields(revised: RevisedRow, before: Any, after: Any) -> tuple[ChangedField, ...]:
    """Return the fields in which two rows, or a row and typed values, differ."""
    return tuple(
        _changed_field(revised, name, label, getattr(before, name), getattr(after, name))
        for name, label in revised.labels.items()
        if _differs(before, after, name)
    )


def _previous(revised: RevisedRow, row: Any) -> Any:
    older = Q(history_date__lt=row.history_date)
    older |= Q(history_date=row.history_date, history_id__lt=row.history_id)
    return revised.rows().filter(older).order_by("-history_date", "-history_id").first()


def _revision(revised: RevisedRow, row: Any, before: Any) -> Revision:
    labels = (
        ()
        if before is None
        else tuple(label for name, label in revised.labels.items() if _differs(before, row, name))
    )
    state = revised.kind.state(row)
    new_state = before is None or state != revised.kind.state(before)
    return Revision(
        row.history_id,
        row.history_date,
        row.history_user.get_full_name() if row.history_user else "",
        state,
        new_state=new_state,
        changed=labels,
        is_first=before is None,
        confirmed=not new_state and not labels and _differs(before, row, "confirmed_at"),
    )


def _differs(before: Any, after: Any, name: str) -> bool:
    return bool(_comparable(before, name) != _comparable(after, name))


def _comparable(row: Any, name: str) -> Any:
    """Return the value to compare: the name of a file, the id of a related row."""
    value = getattr(row, f"{name}_id") if hasattr(row, f"{name}_id") else getattr(row, name, None)
    return str(value or "") if hasattr(value, "name") or value in (None, "") else value


def _changed_field(revised: RevisedRow, name: str, label: str, before: Any, after: Any) -> ChangedField:
    is_text = type(before) is str and type(after) is str and name not in FILES | revised.kind.whole
    lines = compare_paragraphs(before, after, CONTEXT) if is_text else ()
    return ChangedField(name, label, before, after, lines)
