"""Errors that a reader can act on: a stable code, a kind mapped to a status by the edge, and a message.

Independent of language and protocol. A message is an English literal with named parameters (`"{hours} hours
at most"`), marked by `gettext_noop` for the catalogues; the edge translates it and fills in the parameters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

MAX_REASON_LENGTH = 500
Kind = Literal["invalid", "unsigned", "forbidden", "conflict", "not_found", "gone"]
T = TypeVar("T")


def gettext_noop(message: str) -> str:
    """Mark a literal for the translation catalogues without translating it here."""
    return message


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request; the message says how to fix it.

    `code` is stable and public (`booking.too_short`). `field` names the input that it belongs to, if any.
    `params` fill the message's placeholders. `subject` is the public id of the one object that it concerns,
    where a request decides on several, or of what the reader has themself and is in the way.
    """

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    field: str | None = None
    subject: str | None = None


class DomainError(Exception):
    """A request that breaks rules; carries every problem found, not only the first."""

    code = "error"
    kind: Kind = "invalid"
    field: str | None = None
    """The one input that all of the error is about, as services call it."""
    message = gettext_noop("The request could not be carried out.")

    def __init__(self, *, problems: Iterable[Problem] = (), **params: Any) -> None:
        self.problems = tuple(problems)
        self.params = params
        super().__init__(self.message.format_map(_Lenient(params)))

    @classmethod
    def to_problem(cls, **params: Any) -> Problem:
        """Return the error as one problem among others, at its field."""
        return Problem(cls.code, cls.message, params, cls.field)


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class NotFound(DomainError):
    """A row that does not exist, or is not visible to the actor."""

    code = "not_found"
    kind: Kind = "not_found"
    message = gettext_noop("There is nothing at this address, or you may not see it.")


class Forbidden(DomainError):
    """An action without the permission for it."""

    code = "forbidden"
    kind: Kind = "forbidden"
    message = gettext_noop(
        "Your role does not allow this. Ask whoever administers your organization for the role that it "
        "needs, or log in with an account that has it."
    )


class Invalid(DomainError):
    """Input that breaks several rules at once; `problems` lists them all."""

    code = "invalid"
    message = gettext_noop("Some of what was entered needs to be changed.")


class Conflict(DomainError):
    """A request that the present state of what it concerns rules out; each kind has its own code."""

    kind: Kind = "conflict"


class IllegalMove(Conflict):
    """A transition that the table of moves does not contain."""

    code = "state.illegal_move"
    message = gettext_noop(
        "This is “{state}” now, and “{move}” is not possible in that state. Open it again to see what is."
    )


class RevisionMismatch(Conflict):
    """Somebody else has saved since the editor began; nothing was written."""

    code = "revision_mismatch"
    message = gettext_noop(
        "Somebody else has saved another version since you began. Compare the two, then save yours again."
    )


class ReasonMissing(DomainError):
    """A decision without the reason that those concerned would read.

    `code` is the one that API clients of the app know.
    """

    code = "reason_missing"
    field = "reason"
    message = gettext_noop("Give a reason: those concerned can read it.")

    def __init__(self, code: str = code) -> None:
        super().__init__()
        self.code = code


def refuse(problems: Sequence[Problem], *alone: type[DomainError]) -> None:
    """Raise Invalid with every problem, if there is one.

    Where it is the only one, and that of an error of `alone`, that error is raised, which callers know.
    """
    for error_class in alone:
        if [one.code for one in problems] == [error_class.code]:
            raise error_class(**problems[0].params)
    if problems:
        raise Invalid(problems=problems)


def require_found(row: T | None) -> T:
    """Return the row that a selector has looked for. Raises NotFound if it is None."""
    if row is None:
        raise NotFound
    return row


def require_revision(
    seen_revision: int | None, stored_revision: int, error_class: type[RevisionMismatch] = RevisionMismatch
) -> None:
    """Raise `error_class` if the editor saw another revision than the stored one; None skips the check."""
    if seen_revision is not None and seen_revision != stored_revision:
        raise error_class


def require_reason(reason: str, *, code: str = ReasonMissing.code) -> str:
    """Return the stripped reason, at most 500 characters. Raises ReasonMissing with `code` if it is empty."""
    stripped = reason.strip()
    if not stripped:
        raise ReasonMissing(code)
    return stripped[:MAX_REASON_LENGTH]
