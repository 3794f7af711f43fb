"""Errors that a reader can act on: a stable code, a kind that the edge maps to a status, a message.

Nothing here knows a language or a protocol. A message is an English literal with named parameters
(`"{hours} hours at most"`), marked by `gettext_noop` so that it enters the catalogues; the edge translates
it and fills in the parameters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["invalid", "forbidden", "conflict", "not_found", "gone"]


def gettext_noop(message: str) -> str:
    """Mark a literal for the translation catalogues without translating it here."""
    return message


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request, and, by its message, how to mend it.

    `code` is stable and public (`booking.too_short`). `field` names the input that the problem belongs to, if
    there is one. `params` fill the message's placeholders.
    """

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    field: str | None = None


class DomainError(Exception):
    """A request that the rules refuse. Carries every problem found, not only the first."""

    code = "error"
    kind: Kind = "invalid"
    message = gettext_noop("The request could not be carried out.")

    def __init__(self, *, problems: Iterable[Problem] = (), **params: Any) -> None:
        self.problems = tuple(problems)
        self.params = params
        super().__init__(self.message.format_map(_Lenient(params)))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class NotFound(DomainError):
    code = "not_found"
    kind: Kind = "not_found"
    message = gettext_noop("There is nothing at this address, or you may not see it.")


class Forbidden(DomainError):
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


class IllegalMove(DomainError):
    """A change of state that the table of moves does not contain."""

    code = "state.illegal_move"
    kind: Kind = "conflict"
    message = gettext_noop("This is “{state}” now, and “{move}” is not possible from there. Reload the page.")


class ReasonMissing(DomainError):
    """A decision whose reason those concerned read, without one.

    `code` is what API clients of the app have always been told.
    """

    code = "reason_missing"
    message = gettext_noop("Say why: those concerned read the reason.")

    def __init__(self, code: str = code) -> None:
        super().__init__()
        self.code = code


def require_reason(reason: str, *, code: str = ReasonMissing.code) -> str:
    """Return the reason without blanks around it. Raises ReasonMissing with `code` where nothing is left."""
    stripped = reason.strip()
    if not stripped:
        raise ReasonMissing(code)
    return stripped
