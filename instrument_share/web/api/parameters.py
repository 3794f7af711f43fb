"""Parameters of an address: those that an operation does not know are refused, since they may be misspelt."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.operation import Operation

from instrument_share.kernel.errors import Invalid, Problem, gettext_noop

UNKNOWN = gettext_noop("There is no parameter “{name}”. Parameters: {known}.")
UNKNOWN_WHERE_NONE = gettext_noop("There is no parameter “{name}”: this address takes none.")


def refuse_unknown_parameters(operation: Operation) -> Callable[..., Any]:
    """Return the operation's function, which then raises Invalid with each parameter that it does not take.

    A filter that was passed over would answer with more than was asked for, and nobody would see it.
    """
    known = _get_query_names(operation)
    run = operation.view_func

    @wraps(run)
    def checked(request: HttpRequest, **values: Any) -> Any:
        _require_known(request, known)
        return run(request, **values)

    return checked


def _get_query_names(operation: Operation) -> frozenset[str]:
    models = [one for one in operation.models if one.__ninja_param_source__ == "query"]
    return frozenset(name for model in models for name in model.__ninja_flatten_map__)


def _require_known(request: HttpRequest, known: frozenset[str]) -> None:
    problems = [build_unknown(name, known) for name in request.GET if name not in known]
    if problems:
        raise Invalid(problems=problems)


def build_unknown(name: str, known: Collection[str]) -> Problem:
    """Return what is wrong with a parameter that an operation does not take; it takes the `known` ones."""
    message = UNKNOWN if known else UNKNOWN_WHERE_NONE
    return Problem("parameter.unknown", message, {"name": name, "known": ", ".join(sorted(known))}, name)
