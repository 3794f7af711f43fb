"""How a form is answered: by what happened and the next step, or by itself with what the rules refuse."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from instrument_share.kernel.errors import DomainError
from instrument_share.web.forms import add_problems
from instrument_share.web.problem import status_of

if TYPE_CHECKING:
    from django import forms


def done(request: HttpRequest, sentence: str, address: str) -> HttpResponseRedirect:
    """What happened in one sentence, on the page where the next step is."""
    messages.success(request, sentence)
    return HttpResponseRedirect(address)


def carried_out(
    form: "forms.BaseForm", act: Callable[[], Any], *, but: type[DomainError] | tuple[()] = ()
) -> Any:
    """What `act` gives, or None with what the rules refuse put into the form; `but` is for the caller."""
    if not form.is_valid():
        return None
    try:
        return act()
    except but:
        raise
    except DomainError as error:
        add_problems(form, error)
        return None


def confirmed(
    request: HttpRequest,
    context: dict[str, Any],
    act: Callable[[], Any],
    after: Callable[[], HttpResponse],
) -> HttpResponse:
    """A page that asks first. `after()` answers once `act` is done; what the rules refuse stands in the form.

    `context` is that of `instrument_share/confirm.html`. Without a form a refusal becomes an error page.
    """
    form = context.get("form")
    if request.method != "POST":
        return _asked(request, context, 200)
    if form is not None and not form.is_valid():
        return _asked(request, context, 422)
    try:
        act()
    except DomainError as error:
        if form is None:
            raise
        add_problems(form, error)
        return _asked(request, context, status_of(error))
    return after()


def _asked(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "instrument_share/confirm.html", context, status=status)
