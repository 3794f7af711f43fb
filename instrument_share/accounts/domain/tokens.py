"""What a personal token lets a program do, and for how long (docs/glossary.md)."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from instrument_share.kernel.errors import Forbidden, Problem, gettext_noop


class TokenScope(StrEnum):
    """A part of what a person may do by the API; a token is given one or more of them."""

    READ = "read"
    BOOK = "book"
    USAGE = "usage"
    MANAGE = "manage"


TOKEN_DAYS = (30, 90, 365)
"""Lifetimes to choose from, in days."""
REMINDER_BEFORE = timedelta(days=7)
"""So long before a token expires its owner is told."""
USE_NOTED_EVERY = timedelta(hours=1)
"""The last use of a token is kept to the hour, so that not every request writes."""


SHOWN_AGAIN_WITHIN = timedelta(minutes=5)
"""So long a form sent twice shows the key that it made once more."""


class ScopeMissing(Forbidden):
    """A valid token that was not given the scope of the operation."""

    code = "scope_missing"
    message = gettext_noop(
        "This token was not given the scope “{scope}”. Create a token with it under “API tokens” on your "
        "desk."
    )


def find_token_problems(scopes: Collection[str], days: int) -> list[Problem]:
    """Return what stands against a token with these scopes that works for so many days."""
    found = []
    known = {scope.value for scope in TokenScope}
    if not scopes or not set(scopes) <= known:
        message = gettext_noop("Choose at least one of the scopes: {known}.")
        found.append(Problem("api_token.scopes", message, {"known": ", ".join(sorted(known))}, "scopes"))
    if days not in TOKEN_DAYS:
        message = gettext_noop("Choose one of these lifetimes in days: {days}.")
        found.append(Problem("api_token.days", message, {"days": ", ".join(map(str, TOKEN_DAYS))}, "days"))
    return found
